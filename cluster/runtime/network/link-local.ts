/**
 * Link-local addresses: 169.254.0.0/16 and fe80::/10, in whatever form IPv6 carries one of IPv4.
 *
 * Services of a cloud that tell secrets of a machine listen on them, such as 169.254.169.254. So nothing may be fetched
 * from there for a user.
 */

import { isIPv4, isIPv6 } from 'node:net';

/** True for a link-local address. Names and other texts are none. */
export function isLinkLocal(address: string): boolean {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return bare.startsWith('169.254.');
  if (!isIPv6(bare)) return false;
  const groups = groupsOf(bare);
  const [first = 0] = groups;
  return (first & 0xffc0) === 0xfe80 || carriedIpv4(groups).some(([high]) => high === 0xa9fe);
}

type Ipv4 = readonly [high: number, low: number];

/** The addresses of IPv4 that one of IPv6 may lead to, each in two groups of 16 bits. */
function carriedIpv4(groups: readonly number[]): readonly Ipv4[] {
  const [first = 0, second = 0, third = 0] = groups;
  const last: Ipv4 = [groups[6] ?? 0, groups[7] ?? 0];
  const isMapped = PREFIXES.some((prefix) => prefix.every((group, index) => groups[index] === group));
  // NAT64 by a prefix of the site (RFC 8215), and 6to4 (RFC 3056).
  const isLocalNat64 = first === 0x64 && second === 0xff9b;
  if (first === 0x2002) return [[second, third]];
  return isMapped || isLocalNat64 ? [last] : [];
}

/** Compatible, mapped and translated (RFC 4291, RFC 2765). */
const PREFIXES: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0xffff, 0],
];

/** The eight groups of an address of IPv6. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = withoutDots(address).split('::');
  const before = numbersOf(head);
  const after = numbersOf(tail ?? '');
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function numbersOf(groups: string): readonly number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
}

/** `::ffff:1.2.3.4` as `::ffff:102:304`. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_text, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}

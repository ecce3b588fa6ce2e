/**
 * The normal form of IP addresses as text: equal addresses are equal texts.
 *
 * Always true: an IPv4 address is dotted without leading zeros, an IPv6 address is the short form of RFC 5952,
 * and an IPv4-mapped IPv6 address is the IPv4 address it carries.
 */

/** The character code of a dot minus that of the digit 0. */
const DOT = 46 - 48;

export interface Address {
  readonly family: 4 | 6;
  readonly text: string;
}

/** Reads an address in any usual spelling. Undefined for everything else, host names included. */
export function readAddress(text: string): Address | undefined {
  // The usual spelling is the normal form; the text itself is kept.
  if (isDotted(text)) return { family: 4, text };
  const groups = readGroups(text);
  if (!groups) return undefined;
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const high = groups[6] ?? 0;
    const low = groups[7] ?? 0;
    return { family: 4, text: [high >> 8, high & 255, low >> 8, low & 255].join('.') };
  }
  return { family: 6, text: printGroups(groups) };
}

/** True for four numbers up to 255 without leading zeros. Reads character by character, since there are very many addresses. */
function isDotted(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false;
  let dots = 0;
  let digits = 0;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && value === 0) return false;
      value = value * 10 + digit;
      digits++;
      if (value > 255) return false;
    } else if (digit === DOT && digits > 0) {
      dots++;
      digits = 0;
      value = 0;
    } else return false;
  }
  return dots === 3 && digits > 0;
}

function readOctets(text: string): number[] | undefined {
  return isDotted(text) ? text.split('.').map(Number) : undefined;
}

function readGroups(text: string): number[] | undefined {
  if (!text.includes(':') || text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map(readHalf);
  if (!left || (halves.length === 2 && !right)) return undefined;
  if (!right) return left.length === 8 ? left : undefined;
  const missing = 8 - left.length - right.length;
  return missing < 1 ? undefined : [...left, ...new Array<number>(missing).fill(0), ...right];
}

/** The groups of one side of `::`; a dotted IPv4 address may stand for the last two. */
function readHalf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 ? readOctets(part) : undefined;
    if (four) {
      const [a = 0, b = 0, c = 0, d = 0] = four;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function printGroups(groups: readonly number[]): string {
  const run = longestZeroRun(groups);
  const print = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return print(groups);
  return `${print(groups.slice(0, run.start))}::${print(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/**
 * The resolution of names that users name: what leads to a link-local address is refused.
 *
 * Always true: a connection that uses `guardedLookup` goes to an address that was looked at, and to no other that a
 * second question would give. Addresses in place of names are not looked up by Node: `assertReachable` looks at them.
 */

import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLinkLocal } from './link-local';

export class LinkLocalRefused extends Error {
  constructor(host: string, address: string) {
    super(
      host === address ? `${host} is a link-local address` : `${host} has the link-local address ${address}`,
    );
  }
}

/** In place of `dns.lookup` of a connection. A name with one link-local address among others is refused whole. */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    const refused = first && refusal(host, addresses);
    if (error ?? refused) callback(error ?? refused ?? null, '', 0);
    else if (!first) callback(new Error(`${host} has no address`), '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function refusal(host: string, addresses: readonly LookupAddress[]): LinkLocalRefused | undefined {
  const local = addresses.find(({ address }) => isLinkLocal(address));
  return local && new LinkLocalRefused(host, local.address);
}

/**
 * An address of a host, to connect to. Rejects for a host that is link-local: as an address, as a number such as
 * `2852039166` or `0xa9fea9fe`, or as a name. Rejects, too, for a name without an address.
 */
export function resolveGuarded(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    guardedLookup(host, {}, (error, address) => (error ? reject(error) : resolve(address as string)));
  });
}

/** Rejects as `resolveGuarded` does. A host of IPv6 may stand in brackets. */
export async function assertReachable(host: string): Promise<void> {
  await resolveGuarded(host.replace(/^\[(.*)\]$/, '$1'));
}

/**
 * The addresses of this host, and the resolvers that it uses.
 */

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { HostPort } from '../core/facts/cluster-facts';
import { networkMatcher } from './networks';

const DNS_PORT = 53;
const isLoopback = networkMatcher(['127.0.0.0/8', '::1/128']);

/** True for an address at which a socket answers on all addresses of this host. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** The addresses that others reach a listener at: its own, or those of all interfaces. */
export function listenerAddresses(listener: string): readonly string[] {
  return isWildcard(listener) ? interfaceAddresses().filter((address) => !isLoopback(address)) : [listener];
}

/** The resolvers of `/etc/resolv.conf`, without our own server, which listens at `listeners`. */
export function systemResolvers(listeners: readonly HostPort[], path = '/etc/resolv.conf'): HostPort[] {
  return readResolvConf(readText(path))
    .filter((address) => !listeners.some(({ host, port }) => port === DNS_PORT && isOwn(address, host)))
    .map((host) => ({ host, port: DNS_PORT }));
}

/** The addresses in the `nameserver` lines (resolv.conf(5)). */
export function readResolvConf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const address = /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
    return address !== undefined && isIP(address.split('%')[0] ?? '') !== 0 ? [address] : [];
  });
}

function isOwn(address: string, listener: string): boolean {
  if (!isWildcard(listener)) return address === listener;
  return isLoopback(address) || interfaceAddresses().includes(address);
}

/** Every address of every interface. */
export function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address }) => address),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

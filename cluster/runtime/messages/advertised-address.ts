/**
 * The address that a process tells its peers to send messages to.
 */

import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { StartError } from '../lifecycle';

export interface ListenAddress {
  /** The value of `--ip`, or the address that it was resolved to. */
  readonly ip: string;
  /** The value of `--advertise_ip`, for processes that have the flag. */
  readonly advertise_ip?: string | undefined;
}

/** The end of an error text for processes that have `--advertise_ip`. */
export const ADVERTISE = ', or tell others one with --advertise_ip';

/**
 * The advertised address, or else the one of `--ip`. Throws a StartError for IPv6: addresses in messages are
 * IPv4 (Mesos 1.11 has `--ip6` apart), and `MasterInfo.ip` is a number of 32 bits. A process that told an
 * IPv6 address would start and never get an answer.
 */
export function advertisedAddress({ ip, advertise_ip }: ListenAddress, wayOut = ''): string {
  const address = advertise_ip ?? ip;
  if (isIPv6(address.replace(/^\[|\]$/g, '')))
    throw new StartError(
      `--ip: ${address} is an IPv6 address, and masters and agents send each other messages by IPv4 alone; ` +
        `give an IPv4 address of this machine, such as 127.0.0.1${wayOut}`,
    );
  return address;
}

/** The addresses by which this machine may be reached. */
export interface HostAddresses {
  /** The addresses that the host name is resolved to. */
  readonly named: () => Promise<readonly string[]>;
  /** The addresses of the interfaces, in the order of the system. */
  readonly interfaces: () => readonly string[];
}

const ANY = '0.0.0.0';
const LOOPBACK = '127.0.0.1';

/**
 * The advertised address of a process that listens already. One that listens on every interface tells the
 * address of the host name, as libprocess does (Mesos 1.11 src/process.cpp). Instead of a loopback address,
 * which nobody else reaches, it tells the first one of an interface, and 127.0.0.1 when there is no other.
 */
export async function reachableAddress(
  listening: ListenAddress,
  wayOut = '',
  machine: HostAddresses = THIS_MACHINE,
): Promise<string> {
  const address = advertisedAddress(listening, wayOut);
  if (address !== ANY) return address;
  const candidates = [...(await machine.named()), ...machine.interfaces()];
  return candidates.find((candidate) => !candidate.startsWith('127.')) ?? LOOPBACK;
}

const THIS_MACHINE: HostAddresses = {
  named: () =>
    lookup(hostname(), { family: 4, all: true }).then(
      (addresses) => addresses.map(({ address }) => address),
      () => [],
    ),
  interfaces: () =>
    Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses
        .filter(({ family, internal }) => family === 'IPv4' && !internal)
        .map(({ address }) => address),
    ),
};

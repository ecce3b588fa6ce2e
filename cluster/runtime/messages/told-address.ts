/**
 * The address that a process tells its peers, where they send messages to.
 */

import { isIPv6 } from 'node:net';
import { StartError } from '../lifecycle';

export interface Listening {
  /** The value of `--ip`, or the address that it led to. */
  readonly ip: string;
  /** The value of `--advertise_ip`, for processes that have the flag. */
  readonly advertise_ip?: string | undefined;
}

/** The way out for processes that have `--advertise_ip`. */
export const ADVERTISE = ', or tell others one with --advertise_ip';

/**
 * The advertised address, or else the one that is listened on. Throws StartError for IPv6: addresses in messages are
 * IPv4 (Mesos 1.11 has `--ip6` apart), and `MasterInfo.ip` is a number of 32 bits. A process that told an IPv6 address
 * would start and never get an answer.
 */
export function toldAddress({ ip, advertise_ip }: Listening, wayOut = ''): string {
  const address = advertise_ip ?? ip;
  if (isIPv6(address.replace(/^\[|\]$/g, '')))
    throw new StartError(
      `--ip: ${address} is an IPv6 address, and masters and agents send each other messages by IPv4 alone; ` +
        `give an IPv4 address of this machine, such as 127.0.0.1${wayOut}`,
    );
  return address;
}

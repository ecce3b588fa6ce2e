/**
 * The network of a container, for checks: that of this host, or a network namespace of its own.
 */

import { lookup } from 'node:dns/promises';
import { readlinkSync } from 'node:fs';
import { connectRelayed } from '../../runtime/relay/relayed';
import { HOST_NETWORK, type Network } from './network';

/** The network of a process of this host; that of the host itself when it has ended. */
export function networkOf(pid: number | undefined): Network {
  if (pid === undefined || namespaceOf(pid) === namespaceOf('self')) return HOST_NETWORK;
  return {
    connect: async (destination) => {
      // Names are looked up on the host: a redirect may lead to one.
      const { address } = await lookup(destination.host);
      return connectRelayed(pid, { ...destination, host: address });
    },
  };
}

/** The name of a process's network namespace; that of the host for a process that has ended. */
function namespaceOf(pid: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return pid === 'self' ? '' : namespaceOf('self');
  }
}

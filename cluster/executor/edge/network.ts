/**
 * Connections for the checks of a task, in its network: that of this host, or a network namespace of the task's own.
 */

import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Destination {
  /** An IP address, or the name of a host. */
  readonly host: string;
  readonly port: number;
  /** Ends the connection, or the attempt at one. */
  readonly signal: AbortSignal;
}

export interface Network {
  /** Connects. Rejects when nobody listens there. */
  connect(destination: Destination): Promise<Duplex>;
}

/** The network of this host. */
export const HOST_NETWORK: Network = {
  connect: ({ host, port, signal }) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, signal });
      socket.once('connect', () => resolve(socket));
      socket.on('error', reject);
    }),
};

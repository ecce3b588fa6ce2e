/**
 * Makes one write to the system of the many small ones in a turn of the event loop.
 *
 * They are answers to pipelined requests, or events of a stream.
 */

import type { Socket } from 'node:net';

/** Holds writes to the socket back until the pending events of the event loop have been handled. */
export function corkWrites(socket: Socket | null): void {
  if (!socket || socket.writableCorked > 0) return;
  socket.cork();
  setImmediate(() => socket.uncork());
}

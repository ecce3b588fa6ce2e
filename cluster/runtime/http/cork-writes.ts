/**
 * Many small writes of one turn of the event loop become one to the system: answers to pipelined requests, events of a
 * stream.
 */

import type { Socket } from 'node:net';

/** Holds what is written to the socket back until the events that are there now have been handled. */
export function corkWrites(socket: Socket | null): void {
  if (!socket || socket.writableCorked > 0) return;
  socket.cork();
  setImmediate(() => socket.uncork());
}

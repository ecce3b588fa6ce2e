/**
 * Turns an error of listen() into a text with the port, the flag and the fix.
 */

import { StartError } from '../lifecycle';

/** Names the port, the flag and the fix for an error of listen(), also of sockets that are not HTTP. */
export function listenError(
  error: NodeJS.ErrnoException,
  what: { what: string; address: string; port: number; addressFlag: string; portFlag: string },
): Error {
  const place = `${what.address}:${what.port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `${what.what} cannot listen on ${place}: the port is taken. ` +
          `Stop the process that uses it, or choose another port with ${what.portFlag}.`,
      );
    case 'EACCES':
      return new StartError(
        `${what.what} cannot listen on ${place}: not allowed. ` +
          `Ports below 1024 need root; choose another with ${what.portFlag}.`,
      );
    case 'EADDRNOTAVAIL':
      return new StartError(
        `${what.what} cannot listen on ${place}: this machine has no such address. Set ${what.addressFlag} to one it has.`,
      );
    default:
      return error;
  }
}

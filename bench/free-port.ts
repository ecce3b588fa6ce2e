/**
 * Ports for programs that are started soon: free, below those that the system gives to outgoing connections, and given to
 * nobody else, also not in other processes.
 *
 * A port is reserved by an abstract socket of its name, which ends with this process. Where there are none, such as on
 * macOS, two processes may rarely get the same port.
 */

import { createServer, type ListenOptions, type Server } from 'node:net';

const FIRST = 12_000;
const COUNT = 18_000;
/** Time after which whoever asked has long been listening. */
const RESERVED_MS = 300_000;

/** A port of 127.0.0.1 that nobody has. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (!(await reserve(port))) continue;
    const server = await listen({ host: '127.0.0.1', port });
    if (!server) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

async function reserve(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const holder = await listen({ path: `\0meseta-port-${port}` });
  holder?.unref();
  setTimeout(() => holder?.close(), RESERVED_MS).unref();
  return holder !== undefined;
}

/** Undefined when somebody else listens there. */
function listen(place: ListenOptions): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined)).listen(place, () => resolve(server));
  });
}

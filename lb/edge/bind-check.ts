/**
 * Tests whether addresses can be bound before HAProxy binds them.
 *
 * HAProxy would silently share a port with another HAProxy, and a failed bind during a reload makes the running worker
 * pause for a moment.
 */

import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { StartError } from '../../cluster/runtime/lifecycle';
import { readBinds } from '../core/reload/adoption';
import { type Bind, printBind } from '../core/services/options';
import { haproxyMasters, otherMasters } from './processes';
import { readText } from './work-folder';

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'not allowed; ports below 1024 need root',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/** The reason why an address cannot be bound; undefined when it can. */
export async function bindError(bind: Bind): Promise<string | undefined> {
  try {
    await close(await listen(bind));
    return undefined;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return WORDS[code] ?? message;
  }
}

/** The addresses among these that cannot be bound, with the reasons. */
export async function findUnbindable(binds: readonly Bind[]): Promise<Map<string, string>> {
  const occupied = new Map<string, string>();
  for (const bind of binds) {
    const why = await bindError(bind);
    if (why !== undefined) occupied.set(printBind(bind), why);
  }
  return occupied;
}

/** Throws a StartError when an own listener of the load balancer cannot be bound. */
export async function requireBindable(
  listeners: readonly (readonly [string, Bind])[],
  config: string,
): Promise<void> {
  for (const [who, bind] of listeners) {
    const why = await bindError(bind);
    if (why === undefined) continue;
    throw new StartError(
      `The load balancer cannot listen on ${printBind(bind)} for ${who}: ${why}. ` +
        `Stop what uses it, or choose another port with the flag named above.${otherHaproxy(bind.port, config)}`,
    );
  }
}

/** Advice when a HAProxy has the port: that of this work folder without its files, or that of another work folder. */
function otherHaproxy(port: number, config: string): string {
  const [master] = haproxyMasters(config);
  if (master !== undefined && !existsSync(config)) {
    return (
      ` HAProxy of this work folder serves there (process ${master}), but its configuration ${config} is gone, so that it cannot ` +
      `be adopted: put the file back, or end that process and its traffic with kill ${master}.`
    );
  }
  const other = otherMasters(config).find((candidate) =>
    [...readBinds(readText(candidate.config))].some((bind) => bind.endsWith(`:${port}`)),
  );
  if (other === undefined) return '';
  return ` HAProxy serves there (process ${other.pid} with ${other.config}); start with its --work-dir to adopt it.`;
}

/** The address itself, or one with a free port of the system's choice when its port is 0. */
export async function withChosenPort(bind: Bind): Promise<Bind> {
  if (bind.port !== 0) return bind;
  const server = await listen(bind);
  const address = server.address();
  await close(server);
  return { address: bind.address, port: typeof address === 'object' && address ? address.port : 0 };
}

function listen({ address, port }: Bind): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: address === '*' ? '0.0.0.0' : address, exclusive: true }, () =>
      resolve(server),
    );
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

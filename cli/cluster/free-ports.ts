/**
 * The ports of `meseta up` before its start: those that are in use, and free ones instead.
 */

import { createServer } from 'node:net';
import type { UpOptions } from './options';

/** Service ports in a row that are free for the first apps. */
const SERVICE_PORTS = 10;
const SERVICE_PORT_FIRST = 10_000;
const SERVICE_PORT_LAST = 20_000;

/** The ports of these options that cannot be listened on now, the first service port too. */
export async function takenPorts(options: UpOptions): Promise<number[]> {
  const fixed = [
    'master-port',
    'marathon-port',
    'chronos-port',
    'dns-port',
    'dns-http-port',
    'http-port',
    'appid-port',
  ] as const;
  const ports = [
    ...fixed.map((flag) => options[flag]),
    options['stats-port'],
    options['lb-port'],
    options['service-port'],
  ];
  const sockets = [
    ...ports.map((port) => ({ port, host: '127.0.0.1' })),
    ...Array.from({ length: options.agents }, (_none, index) => ({
      port: options['agent-port'] + index,
      host: process.platform === 'linux' ? `127.0.0.${index + 1}` : '127.0.0.1',
    })),
  ];
  const portsInUse: number[] = [];
  for (const { port, host } of sockets) if (!(await isFree(port, host))) portsInUse.push(port);
  return portsInUse;
}

/** The lowest port from which on several are free for the services of apps. */
export async function freeServicePort(): Promise<number> {
  for (let first = SERVICE_PORT_FIRST; first < SERVICE_PORT_LAST; first += SERVICE_PORTS) {
    if (await areFree(first, SERVICE_PORTS)) return first;
  }
  return SERVICE_PORT_FIRST;
}

async function areFree(first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port++) if (!(await isFree(port, '127.0.0.1'))) return false;
  return true;
}

function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

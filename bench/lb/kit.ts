/** For end-to-end tests and benches of the load balancer: web servers, requests, a load balancer with a Marathon played. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, get, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { type Logger, silentLogger } from '../../cluster/runtime/log';
import { type LbConfig, lbFlags, readLbConfig } from '../../lb/config';
import { type RunningLb, startLb } from '../../lb/main';
import { freePort } from '../free-port';
import { FakeMarathon } from './fake-marathon';

export { freePort } from '../free-port';

/** What has to be undone, last first. */
export class Cleanups {
  private readonly list: (() => Promise<unknown> | unknown)[] = [];

  add(cleanup: () => Promise<unknown> | unknown): void {
    this.list.push(cleanup);
  }

  async run(): Promise<void> {
    for (const cleanup of this.list.splice(0).reverse()) await cleanup();
  }
}

export interface WebServer {
  readonly port: number;
  readonly server: Server;
  hits: number;
  upgrades: number;
  stop(): Promise<void>;
}

/** A small web server that answers with its name, after `delayMs`; it takes websockets and echoes what they say. */
export async function webServer(name: string, cleanups: Cleanups, delayMs = 0): Promise<WebServer> {
  const server = createServer((_request, response) => {
    web.hits++;
    if (delayMs === 0) response.end(name);
    else setTimeout(() => response.end(name), delayMs);
  });
  server.keepAliveTimeout = 60_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (upgrade, socket) => {
    web.upgrades++;
    const key = `${upgrade.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';
    socket.write(`${head}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.on('data', (data) => socket.write(data));
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  const web: WebServer = { port: (server.address() as AddressInfo).port, server, hits: 0, upgrades: 0, stop };
  cleanups.add(stop);
  return web;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One request on its own connection. */
export function ask(port: number, path = '/', headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false as const, timeout: 20_000 };
    const sent = get(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: answer.headers,
        }),
      );
      answer.on('error', reject);
    });
    sent.on('error', reject);
  });
}

/** A request with a JSON body. */
export async function send(method: string, url: string, body?: unknown, auth?: string): Promise<unknown> {
  const headers =
    auth === undefined ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const answer = await fetch(url, init);
  return answer.status === 200 ? await answer.json() : answer.status;
}

export async function until(
  what: string,
  met: () => Promise<boolean> | boolean,
  limitMs = 60_000,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await Promise.resolve(met()).catch(() => false)) return performance.now() - began;
    if (performance.now() - began > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(2);
  }
}

export function lbConfig(marathon: string, workDir: string, more: readonly string[] = []): LbConfig {
  const args = [
    ...['--sse', '--stop-haproxy'],
    ...['--group', 'external', '--marathon', marathon, '--work-dir', workDir],
    ...['--bind-address', '127.0.0.1', '--http-in-port', '0', '--appid-port', '0'],
    ...['--stats-port', '0', '--http-port', '0', ...more],
  ];
  return readLbConfig(parseFlags(lbFlags, { command: 'meseta lb', about: '', args, env: {} }).flags, {});
}

export interface Stand {
  readonly marathon: FakeMarathon;
  readonly lb: RunningLb;
  readonly front: number;
  readonly folder: string;
  readonly config: string;
  /** The address of the load balancer's API. */
  readonly api: string;
  /** A number of `/metrics`. */
  metric(name: string): Promise<number>;
}

/** A load balancer that follows a Marathon of the test. */
export async function stand(
  cleanups: Cleanups,
  more: readonly string[] = [],
  apps: unknown[] = [],
  log: Logger = silentLogger,
): Promise<Stand> {
  const marathon = new FakeMarathon();
  marathon.apps = apps;
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const folder = mkdtempSync(join(tmpdir(), 'lb-test-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  const config = lbConfig(marathon.url, folder, [...(await ownPorts()), ...more]);
  const lb = await startLb(config, { log, clock: systemClock() });
  cleanups.add(() => lb.stop());
  await until('the stream is followed', () => marathon.listening === 1);
  const api = `http://127.0.0.1:${lb.http.port}`;
  const metric = async (name: string): Promise<number> => {
    const { body } = await ask(lb.http.port, '/metrics');
    return Number(new RegExp(`^meseta_lb_${name} (\\S+)$`, 'm').exec(body)?.[1]);
  };
  const file = join(folder, 'haproxy.cfg');
  return { marathon, lb, front: lb.vhosts?.port ?? 0, folder, config: file, api, metric };
}

/** Ports that nobody takes between the choice and the start of HAProxy. */
async function ownPorts(): Promise<string[]> {
  const flags = ['--http-in-port', '--appid-port', '--stats-port', '--http-port'];
  const args = await Promise.all(flags.map(async (flag) => [flag, String(await freePort())]));
  return args.flat();
}

/** The words that open a websocket. */
export function websocketHello(host: string): string {
  const key = Buffer.from('0123456789abcdef').toString('base64');
  const lines = ['GET / HTTP/1.1', `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...lines, `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', '', ''].join('\r\n');
}

export interface Load {
  /** Requests so far. */
  count(): number;
  stop(): Promise<{ requests: number; failed: number; failures: readonly string[] }>;
}

/** A load that fails this often has seen enough. */
const FAILURES_MAX = 500;

/** Requests without end, `keptAlive` of them on connections that stay open, `fresh` on new ones each time. */
export function load(port: number, host: string, { keptAlive = 2, fresh = 2, pauseMs = 0 } = {}): Load {
  let over = false;
  let requests = 0;
  const failures: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: keptAlive });
  const once = (connection: Agent | false): Promise<void> =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port, headers: { host }, agent: connection, timeout: 10_000 };
      const sent = request(options, (answer) => {
        answer.resume();
        answer.on('end', () => {
          if (answer.statusCode !== 200)
            failures.push(`status ${answer.statusCode} ${connection ? 'kept' : 'fresh'}`);
          resolve();
        });
        answer.on('error', (error) => {
          failures.push(`${error.message} in the answer`);
          resolve();
        });
      });
      sent.on('error', (error) => {
        failures.push(
          `${error.message} ${connection ? 'kept' : 'fresh'} ${sent.reusedSocket ? 'reused' : 'new'}`,
        );
        resolve();
      });
      sent.end();
    });
  const forever = async (connection: Agent | false): Promise<void> => {
    while (!over && failures.length < FAILURES_MAX) {
      requests++;
      await once(connection);
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };
  const all = [
    ...Array.from({ length: keptAlive }, () => forever(agent)),
    ...Array.from({ length: fresh }, () => forever(false)),
  ];
  return {
    count: () => requests,
    stop: async () => {
      over = true;
      await Promise.all(all);
      agent.destroy();
      return { requests, failed: failures.length, failures };
    },
  };
}

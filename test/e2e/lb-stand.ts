/**
 * A load balancer with a real HAProxy, a Marathon that the test plays, and small web servers: what the end-to-end tests
 * of the load balancer have in common. Everything is gone after each test.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { Cleanups } from '../../bench/lb/kit';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { type LbConfig, lbFlags, readLbConfig } from '../../lb/config';
import { withChosenPort } from '../../lb/edge/bind-check';
import { type RunningLb, startLb } from '../../lb/main';

export const deps = { log: silentLogger, clock: systemClock() };
export const cleanups = new Cleanups();

export const freePort = async (): Promise<number> =>
  (await withChosenPort({ address: '127.0.0.1', port: 0 })).port;

/** A small web server that answers with its name. */
export async function backend(name: string): Promise<{ port: number; server: Server; hits: () => number }> {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits++;
    response.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.add(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, server, hits: () => hits };
}

/** One request on its own connection. */
export function ask(
  port: number,
  path = '/',
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false, timeout: 5000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
      answer.on('error', reject);
    });
    request.on('error', reject);
  });
}

export async function until(
  what: string,
  met: () => Promise<boolean> | boolean,
  limitMs = 5000,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await Promise.resolve(met()).catch(() => false)) return performance.now() - began;
    if (performance.now() - began > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(3);
  }
}

export function lbConfig(marathon: string, workDir: string, more: readonly string[] = []): LbConfig {
  const args = [
    ...['--sse', '--stop-haproxy'],
    ...['--group', 'external', '--marathon', marathon, '--work-dir', workDir, '--health-check'],
    ...['--bind-address', '127.0.0.1', '--http-in-port', '0', '--appid-port', '0'],
    ...['--stats-port', '0', '--http-port', '0', ...more],
  ];
  return readLbConfig(parseFlags(lbFlags, { command: 'meseta lb', about: '', args, env: {} }).flags);
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lb-test-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Bench {
  marathon: FakeMarathon;
  lb: RunningLb;
  front: number;
  folder: string;
  config: string;
}

export async function bench(more: readonly string[] = []): Promise<Bench> {
  const marathon = new FakeMarathon();
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const folder = newFolder();
  const lb = await startLb(lbConfig(marathon.url, folder, more), deps);
  cleanups.add(() => lb.stop());
  await until('the stream is followed', () => marathon.listening === 1);
  return { marathon, lb, front: lb.vhosts?.port ?? 0, folder, config: join(folder, 'haproxy.cfg') };
}

/**
 * Waits until the load balancer has heard of the new worker, and the old one of its end: for a moment after a reload
 * both take connections, each with its own configuration.
 */
export async function settled(lb: RunningLb, host: string): Promise<void> {
  const path = '/_haproxy_getvhostmap';
  await until('the API knows the host', async () => (await ask(lb.http.port, path)).body.includes(host));
  await sleep(100);
}

/**
 * Load balancers as processes of their own, on ports that stay the same over restarts, with a Marathon of the test.
 */

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cleanups, freePort } from '../../bench/lb/kit';
import { endHaproxies } from '../../lb/edge/processes';
import { start } from './meseta';

export interface Ports {
  readonly front: number;
  readonly appIds: number;
  readonly stats: number;
  readonly api: number;
}

/** The work folder and the ports of one load balancer over its restarts. */
export interface Site {
  readonly folder: string;
  readonly ports: Ports;
  readonly config: string;
}

export async function newSite(cleanups: Cleanups): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'lb-site-'));
  const config = join(folder, 'haproxy.cfg');
  cleanups.add(async () => {
    await endHaproxies(config, 2000);
    rmSync(folder, { recursive: true, force: true });
  });
  const ports = {
    front: await freePort(),
    appIds: await freePort(),
    stats: await freePort(),
    api: await freePort(),
  };
  return { folder, ports, config };
}

/** One `meseta lb` that runs. */
export class LbProcess {
  err = '';
  out = '';
  readonly closed: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
    });
    this.closed = new Promise((resolve) => child.once('close', resolve));
  }

  /** Starts one; resolves when it serves or has ended. */
  static async start(
    { folder, ports }: Site,
    marathon: string,
    more: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<LbProcess> {
    const places = ['--bind-address=127.0.0.1', `--http-in-port=${ports.front}`];
    const others = [`--appid-port=${ports.appIds}`, `--stats-port=${ports.stats}`];
    const args = ['--sse', '--group=external', `--marathon=${marathon}`, `--work-dir=${folder}`];
    const all = ['lb', ...args, ...places, ...others, `--http-port=${ports.api}`, ...more];
    const lb = new LbProcess(start(all, env));
    const serves = new Promise<void>((resolve) => {
      const look = (): void => {
        if (lb.err.includes('the load balancer serves')) resolve();
      };
      lb.child.stderr?.on('data', look);
    });
    await Promise.race([serves, lb.closed]);
    return lb;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return await this.closed;
  }
}

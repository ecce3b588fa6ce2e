/**
 * The workers of earlier reloads, which still finish their connections: asks them, waits for them, and ends them.
 *
 * Always true: once none is left they are not looked for again until the next reload.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../cluster/runtime/log';
import { askSocket, type ProcessList } from './master-socket';
import { signal } from './processes';

/** An old worker that must end gets SIGTERM, then SIGKILL after the first time, and is given up after the second. */
const CUT_PATIENCE_MS = 300;
const CUT_LIMIT_MS = 1500;
const LOOK_MS = 20;
const STOPPING_LIMIT_MS = 2000;
/** HAProxy takes command lines of up to 16 kB. */
const SERVERS_AT_ONCE = 50;

export class OldWorkers {
  /** True when workers of earlier reloads may still run. */
  mayExist = false;
  /** Old workers that were ended for the next reload. */
  cut = 0;

  constructor(
    private readonly master: {
      readonly socket: string;
      readonly processes: () => Promise<ProcessList | undefined>;
      readonly isStopping: () => boolean;
    },
    private readonly log: Logger,
  ) {}

  /** Their process ids. */
  async list(): Promise<readonly number[]> {
    if (!this.mayExist) return [];
    const list = await this.master.processes();
    if (list?.old.length === 0) this.mayExist = false;
    return list?.old ?? [];
  }

  /** Resolves when none is left, or after `limitMs`. */
  async gone(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline && !this.master.isStopping() && (await this.list()).length > 0)
      await sleep(LOOK_MS);
  }

  /** Sends a command to each and returns their answers. */
  async ask(command: string): Promise<string[]> {
    const ask = (pid: number): Promise<string> => askSocket(this.master.socket, `@!${pid}\n${command}`);
    return await Promise.all((await this.list()).map((pid) => ask(pid).catch(() => '')));
  }

  /** Puts these servers (`backend/server`) into maintenance. */
  async takeOut(servers: readonly string[]): Promise<void> {
    if (!this.mayExist || servers.length === 0) return;
    for (let start = 0; start < servers.length; start += SERVERS_AT_ONCE) {
      const some = servers.slice(start, start + SERVERS_AT_ONCE);
      await this.ask(some.map((server) => `set server ${server} state maint`).join(';'));
    }
  }

  /** Ends them before the next reload, so that there are never more than two workers. */
  async end(): Promise<void> {
    const began = performance.now();
    const ended = new Set<number>();
    for (let old = await this.list(); old.length > 0; old = await this.list()) {
      const since = performance.now() - began;
      if (since > CUT_LIMIT_MS) throw new Error('a worker of an earlier reload does not end');
      this.cut += old.filter((pid) => !ended.has(pid)).length;
      for (const pid of old) ended.add(pid);
      for (const pid of old) signal(pid, since > CUT_PATIENCE_MS ? 'SIGKILL' : 'SIGTERM');
      this.log.warn({ pids: old.join(' ') }, 'ended the worker of an earlier reload, with its connections');
      await sleep(CUT_PATIENCE_MS / 3);
    }
  }

  /**
   * Waits after a reload until they say that they stop. Until then they accept connections of the Runtime API, too, and
   * commands to them would be lost.
   */
  async stopping(): Promise<void> {
    this.mayExist = true;
    const deadline = performance.now() + STOPPING_LIMIT_MS;
    while (performance.now() < deadline) {
      const answers = await this.ask('show info');
      if (answers.every((answer) => !/^Stopping: 0/m.test(answer))) return;
      await sleep(2);
    }
  }
}

/**
 * The HAProxy process: started in master-worker mode, reloaded without losing a connection, started again when somebody
 * kills it, and gone when we are.
 *
 * Always true: the configuration file on disk is one that HAProxy has loaded, so a new start finds something that works.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { askSocket, type ProcessList, readProcessList } from './master-socket';
import { endHaproxies, haproxyProcesses, isHaproxyOf } from './processes';
import { readText, type WorkFolder, writeText } from './work-folder';

/** What came of a check or a reload: nothing wrong, or why not. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly why: string };

const START_LIMIT_MS = 5000;
const RELOAD_LIMIT_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
const RESTART_FIRST_MS = 50;
const RESTART_LAST_MS = 5000;
const ERRORS_KEPT = 40;

export class Haproxy {
  private child: ChildProcess | undefined;
  private errors: string[] = [];
  private stopping = false;
  private restartDelayMs = RESTART_FIRST_MS;
  private restarting: Promise<void> = Promise.resolve();
  private reloading: Promise<unknown> = Promise.resolve();
  /** How often HAProxy ended by itself and was started again. */
  restarts = 0;

  constructor(
    private readonly program: string,
    private readonly folder: WorkFolder,
    private readonly log: Logger,
  ) {}

  /** Ends what an earlier load balancer of this folder left running. */
  async clearLeftOvers(): Promise<void> {
    const pid = Number(readText(this.folder.pidFile));
    const known = pid > 0 && isHaproxyOf(pid, this.folder.config);
    const count = await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
    if (count > 0)
      this.log.warn({ count, known }, 'ended HAProxy processes that an earlier load balancer left');
    for (const path of [this.folder.masterSocket, this.folder.statsSocket]) rmSync(path, { force: true });
  }

  /** Starts with this configuration. Resolves when it serves; fails with HAProxy's own words. */
  async start(config: string): Promise<void> {
    writeText(this.folder.config, config);
    const outcome = await this.launch();
    if (!outcome.ok) throw new StartError(`HAProxy does not start: ${outcome.why}`);
  }

  /** Has HAProxy read a configuration without using it. */
  check(config: string): Promise<Outcome> {
    const path = `${this.folder.config}.new`;
    writeFileSync(path, config, { mode: 0o600 });
    return new Promise((resolve) => {
      execFile(this.program, ['-c', '-f', path], { timeout: RELOAD_LIMIT_MS }, (error, stdout, stderr) => {
        rmSync(path, { force: true });
        resolve(error ? { ok: false, why: complaints(`${stdout}${stderr}`) } : { ok: true });
      });
    });
  }

  /**
   * Makes HAProxy load a configuration. The new worker takes the listening sockets over, so no connection is refused.
   * When it fails, the running workers go on and the file is put back.
   */
  reload(config: string): Promise<Outcome> {
    const turn = this.reloading.then(() => this.replace(config));
    this.reloading = turn.catch(() => undefined);
    return turn;
  }

  private async replace(config: string): Promise<Outcome> {
    await this.restarting;
    const child = this.child;
    const first = await this.attempt(config);
    if (first.ok || this.child === child || this.stopping) return first;
    // HAProxy was killed in the middle of it: once it is back with the old configuration, try again.
    await this.restarting;
    return await this.attempt(config);
  }

  private async attempt(config: string): Promise<Outcome> {
    const before = readText(this.folder.config);
    writeText(this.folder.config, config);
    const outcome = await this.reloadOnce();
    if (!outcome.ok && before !== '') writeText(this.folder.config, before);
    return outcome;
  }

  private async reloadOnce(): Promise<Outcome> {
    const processes = await this.processes();
    if (!processes) return { ok: false, why: 'HAProxy does not answer on its master socket' };
    this.errors = [];
    await askSocket(this.folder.masterSocket, 'reload').catch(() => undefined);
    const after = await this.waitFor((list) => list.reloads > processes.reloads, RELOAD_LIMIT_MS);
    if (!after) return { ok: false, why: `no new worker within ${RELOAD_LIMIT_MS} ms` };
    if (after.failed === 0 && after.worker !== undefined) return { ok: true };
    await sleep(20);
    return { ok: false, why: complaints(this.errors.join('\n')) };
  }

  /** Master and workers as the master tells; undefined when it does not answer. */
  async processes(): Promise<ProcessList | undefined> {
    try {
      return readProcessList(await askSocket(this.folder.masterSocket, 'show proc'));
    } catch {
      return undefined;
    }
  }

  /** Ids of all HAProxy processes of ours. */
  pids(): number[] {
    return haproxyProcesses(this.folder.config);
  }

  isUp(): boolean {
    return this.child !== undefined;
  }

  /** Ends every HAProxy process of ours and waits until they are gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
    await this.restarting;
    await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
    rmSync(this.folder.pidFile, { force: true });
  }

  private async launch(): Promise<Outcome> {
    this.errors = [];
    const words = ['-W', '-S', `${this.folder.masterSocket},mode,600`, '-f', this.folder.config];
    const child = spawn(this.program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let ended = false;
    child.stdout?.on('data', (chunk: Buffer) => this.hear(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.hear(chunk));
    const gone = (): void => {
      if (ended) return;
      ended = true;
      this.ended(child);
    };
    child.on('error', gone);
    child.on('exit', gone);
    if (child.pid !== undefined) writeFileSync(this.folder.pidFile, `${child.pid}\n`);
    const list = await this.waitFor(
      (one) => one.worker !== undefined,
      START_LIMIT_MS,
      () => ended,
    );
    if (list && !ended) {
      this.child = child;
      return { ok: true };
    }
    child.kill('SIGKILL');
    await sleep(20);
    return { ok: false, why: complaints(this.errors.join('\n')) };
  }

  private async waitFor(
    met: (list: ProcessList) => boolean,
    limitMs: number,
    over: () => boolean = () => this.child === undefined,
  ): Promise<ProcessList | undefined> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline && !over()) {
      const list = await this.processes();
      if (list && met(list)) return list;
      await sleep(5);
    }
    return undefined;
  }

  private hear(chunk: Buffer): void {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      this.errors = [...this.errors, line].slice(-ERRORS_KEPT);
      this.log.debug({ line }, 'HAProxy says');
    }
  }

  /** Somebody ended HAProxy: with the master gone its workers leave too, and we start over. */
  private ended(child: ChildProcess): void {
    if (this.child !== child) return;
    this.child = undefined;
    if (this.stopping) return;
    this.log.error({ status: child.exitCode ?? child.signalCode ?? '' }, 'HAProxy ended; starting it again');
    this.restarting = this.restart();
  }

  private async restart(): Promise<void> {
    while (!this.stopping) {
      await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
      const outcome = await this.launch();
      if (outcome.ok) {
        this.restarts++;
        this.restartDelayMs = RESTART_FIRST_MS;
        this.log.info({ pid: this.child?.pid ?? 0 }, 'HAProxy runs again');
        return;
      }
      this.log.error({ why: outcome.why, delayMs: this.restartDelayMs }, 'HAProxy does not start again');
      await sleep(this.restartDelayMs);
      this.restartDelayMs = Math.min(RESTART_LAST_MS, this.restartDelayMs * 2);
    }
  }
}

/** The lines of HAProxy's output that say what is wrong. */
function complaints(output: string): string {
  const lines = output.split('\n').filter((line) => /^\[(ALERT|EMERG)\]/.test(line));
  const shown = (lines.length > 0 ? lines : output.split('\n').filter(Boolean)).slice(0, 6);
  return shown.map((line) => line.replace(/^\[\w+\]\s*\(\d+\)\s*:\s*/, '')).join('; ') || 'it says nothing';
}

/** Line numbers that a complaint names. */
export function complainedLines(why: string): number[] {
  return [...why.matchAll(/\.cfg(?:\.new)?:(\d+)\]/g)].map((match) => Number(match[1]));
}

/**
 * The HAProxy process: started in master-worker mode, reloaded without losing a connection, started again when somebody
 * kills it, and gone when we are.
 *
 * Always true: the configuration file on disk is one that HAProxy has loaded, so a new start finds something that works.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { APP_MAP, HOST_MAP } from '../core/maps';
import type { Files } from '../core/render';
import { keptState } from '../core/server-state';
import { askSocket, type ProcessList, readProcessList } from './master-socket';
import { endHaproxies, haproxyProcesses, isHaproxyOf, signal } from './processes';
import { readText, replaceText, type WorkFolder, writeText } from './work-folder';

/** What came of a check or a reload: nothing wrong, or why not. `nobody`: no app is to blame, such as for a full disk. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly nobody?: boolean };

const START_LIMIT_MS = 5000;
const RELOAD_LIMIT_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
const RESTART_FIRST_MS = 50;
const RESTART_LAST_MS = 5000;
const ERRORS_KEPT = 40;
/** An old worker that has to go is asked, then killed, then given up on. */
const CUT_PATIENCE_MS = 300;
const CUT_LIMIT_MS = 1500;
const OLD_LOOK_MS = 20;
const STOPPING_LIMIT_MS = 2000;
/** HAProxy's line of commands may be 16 kB. */
const SERVERS_AT_ONCE = 50;

export class Haproxy {
  private child: ChildProcess | undefined;
  private errors: string[] = [];
  private stopping = false;
  private restartDelayMs = RESTART_FIRST_MS;
  private restarting: Promise<void> = Promise.resolve();
  private reloading: Promise<unknown> = Promise.resolve();
  /** Whether workers of earlier reloads may be there. */
  private mayHaveOld = false;
  /** How often HAProxy ended by itself and was started again; old workers that were ended for the next reload. */
  restarts = 0;
  workersCut = 0;
  /** The configuration it was started with the last time, and who wants to know when it is started again. */
  startedWith = '';
  onRestart: () => void = () => undefined;

  constructor(
    private readonly program: string,
    private readonly folder: WorkFolder,
    private readonly log: Logger,
    /** Hears what HAProxy writes to its standard output: its own log when that is asked for. */
    private readonly onOutput: (chunk: Buffer) => void = () => undefined,
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

  /** Starts with these files. Resolves when it serves; fails with HAProxy's own words. */
  async start(files: Files): Promise<void> {
    writeText(this.folder.stateFile, keptState(''));
    this.writeFiles(files);
    const outcome = await this.launch();
    if (!outcome.ok) throw new StartError(`HAProxy does not start: ${outcome.why}`);
  }

  /** Has HAProxy read a configuration without using it. */
  async check(files: Files): Promise<Outcome> {
    const path = `${this.folder.config}.new`;
    try {
      if (files.maps) this.ensureMaps();
      writeFileSync(path, files.config, { mode: 0o600 });
    } catch (error) {
      rmSync(path, { force: true });
      return { ok: false, why: (error as Error).message, nobody: true };
    }
    return await new Promise((resolve) => {
      execFile(this.program, ['-c', '-f', path], { timeout: RELOAD_LIMIT_MS }, (error, stdout, stderr) => {
        rmSync(path, { force: true });
        const nobody = error?.killed === true || typeof error?.code === 'string';
        resolve(error ? { ok: false, why: complaints(`${stdout}${stderr}`), nobody } : { ok: true });
      });
    });
  }

  /** Brings the files on disk to what runs after a change without reload. Returns whether that worked. */
  write(files: Files): boolean {
    try {
      this.writeFiles(files);
      return true;
    } catch (error) {
      this.log.error(
        { error: (error as Error).message },
        'the configuration cannot be written; it is tried again',
      );
      return false;
    }
  }

  /**
   * Makes HAProxy load a configuration. The new worker takes the listening sockets over, so no connection is refused.
   * A worker of an earlier reload is ended first, with its connections. When it fails, the running workers go on and
   * the files are put back.
   */
  reload(files: Files): Promise<Outcome> {
    const turn = this.reloading.then(() => this.replace(files));
    this.reloading = turn.catch(() => undefined);
    return turn;
  }

  private async replace(files: Files): Promise<Outcome> {
    await this.restarting;
    const child = this.child;
    const first = await this.attempt(files);
    if (first.ok || this.child === child || this.stopping) return first;
    // HAProxy was killed in the middle of it: once it is back with the old configuration, try again.
    await this.restarting;
    return await this.attempt(files);
  }

  private async attempt(files: Files): Promise<Outcome> {
    const paths = [this.folder.config, this.folder.hostMap, this.folder.appMap];
    const before = paths.map((path) => [path, existsSync(path) ? readText(path) : undefined] as const);
    const putBack = (): void => {
      for (const [path, text] of before) if (text !== undefined) writeText(path, text);
    };
    try {
      await this.endOldWorkers();
      await this.keepState(files);
      this.writeFiles(files);
      const outcome = await this.reloadOnce();
      if (!outcome.ok) putBack();
      return outcome;
    } catch (error) {
      this.attemptSafely(putBack);
      return { ok: false, why: (error as Error).message };
    }
  }

  private attemptSafely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.log.error({ error: (error as Error).message }, 'the files cannot be put back');
    }
  }

  /** There are never more than two generations: what an earlier reload left has to go before the next one. */
  private async endOldWorkers(): Promise<void> {
    const began = performance.now();
    for (let old = await this.oldWorkers(); old.length > 0; old = await this.oldWorkers()) {
      const since = performance.now() - began;
      if (since > CUT_LIMIT_MS) throw new Error('a worker of an earlier reload does not end');
      if (since < CUT_PATIENCE_MS / 3) this.workersCut += old.length;
      for (const pid of old) signal(pid, since > CUT_PATIENCE_MS ? 'SIGKILL' : 'SIGTERM');
      this.log.warn({ pids: old.join(' ') }, 'ended the worker of an earlier reload, with its connections');
      await sleep(CUT_PATIENCE_MS / 3);
    }
  }

  /** Workers of earlier reloads that finish their connections. */
  async oldWorkers(): Promise<readonly number[]> {
    if (!this.mayHaveOld) return [];
    const list = await this.processes();
    if (list?.old.length === 0) this.mayHaveOld = false;
    return list?.old ?? [];
  }

  /** Resolves when no worker of an earlier reload is left, or when the time is over. */
  async oldWorkersGone(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline && !this.stopping && (await this.oldWorkers()).length > 0)
      await sleep(OLD_LOOK_MS);
  }

  /** Old workers too give these servers (`backend/server`) no request any more. */
  async takeOutAtOldWorkers(servers: readonly string[]): Promise<void> {
    if (!this.mayHaveOld || servers.length === 0) return;
    for (let at = 0; at < servers.length; at += SERVERS_AT_ONCE) {
      const some = servers.slice(at, at + SERVERS_AT_ONCE);
      await this.askOldWorkers(some.map((server) => `set server ${server} state maint`).join(';'));
    }
  }

  /** HAProxy's verdicts on servers go over to the next worker; without health checks there are none. */
  private async keepState({ blocks }: Files): Promise<void> {
    const checked = blocks.some(({ servers }) => servers?.includes(' check') ?? false);
    const state = checked
      ? await askSocket(this.folder.statsSocket, 'show servers state').catch(() => '')
      : '';
    writeText(this.folder.stateFile, keptState(state));
  }

  private writeFiles({ config, maps }: Files): void {
    if (maps) {
      writeText(this.folder.hostMap, maps.hosts);
      writeText(this.folder.appMap, maps.apps);
      this.ensureMaps();
    }
    replaceText(this.folder.config, config);
  }

  private ensureMaps(): void {
    for (const name of [HOST_MAP, APP_MAP]) {
      const path = join(dirname(this.folder.config), name);
      if (!existsSync(path)) writeFileSync(path, '', { mode: 0o644 });
    }
  }

  private async reloadOnce(): Promise<Outcome> {
    const processes = await this.processes();
    if (!processes) return await this.reloadBySignal();
    this.errors = [];
    await askSocket(this.folder.masterSocket, 'reload').catch(() => undefined);
    const after = await this.waitFor((list) => list.reloads > processes.reloads, RELOAD_LIMIT_MS);
    if (!after) return { ok: false, why: `no new worker within ${RELOAD_LIMIT_MS} ms` };
    if (after.failed === 0 && after.worker !== undefined) {
      this.mayHaveOld = true;
      await this.oldWorkersStop();
      return { ok: true };
    }
    await sleep(20);
    return { ok: false, why: complaints(this.errors.join('\n')) };
  }

  /**
   * For a moment after a reload both workers take connections, orders too: what is ordered then would be lost with the
   * old one. Waits until it says that it stops.
   */
  private async oldWorkersStop(): Promise<void> {
    const deadline = performance.now() + STOPPING_LIMIT_MS;
    while (performance.now() < deadline) {
      const answers = await this.askOldWorkers('show info');
      if (answers.every((answer) => !/^Stopping: 0/m.test(answer))) return;
      await sleep(2);
    }
  }

  /** For when somebody removed the master's socket: the master hears a signal too, and its new worker can be seen. */
  private async reloadBySignal(): Promise<Outcome> {
    const master = this.child?.pid;
    const away: Outcome = { ok: false, why: 'HAProxy does not answer on its master socket' };
    if (master === undefined) return away;
    const before = new Set(this.pids());
    signal(master, 'SIGUSR2');
    const deadline = performance.now() + RELOAD_LIMIT_MS;
    while (performance.now() < deadline && this.child) {
      await sleep(100);
      const fresh = this.pids().filter((pid) => !before.has(pid));
      if (fresh.length === 0) continue;
      await sleep(300);
      if (!this.pids().some((pid) => fresh.includes(pid))) continue;
      this.mayHaveOld = true;
      return { ok: true };
    }
    return away;
  }

  /** Master and workers as the master tells; undefined when it does not answer. */
  async processes(): Promise<ProcessList | undefined> {
    try {
      return readProcessList(await askSocket(this.folder.masterSocket, 'show proc'));
    } catch {
      return undefined;
    }
  }

  /** The answers of the workers of earlier reloads to a command. */
  async askOldWorkers(command: string): Promise<string[]> {
    const old = await this.oldWorkers();
    const ask = (pid: number): Promise<string> => askSocket(this.folder.masterSocket, `@!${pid}\n${command}`);
    return await Promise.all(old.map((pid) => ask(pid).catch(() => '')));
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
    this.startedWith = readText(this.folder.config);
    this.mayHaveOld = false;
    const child = spawn(this.program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let ended = false;
    child.stdout?.on('data', (chunk: Buffer) => this.onOutput(chunk));
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
        this.onRestart();
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

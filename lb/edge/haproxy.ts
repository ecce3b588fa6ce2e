/**
 * The HAProxy process: started in master-worker mode in a session of its own, adopted from an earlier load balancer,
 * reloaded without losing a connection, let go to serve on, or ended.
 *
 * Always true: the configuration file on disk is one that HAProxy has loaded, so a new start finds something that works.
 * Starts and reloads take turns.
 */

import { execFile, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withInheritedUmask } from '../../cluster/runtime/files/private';
import type { Logger } from '../../cluster/runtime/log';
import { printProcess, startedAt } from '../../cluster/runtime/process-start';
import type { ProbeResult, SearchResult } from '../core/events';
import { APP_MAP, HOST_MAP } from '../core/maps';
import type { ConfigFiles } from '../core/render';
import { hasHealthChecks, isServerState, stateFileText } from '../core/server-state';
import { findRunning } from './find-running-haproxy';
import { askSocket, type ProcessList, probeSocket, readProcessList } from './master-socket';
import { OutputPipes } from './output-pipes';
import { endAll, endHaproxies, haproxyMasters, haproxyProcesses, signal, watchProcess } from './processes';
import { readOwnText, readText, replaceText, type WorkFolder, writeText } from './work-folder';

/** What came of a check or a reload: nothing wrong, or why not. `nobody`: no app is to blame, such as for a full disk. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly noAppAtFault?: boolean };

const START_LIMIT_MS = 5000;
const RELOAD_LIMIT_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
const ERRORS_KEPT = 40;
/** An old worker that has to go is asked, then killed, then given up on. */
const CUT_PATIENCE_MS = 300;
const CUT_LIMIT_MS = 1500;
const OLD_LOOK_MS = 20;
const STOPPING_LIMIT_MS = 2000;
/** Longest wait of a stop for starts and reloads that are under way. */
const TURN_LIMIT_MS = 15_000;
/** HAProxy's line of commands may be 16 kB. */
const SERVERS_AT_ONCE = 50;

/** A worker, by process id and the time it began. */
export interface Worker {
  readonly worker: number;
  readonly since: string;
  /** Of its program. */
  readonly version: string;
}

export class Haproxy {
  private pid: number | undefined;
  /** When the HAProxy to adopt began, as seen when it was found. */
  private foundSince: string | undefined;
  private unwatch: () => void = () => undefined;
  private errors: string[] = [];
  /** No new reload or watch begins; starts that are under way go on until HAProxy is let go. */
  private stopping = false;
  private launches = true;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly outputs: OutputPipes;
  /** Whether workers of earlier reloads may be there. */
  private mayHaveOld = false;
  /** How often HAProxy was started again after it ended; old workers that were ended for the next reload. */
  restarts = 0;
  workersCut = 0;
  private starts = 0;
  /** The configuration it was started with the last time. */
  startedWith = '';
  /** Where the Runtime API is now, and whether the next reload makes it at its other path. */
  socketPath: string;
  private socketMoves = false;
  /** The files as last loaded or written. */
  private latest: ConfigFiles | undefined;
  /** Hears that HAProxy ended. */
  onEnd: (pid: number, status: string) => void = () => undefined;

  constructor(
    private readonly program: string,
    private readonly folder: WorkFolder,
    private readonly log: Logger,
    /** Hears what HAProxy writes to its standard output: its own log when that is asked for. */
    onOutput: (chunk: Buffer) => void = () => undefined,
  ) {
    const listeners = { log: onOutput, errors: (chunk: Buffer) => this.hear(chunk) };
    this.outputs = new OutputPipes(folder.outputs, listeners, log);
    this.socketPath = folder.statsSocket;
  }

  /** Looks for a HAProxy that an earlier load balancer left. What is left beside the one to adopt is ended. */
  async findRunning(): Promise<SearchResult> {
    const { finding, others } = await findRunning(this.folder);
    if (others.length > 0) {
      this.log.warn({ pids: others.join(' ') }, 'ended HAProxy processes beside the one that serves');
      await endAll(
        () => haproxyMasters(this.folder.config).filter((pid) => others.includes(pid)),
        STOP_PATIENCE_MS,
      );
    }
    this.foundSince = finding.kind === 'serving' ? startedAt(finding.pid) : undefined;
    return finding;
  }

  /** Takes a running HAProxy over as it is. */
  async adopt(pid: number): Promise<void> {
    this.socketPath = await this.liveSocket();
    this.startedWith = this.configOnDisk();
    this.outputs.adopt(pid);
    // Workers of reloads of the earlier load balancer may still finish their connections.
    this.mayHaveOld = true;
    this.starts = 1;
    const since = this.foundSince;
    this.keepPid(pid, since);
    this.pid = pid;
    this.unwatch = watchProcess({ pid, since }, () => this.ended(pid, 'unknown'));
  }

  /** The socket that the running worker listens on: one of two, of which one may be left of an earlier worker. */
  private async liveSocket(): Promise<string> {
    const { statsSocket, otherStatsSocket } = this.folder;
    for (const path of [statsSocket, otherStatsSocket])
      if (/^Pid: /m.test(await askSocket(path, 'show info').catch(() => ''))) return path;
    return readOwnText(this.folder.config).includes(otherStatsSocket) ? otherStatsSocket : statsSocket;
  }

  /** Path of the configuration. */
  get config(): string {
    return this.folder.config;
  }

  /** The configuration on disk, as the model has it; empty when there is none of ours. */
  configOnDisk(): string {
    return readOwnText(this.folder.config).replaceAll(this.folder.otherStatsSocket, this.folder.statsSocket);
  }

  /** The files on disk. */
  filesOnDisk(maps: boolean): ConfigFiles {
    const read = { hosts: readOwnText(this.folder.hostMap), apps: readOwnText(this.folder.appMap) };
    return { config: this.configOnDisk(), maps: maps ? read : undefined, blocks: [] };
  }

  /** Starts HAProxy with these files, or with those on disk. A HAProxy that runs by then is a success, too. */
  start(files?: ConfigFiles): Promise<Outcome> {
    return this.inTurn(() => (this.pid === undefined ? this.startNow(files) : Promise.resolve({ ok: true })));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async startNow(files: ConfigFiles | undefined): Promise<Outcome> {
    try {
      await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
      const { masterSocket, statsSocket, otherStatsSocket } = this.folder;
      for (const path of [masterSocket, statsSocket, otherStatsSocket]) rmSync(path, { force: true });
      this.socketPath = statsSocket;
      this.prepareFiles(files);
      return await this.launch();
    } catch (error) {
      return { ok: false, why: (error as Error).message, noAppAtFault: true };
    }
  }

  /** Files for a start. Those on disk are used as they are: a full disk must not keep HAProxy from starting again. */
  private prepareFiles(files: ConfigFiles | undefined): void {
    this.attemptSafely(() => this.folder.ensure());
    this.attemptSafely(() => void writeText(this.folder.stateFile, stateFileText('')));
    const onDisk = readOwnText(this.folder.config);
    if (files === undefined && onDisk !== '' && onDisk === this.configOnDisk()) return;
    // Somebody may have removed the folder while HAProxy served.
    const source = files ?? (onDisk === '' ? this.latest : this.filesOnDisk(false));
    if (source === undefined) throw new Error(`there is no configuration in ${this.folder.config}`);
    this.latest = files ?? this.latest;
    this.writeFiles(source);
  }

  /** Has HAProxy read a configuration without using it. */
  async check(files: ConfigFiles): Promise<Outcome> {
    const path = `${this.folder.config}.new`;
    try {
      if (files.maps) this.ensureMaps();
      writeFileSync(path, files.config, { mode: 0o600 });
    } catch (error) {
      rmSync(path, { force: true });
      return { ok: false, why: (error as Error).message, noAppAtFault: true };
    }
    return await new Promise((resolve) => {
      execFile(this.program, ['-c', '-f', path], { timeout: RELOAD_LIMIT_MS }, (error, stdout, stderr) => {
        rmSync(path, { force: true });
        const noAppAtFault = error?.killed === true || typeof error?.code === 'string';
        resolve(error ? { ok: false, why: complaints(`${stdout}${stderr}`), noAppAtFault } : { ok: true });
      });
    });
  }

  /** Brings the files on disk to what runs after a change without reload. Returns whether that worked. */
  write(files: ConfigFiles): boolean {
    try {
      this.latest = files;
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
  reload(files: ConfigFiles): Promise<Outcome> {
    return this.inTurn(() => this.replace(files));
  }

  private async replace(files: ConfigFiles): Promise<Outcome> {
    if (this.pid === undefined) return await this.startNow(files);
    const { pid } = this;
    const first = await this.attemptReload(files);
    if (first.ok || this.pid === pid || this.stopping) return first;
    // HAProxy was killed in the middle of it: a new one may as well begin with this configuration.
    return await this.startNow(files);
  }

  /**
   * The next reload makes the Runtime API's socket again. That takes another path: for the same one the new worker takes
   * the listening socket over, and nothing appears on disk.
   */
  moveSocket(): void {
    this.socketMoves = true;
  }

  private async attemptReload(files: ConfigFiles): Promise<Outcome> {
    const paths = [this.folder.config, this.folder.hostMap, this.folder.appMap];
    const before = paths.map((path) => [path, existsSync(path) ? readText(path) : undefined] as const);
    const putBack = (): void => {
      for (const [path, text] of before) if (text !== undefined) writeText(path, text);
    };
    const socket = this.socketPath;
    try {
      this.folder.ensure();
      await this.endOldWorkers();
      await this.keepState(files);
      if (this.socketMoves) this.socketPath = this.otherSocket();
      this.writeFiles(files);
      const outcome = await this.reloadOnce();
      if (outcome.ok) {
        this.socketMoves = false;
        this.latest = files;
      } else {
        this.socketPath = socket;
        putBack();
      }
      return outcome;
    } catch (error) {
      this.socketPath = socket;
      this.attemptSafely(putBack);
      return { ok: false, why: (error as Error).message };
    }
  }

  private otherSocket(): string {
    const { statsSocket, otherStatsSocket } = this.folder;
    const other = this.socketPath === statsSocket ? otherStatsSocket : statsSocket;
    rmSync(other, { force: true });
    return other;
  }

  private attemptSafely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.log.error({ error: (error as Error).message }, 'a file cannot be written');
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
    for (let start = 0; start < servers.length; start += SERVERS_AT_ONCE) {
      const some = servers.slice(start, start + SERVERS_AT_ONCE);
      await this.askOldWorkers(some.map((server) => `set server ${server} state maint`).join(';'));
    }
  }

  /** HAProxy's verdicts on servers go over to the next worker; without health checks there are none. */
  private async keepState(files: ConfigFiles): Promise<void> {
    writeText(this.folder.stateFile, stateFileText(hasHealthChecks(files) ? await this.serverState() : ''));
  }

  /** The worker's answer; by way of the master when the worker's socket was removed, which is a reason to reload. */
  private async serverState(): Promise<string> {
    const command = 'show servers state';
    const answer = await askSocket(this.socketPath, command).catch(() => '');
    if (isServerState(answer)) return answer;
    const worker = (await this.processes())?.worker;
    if (worker === undefined) return '';
    const byMaster = `@!${worker}\n${command}`;
    return await askSocket(this.folder.masterSocket, byMaster).catch(() => '');
  }

  private writeFiles({ config, maps }: ConfigFiles): void {
    const { statsSocket } = this.folder;
    if (maps) {
      writeText(this.folder.hostMap, maps.hosts);
      writeText(this.folder.appMap, maps.apps);
      this.ensureMaps();
    }
    const moved = this.socketPath !== statsSocket;
    replaceText(this.folder.config, moved ? config.replaceAll(statsSocket, this.socketPath) : config);
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

  /** For when somebody removed the master's socket: the master hears a signal too, and makes its socket again. */
  private async reloadBySignal(): Promise<Outcome> {
    const { pid } = this;
    const away: Outcome = { ok: false, why: 'HAProxy does not answer on its master socket' };
    if (pid === undefined) return away;
    const before = new Set(this.pids());
    this.errors = [];
    signal(pid, 'SIGUSR2');
    const deadline = performance.now() + RELOAD_LIMIT_MS;
    while (performance.now() < deadline && this.pid === pid) {
      await sleep(20);
      const list = await this.processes();
      if (list === undefined) continue;
      if (list.failed > 0) return { ok: false, why: complaints(this.errors.join('\n')) };
      if (list.worker === undefined || before.has(list.worker)) continue;
      this.mayHaveOld = true;
      await this.oldWorkersStop();
      return { ok: true };
    }
    return away;
  }

  /** Whether the sockets of worker and master answer. */
  async probe(): Promise<{ runtime: ProbeResult; master: ProbeResult }> {
    const [runtime, master] = await Promise.all([
      probeSocket(this.socketPath, 'show info', /^Pid: /m),
      probeSocket(this.folder.masterSocket, 'show proc', /^\d+\s+master/m),
    ]);
    return { runtime, master };
  }

  /** The worker that serves; undefined when that cannot be told. */
  async worker(): Promise<Worker | undefined> {
    const list = await this.processes();
    const since = list?.worker === undefined ? undefined : startedAt(list.worker);
    if (list?.worker === undefined || since === undefined) return undefined;
    return { worker: list.worker, since, version: list.version };
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
    return this.pid !== undefined;
  }

  /** Process id of the master; undefined while HAProxy does not run. */
  get masterPid(): number | undefined {
    return this.pid;
  }

  /** Lets HAProxy serve on without us, once starts and reloads that are under way are over; `limitMs` at most. */
  async detach(limitMs = TURN_LIMIT_MS): Promise<void> {
    this.stopping = true;
    await this.turnOver(limitMs);
    this.launches = false;
    this.unwatch();
    this.outputs.stop();
  }

  /** Ends every HAProxy process of ours, waits until they are gone, and removes their files. */
  async end(): Promise<void> {
    this.stopping = true;
    this.launches = false;
    this.unwatch();
    if (this.pid !== undefined) signal(this.pid, 'SIGTERM');
    await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
    await this.turnOver(TURN_LIMIT_MS);
    await endHaproxies(this.folder.config, STOP_PATIENCE_MS);
    this.pid = undefined;
    this.outputs.stop();
    this.folder.clear();
  }

  /** Each start and reload has its limits; this one holds for several of them, too. */
  private async turnOver(limitMs: number): Promise<void> {
    const limit = new AbortController();
    const over = sleep(limitMs, 'late', { signal: limit.signal }).catch(() => undefined);
    const late = (await Promise.race([this.turn, over])) === 'late';
    limit.abort();
    if (late) this.log.warn({ limitMs }, 'the stop waits no longer for a start or reload of HAProxy');
  }

  private async launch(): Promise<Outcome> {
    if (!this.launches) return { ok: false, why: 'the load balancer stops', noAppAtFault: true };
    this.errors = [];
    const words = ['-W', '-S', `${this.folder.masterSocket},mode,600`, '-f', this.folder.config];
    this.startedWith = this.configOnDisk();
    this.mayHaveOld = false;
    const child = this.outputs.spawnWith(([log, errors]) =>
      // A session of its own: neither our end nor a Ctrl-C in our terminal reaches it. Sockets of templates have the modes
      // that the operator's umask gives them.
      withInheritedUmask(() =>
        spawn(this.program, words, { detached: true, stdio: ['ignore', log, errors] }),
      ),
    );
    child.unref();
    const { pid } = child;
    let ended = false;
    const gone = (): void => {
      if (ended) return;
      ended = true;
      if (pid !== undefined) this.ended(pid, String(child.exitCode ?? child.signalCode ?? ''));
    };
    child.on('error', gone);
    child.on('exit', gone);
    if (pid !== undefined) this.keepPid(pid);
    const list = await this.waitFor(
      (processes) => processes.worker !== undefined,
      START_LIMIT_MS,
      () => ended,
    );
    if (list && !ended && pid !== undefined) {
      this.unwatch = () => void child.removeListener('exit', gone);
      this.pid = pid;
      if (this.starts++ > 0) this.restarts++;
      return { ok: true };
    }
    child.kill('SIGKILL');
    await sleep(20);
    return { ok: false, why: complaints(this.errors.join('\n')) };
  }

  /** A disk that takes no pid file is no reason not to serve: the process can be found without. */
  private keepPid(pid: number, since = startedAt(pid)): void {
    try {
      writeText(this.folder.pidFile, printProcess(pid, since));
    } catch (error) {
      this.log.warn({ error: (error as Error).message }, "HAProxy's pid file cannot be written");
    }
  }

  private async waitFor(
    met: (list: ProcessList) => boolean,
    limitMs: number,
    over: () => boolean = () => this.pid === undefined,
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

  private ended(pid: number, status: string): void {
    if (this.pid !== pid) return;
    this.unwatch();
    this.pid = undefined;
    if (!this.stopping) this.onEnd(pid, status);
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

/**
 * Runs the HAProxy process: starts it in master-worker mode in its own session, adopts one of an earlier load balancer,
 * reloads it without losing a connection, detaches it, or ends it.
 *
 * Always true: HAProxy has loaded the configuration file on disk, so that a new start finds one that works. Only one start
 * or reload runs at a time.
 */

import { execFile, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../cluster/model/error-text';
import { withInheritedUmask } from '../../cluster/runtime/files/private';
import { withholdingFiles } from '../../cluster/runtime/files/withheld-files';
import type { Logger } from '../../cluster/runtime/log';
import { printProcess, startedAt } from '../../cluster/runtime/process-start';
import type { ProbeResult, SearchResult } from '../core/events';
import type { Outcome } from '../core/refresh/refresh';
import { hasHealthChecks, isServerState } from '../core/reload/server-state';
import type { ConfigFiles } from '../core/render/render';
import { findRunning } from './find-running-haproxy';
import { HaproxyFiles } from './haproxy-files';
import { askSocket, type ProcessList, probeSocket, readProcessList } from './master-socket';
import { OldWorkers } from './old-workers';
import { OutputPipes } from './output-pipes';
import { endAll, endHaproxies, haproxyMasters, haproxyProcesses, signal, watchProcess } from './processes';
import { type WorkFolder, writeText } from './work-folder';

const START_LIMIT_MS = 5000;
const RELOAD_LIMIT_MS = 10_000;
const STOP_PATIENCE_MS = 2000;
const ERRORS_KEPT = 40;
/** Longest wait of a stop for starts and reloads that are under way. */
const TURN_LIMIT_MS = 15_000;
/** A worker process, by process id and start time. */
export interface Worker {
  readonly worker: number;
  readonly since: string;
  /** Version of the worker's program. */
  readonly version: string;
}

export class Haproxy {
  private pid: number | undefined;
  /** Start time of the HAProxy to adopt, read when it was found. */
  private foundSince: string | undefined;
  private unwatch: () => void = () => undefined;
  private errors: string[] = [];
  /** True from a stop on: no new reload or watch begins, but starts under way go on until HAProxy is detached. */
  private stopping = false;
  private launches = true;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly outputs: OutputPipes;
  private readonly files: HaproxyFiles;
  /** Workers of earlier reloads. */
  readonly oldWorkers: OldWorkers;
  /** Restarts of HAProxy after it ended. */
  restarts = 0;
  private starts = 0;
  /** The configuration of the last start. */
  startedWith = '';
  /** Called when HAProxy ended. */
  onEnd: (pid: number, status: string) => void = () => undefined;

  constructor(
    private readonly program: string,
    private readonly folder: WorkFolder,
    private readonly log: Logger,
    /** Gets HAProxy's standard output: its log with --access-log stdout. */
    onOutput: (chunk: Buffer) => void = () => undefined,
  ) {
    const listeners = { log: onOutput, errors: (chunk: Buffer) => this.readErrors(chunk) };
    this.outputs = new OutputPipes(folder.outputs, listeners, log);
    this.files = new HaproxyFiles(folder, log);
    const { masterSocket: socket } = folder;
    const processes = (): Promise<ProcessList | undefined> => this.processes();
    this.oldWorkers = new OldWorkers({ socket, processes, isStopping: () => this.stopping }, log);
  }

  /** Looks for a HAProxy of an earlier load balancer. Others beside the one to adopt are ended. */
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

  /** Takes over a running HAProxy as it is. */
  async adopt(pid: number): Promise<void> {
    await this.files.findSocket();
    this.startedWith = this.files.configOnDisk();
    this.outputs.adopt(pid);
    // Workers of reloads of the earlier load balancer may still finish their connections.
    this.oldWorkers.mayExist = true;
    this.starts = 1;
    const since = this.foundSince;
    this.keepPid(pid, since);
    this.pid = pid;
    this.unwatch = watchProcess({ pid, since }, () => this.ended(pid, 'unknown'));
  }

  /** Path of the configuration. */
  get config(): string {
    return this.folder.config;
  }

  /** The path of the Runtime API's socket. */
  get socketPath(): string {
    return this.files.socketPath;
  }

  /** The files on disk. */
  filesOnDisk(maps: boolean): ConfigFiles {
    return this.files.onDisk(maps);
  }

  /** Starts HAProxy with these files, or with those on disk. Succeeds at once when it runs already. */
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
      this.files.prepareStart(files);
      return await this.launch();
    } catch (error) {
      return { ok: false, why: errorText(error), noAppAtFault: true };
    }
  }

  /** Lets HAProxy check a configuration (`haproxy -c`). */
  async check(files: ConfigFiles): Promise<Outcome> {
    let path: string;
    try {
      path = this.files.writeForCheck(files);
    } catch (error) {
      this.files.removeChecked();
      return { ok: false, why: errorText(error), noAppAtFault: true };
    }
    return await new Promise((resolve) => {
      execFile(this.program, ['-c', '-f', path], { timeout: RELOAD_LIMIT_MS }, (error, stdout, stderr) => {
        this.files.removeChecked();
        const noAppAtFault = error?.killed === true || typeof error?.code === 'string';
        resolve(error ? { ok: false, why: errorsIn(`${stdout}${stderr}`), noAppAtFault } : { ok: true });
      });
    });
  }

  /** Writes the files after a change without reload. Returns false when that failed. */
  write(files: ConfigFiles): boolean {
    try {
      this.files.write(files);
      return true;
    } catch (error) {
      this.log.error({ error: errorText(error) }, 'the configuration cannot be written; it is tried again');
      return false;
    }
  }

  /**
   * Reloads HAProxy with these files. The new worker takes over the listening sockets, so no connection is refused. The
   * worker of an earlier reload is ended first, with its connections. When the reload fails the running workers go on
   * and the files are restored.
   */
  reload(files: ConfigFiles): Promise<Outcome> {
    return this.inTurn(() => this.replace(files));
  }

  private async replace(files: ConfigFiles): Promise<Outcome> {
    if (this.pid === undefined) return await this.startNow(files);
    const { pid } = this;
    const first = await this.attemptReload(files);
    if (first.ok || this.pid === pid || this.stopping) return first;
    // HAProxy was killed during the reload: the new one starts with this configuration.
    return await this.startNow(files);
  }

  /**
   * Lets the next reload recreate the Runtime API's socket at its other path. At the same path the new worker would take
   * over the listening socket, and no file would appear.
   */
  moveSocket(): void {
    this.files.socketMoves = true;
  }

  private async attemptReload(files: ConfigFiles): Promise<Outcome> {
    const putBack = this.files.remember();
    try {
      this.folder.ensure();
      await this.oldWorkers.end();
      this.files.writeStates(hasHealthChecks(files) ? await this.serverState() : '');
      this.files.writeForReload(files);
      const outcome = await this.reloadOnce();
      if (outcome.ok) this.files.loaded(files);
      else putBack();
      return outcome;
    } catch (error) {
      this.files.attemptSafely(putBack);
      return { ok: false, why: errorText(error) };
    }
  }

  /** Asks the worker, by way of the master when the worker's socket was removed. */
  private async serverState(): Promise<string> {
    const command = 'show servers state';
    const answer = await askSocket(this.socketPath, command).catch(() => '');
    if (isServerState(answer)) return answer;
    const worker = (await this.processes())?.worker;
    if (worker === undefined) return '';
    const byMaster = `@!${worker}\n${command}`;
    return await askSocket(this.folder.masterSocket, byMaster).catch(() => '');
  }

  private async reloadOnce(): Promise<Outcome> {
    const processes = await this.processes();
    if (!processes) return await this.reloadBySignal();
    this.errors = [];
    await askSocket(this.folder.masterSocket, 'reload').catch(() => undefined);
    const after = await this.waitFor((list) => list.reloads > processes.reloads, RELOAD_LIMIT_MS);
    if (!after) return { ok: false, why: `no new worker within ${RELOAD_LIMIT_MS} ms` };
    if (after.failed === 0 && after.worker !== undefined) {
      await this.oldWorkers.stopping();
      return { ok: true };
    }
    await sleep(20);
    return { ok: false, why: errorsIn(this.errors.join('\n')) };
  }

  /** Reloads by SIGUSR2 when the master's socket was removed, which the master then recreates. */
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
      if (list.failed > 0) return { ok: false, why: errorsIn(this.errors.join('\n')) };
      if (list.worker === undefined || before.has(list.worker)) continue;
      await this.oldWorkers.stopping();
      return { ok: true };
    }
    return away;
  }

  /** Probes the sockets of worker and master. */
  async probe(): Promise<{ runtime: ProbeResult; master: ProbeResult }> {
    const [runtime, master] = await Promise.all([
      probeSocket(this.socketPath, 'show info', /^Pid: /m),
      probeSocket(this.folder.masterSocket, 'show proc', /^\d+\s+master/m),
    ]);
    return { runtime, master };
  }

  /** The current worker; undefined when the master does not tell it. */
  async worker(): Promise<Worker | undefined> {
    const list = await this.processes();
    const since = list?.worker === undefined ? undefined : startedAt(list.worker);
    if (list?.worker === undefined || since === undefined) return undefined;
    return { worker: list.worker, since, version: list.version };
  }

  /** Master and workers; undefined when the master does not answer. */
  async processes(): Promise<ProcessList | undefined> {
    try {
      return readProcessList(await askSocket(this.folder.masterSocket, 'show proc'));
    } catch {
      return undefined;
    }
  }

  /** Ids of all HAProxy processes of this configuration. */
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

  /** Detaches HAProxy, which serves on, once starts and reloads under way are over or `limitMs` have passed. */
  async detach(limitMs = TURN_LIMIT_MS): Promise<void> {
    this.stopping = true;
    await this.turnOver(limitMs);
    this.launches = false;
    this.unwatch();
    this.outputs.stop();
  }

  /** Ends all HAProxy processes of this configuration, waits for their end, and removes their files. */
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

  /** Waits for starts and reloads under way. Each has its own limit; this one holds for all together. */
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
    this.startedWith = this.files.configOnDisk();
    this.oldWorkers.mayExist = false;
    const child = this.outputs.spawnWith(([log, errors]) =>
      // In its own session neither our end nor a Ctrl-C in our terminal reaches it. Sockets of the operator's templates get
      // their modes from the operator's umask.
      withInheritedUmask(() =>
        withholdingFiles(['ignore', log, errors], (stdio) =>
          spawn(this.program, words, { detached: true, stdio }),
        ),
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
    return { ok: false, why: errorsIn(this.errors.join('\n')) };
  }

  /** Writes the pid file. A failure is only logged, because the process can be found without it. */
  private keepPid(pid: number, since = startedAt(pid)): void {
    try {
      writeText(this.folder.pidFile, printProcess(pid, since));
    } catch (error) {
      this.log.warn({ error: errorText(error) }, "HAProxy's pid file cannot be written");
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

  private readErrors(chunk: Buffer): void {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      this.errors = [...this.errors, line].slice(-ERRORS_KEPT);
      this.log.debug({ line }, 'HAProxy wrote to its standard error');
    }
  }

  private ended(pid: number, status: string): void {
    if (this.pid !== pid) return;
    this.unwatch();
    this.pid = undefined;
    if (!this.stopping) this.onEnd(pid, status);
  }
}

/** The errors in HAProxy's output. */
function errorsIn(output: string): string {
  const lines = output.split('\n').filter((line) => /^\[(ALERT|EMERG)\]/.test(line));
  const shown = (lines.length > 0 ? lines : output.split('\n').filter(Boolean)).slice(0, 6);
  return shown.map((line) => line.replace(/^\[\w+\]\s*\(\d+\)\s*:\s*/, '')).join('; ') || 'it says nothing';
}

/** Line numbers in an error of HAProxy. */
export function errorLines(why: string): number[] {
  return [...why.matchAll(/\.cfg(?:\.new)?:(\d+)\]/g)].map((match) => Number(match[1]));
}

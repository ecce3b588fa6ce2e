/**
 * A Docker container that was started: its end, told once the engine or its first process tells it, and its output.
 *
 * An engine that hangs keeps `docker run` from its end, so a process that was signalled without it is watched.
 *
 * `docker run`, under a holder, copies the output into the sandbox and outlives the agent. When it loses the engine and the
 * container goes on, `docker logs` copies what comes after that.
 */

import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorText } from '../../model/error-text';
import type { ExitStatus } from '../../model/exit-status';
import type { HeldProgram } from '../../runtime/holder/held-program';
import type { Logger } from '../../runtime/log';
import { exitStatus, findHeld, holderFolder } from '../containerizer/held';
import type { ContainerRun } from '../containerizer/isolators/isolator';
import type { StartedProgram } from '../containerizer/program-launcher';
import { judgeEnd, LOST, mayMissOutput, type Signs } from './core/judge-end';
import { containerName } from './core/names';
import { type DockerProgram, holdDocker } from './docker-program';
import { type DockerEngine, EngineUnreachable } from './engine';
import { livePid, noteKill, type RunRecord, readRun, recordOf, writeRun } from './run-record';

/** Time between two looks at a container whose `docker run` has ended. */
const LOOK_MS = 500;

export interface FollowContext {
  readonly program: DockerProgram;
  readonly engine: DockerEngine;
  readonly log: Logger;
  /** Aborted when the agent stops; containers go on. */
  readonly stopped: AbortSignal;
}

export class FollowedContainer implements StartedProgram {
  readonly ended: Promise<ExitStatus>;
  /** Resolves when the process is gone that was signalled without the engine. */
  private readonly abandoned: Promise<ExitStatus>;
  private tellAbandoned: (status: ExitStatus) => void = () => undefined;
  private isWatched = false;

  constructor(
    private readonly run: ContainerRun,
    private readonly command: HeldProgram,
    private readonly context: FollowContext,
  ) {
    this.abandoned = new Promise((resolve) => {
      this.tellAbandoned = resolve;
    });
    this.ended = this.follow();
  }

  get pid(): number | undefined {
    return this.record?.pid;
  }

  private get record(): RunRecord | undefined {
    return readRun(this.run.folder);
  }

  /** Its processes are the engine's, in a cgroup of their own. */
  pids(): readonly number[] {
    return [];
  }

  /** SIGTERM stands for the signal by which the image wants to be ended. */
  signal(signal: NodeJS.Signals): void {
    void this.send(signal).catch((error: unknown) => {
      const fields = { container: this.run.spec.containerId, signal, error: errorText(error) };
      this.context.log.warn(fields, 'a signal could not be sent to a Docker container');
    });
  }

  private async send(signal: NodeJS.Signals): Promise<void> {
    const { engine } = this.context;
    const name = containerName(this.run.spec.containerId);
    try {
      const stopSignal = signal === 'SIGTERM' ? (await engine.inspect(name))?.stopSignal : undefined;
      await engine.kill(name, stopSignal ?? signal);
    } catch (error) {
      if (!(error instanceof EngineUnreachable) || !this.signalProcess(signal)) throw error;
    }
  }

  /** Sends a signal to the first process itself, as nobody else does; false when it is gone. */
  private signalProcess(signal: NodeJS.Signals): boolean {
    const pid = livePid(this.record);
    if (pid === undefined) return false;
    if (signal === 'SIGKILL') noteKill(this.run.folder);
    process.kill(pid, signal);
    void this.watchProcess();
    return true;
  }

  private async watchProcess(): Promise<void> {
    if (this.isWatched) return;
    this.isWatched = true;
    while (livePid(this.record) !== undefined) await this.pause();
    this.tellAbandoned({ code: LOST });
  }

  private async follow(): Promise<ExitStatus> {
    // A holder that was killed has killed `docker run`; the container goes on.
    const status = await Promise.race([this.command.ended.then(exitStatus), this.abandoned]);
    let lostSince: number | undefined;
    for (;;) {
      const seen = await this.look();
      const { record } = this;
      const isAlive = livePid(record) !== undefined;
      if (seen !== 'unreachable' || isAlive) lostSince = undefined;
      else lostSince ??= Date.now();
      const verdict = judgeEnd({
        status,
        seen,
        isAlive,
        wasStarted: record !== undefined,
        isKilled: record?.isKilled === true,
        waitedMs: lostSince === undefined ? 0 : Date.now() - lostSince,
      });
      if (verdict === 'unknown') throw new Error('Failed to get exit status of container');
      if (verdict === 'follow' || mayMissOutput({ status, seen })) await this.followOutput();
      if (typeof verdict === 'object') return verdict.ended;
      await this.pause();
    }
  }

  private async look(): Promise<Signs['seen']> {
    try {
      const seen = await this.context.engine.inspect(containerName(this.run.spec.containerId));
      if (seen?.pid !== undefined && seen.pid !== this.pid) writeRun(this.run.folder, recordOf(seen.pid));
      return seen ?? 'absent';
    } catch (error) {
      if (error instanceof EngineUnreachable) return 'unreachable';
      this.warn(error, 'the engine cannot say how a Docker container is');
      return 'unreachable';
    }
  }

  /** An agent that stops waits for nothing any more. */
  private async pause(): Promise<void> {
    const { stopped } = this.context;
    if (stopped.aborted) return await new Promise(() => undefined);
    await setTimeout(LOOK_MS, undefined, { ref: false, signal: stopped }).catch(() => undefined);
  }

  /** Copies the output until the container ends, or the engine is lost again. */
  private async followOutput(): Promise<void> {
    const folder = followFolder(this.run);
    try {
      const earlier = await findHeld(folder);
      const isHeld = earlier?.isHeld === true;
      await (isHeld ? earlier : await this.startLogs(folder)).ended;
    } catch (error) {
      this.warn(error, 'the output of a Docker container cannot be followed');
    }
  }

  /** Begins where the last program has ended. */
  private async startLogs(folder: string): Promise<HeldProgram> {
    const { containerId, directory } = this.run.spec;
    const from = endOf(folder) ?? endOf(holderFolder(this.run.folder)) ?? new Date();
    await rm(folder, { recursive: true, force: true });
    const files = ['stdout', 'stderr'].map((name) => openAgain(join(directory, name)));
    try {
      const [stdout = -1, stderr = -1] = files;
      return await holdDocker(this.context.program, {
        folder,
        directory,
        arguments: ['logs', '--follow', '--since', from.toISOString(), containerName(containerId)],
        output: { stdout, stderr },
      });
    } finally {
      for (const file of files) closeSync(file);
    }
  }

  private warn(error: unknown, text: string): void {
    const fields = { container: this.run.spec.containerId, error: errorText(error) };
    this.context.log.warn(fields, text);
  }
}

/** The folder of the holder that follows a container after its `docker run`. */
export function followFolder({ folder }: Pick<ContainerRun, 'folder'>): string {
  return join(folder, 'follow');
}

/** The time at which the program of a holder has ended. */
function endOf(folder: string): Date | undefined {
  return statSync(join(folder, 'status'), { throwIfNoEntry: false })?.mtime;
}

/** Opens a file of output that is there, to append; a link is refused. */
function openAgain(path: string): number {
  const file = openSync(
    path,
    constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  const stat = fstatSync(file);
  if (stat.isFile() && stat.nlink === 1) return file;
  closeSync(file);
  throw new Error(`'${path}' is not a file of the container`);
}

/**
 * Docker containers, each run by `docker run` under a holder, with its output in the sandbox (Mesos 1.11
 * src/docker/executor.cpp and src/slave/containerizer/docker.cpp).
 *
 * Always true: a container is known to the engine by its name alone, which is made of its id; so its end needs nothing but
 * that and the run folder.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExitStatus } from '../../model/exit-status';
import { readFileEnd } from '../../runtime/files/file-end';
import { descendants, HeldProgram } from '../../runtime/holder/held-program';
import { identityOf } from '../../runtime/identity';
import { signalAll } from '../../runtime/processes';
import {
  exitStatus,
  findHeld,
  holderFolder,
  interruptStart,
  killAllHeld,
  killHeld,
  mayHaveRun,
} from '../containerizer/held';
import type { ContainerRun } from '../containerizer/isolators/isolator';
import { makeFolderInside } from '../containerizer/isolators/sandbox-folders';
import type { OutputFiles } from '../containerizer/output';
import type { ExecCommand, RunningCommand } from '../containerizer/port';
import type { LaunchPlan, ProgramLauncher, StartedProgram } from '../containerizer/program-launcher';
import { secretVariables, withSecretValues } from '../containerizer/secrets/secret-variables';
import type { ContainerSpec } from '../core/state/container-spec';
import { type Inspection, textWithout } from './core/inspection';
import { mayHaveStarted } from './core/judge-end';
import { containerName } from './core/names';
import { type DockerSettings, runArguments, runEnvironment } from './core/run-arguments';
import { sandboxFolders } from './core/volumes';
import { holdDocker } from './docker-program';
import { EngineUnreachable, type RunningExec } from './engine';
import { type FollowContext, FollowedContainer, followFolder } from './followed-container';
import { endPull, type PullContext, pullImage } from './pull';
import { livePid, noteKill, readRun, recordOf, writeRun } from './run-record';

/** Time between two looks at a container that starts, at first and at most. */
const LOOK_MS = 20;
const LOOK_MAX_MS = 500;
/** Time that the last output of an ended container has to reach the sandbox. */
const OUTPUT_MS = 3000;
/** Time after which an engine has done what a killed `docker run` had asked of it. */
const SETTLED_MS = 2000;
/** Time that an engine has to tell whether a container has started, before the agent goes on with its start. */
const ADOPT_MS = 15_000;
/** Time that a process has to end when it is killed without the engine. */
const KILL_MS = 5000;
const ERROR_MAX = 2000;

export interface DockerLauncherOptions extends FollowContext, PullContext {
  readonly settings: DockerSettings;
  readonly output: OutputFiles;
  /** `--docker_stop_timeout`, in seconds. */
  readonly stopSeconds: number;
}

export class DockerLauncher implements ProgramLauncher {
  constructor(private readonly options: DockerLauncherOptions) {}

  /** The engine makes and starts it in one. */
  create(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async pull(run: ContainerRun): Promise<void> {
    await pullImage(run, this.options);
  }

  async start({ run, environment }: LaunchPlan): Promise<StartedProgram> {
    const { folder } = run;
    const spec = { ...run.spec, command: withSecretValues(run.spec.command, environment) };
    const { settings, program, output } = this.options;
    const envFile = join(folder, 'environment.list');
    const dockerRun = runArguments(spec, settings, envFile);
    if ('error' in dockerRun) throw new Error(dockerRun.error);
    const { plain, odd } = runEnvironment(spec, settings);
    writeFileSync(envFile, plain.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    // Docker would make them for root, and a fetched file may be one of them.
    for (const path of sandboxFolders(spec)) makeFolderInside(spec.directory, path);
    const identity = await identityOf(spec.user).catch(() => undefined);
    const command = await output.with(spec, identity, (files) =>
      holdDocker(program, {
        folder: holderFolder(folder),
        directory: spec.directory,
        arguments: dockerRun.arguments,
        environment: odd,
        output: files,
      }),
    );
    await this.untilStarted(run, command);
    return new FollowedContainer(run, command, this.options);
  }

  /** Resolves once the program of the container runs, or has run. Rejects with the reason why it will not. */
  private async untilStarted({ spec, folder }: ContainerRun, command: HeldProgram): Promise<void> {
    let status: ExitStatus | undefined;
    const ended = command.ended.then((end) => {
      status = exitStatus(end);
    });
    for (let wait = LOOK_MS; ; wait = Math.min(2 * wait, LOOK_MAX_MS)) {
      const hasEnded = status;
      const inspection = await this.inspect(spec, hasEnded !== undefined);
      if (inspection?.started === true) return writeRun(folder, recordOf(inspection.pid));
      if (hasEnded !== undefined) {
        // One that removes itself may be gone already.
        if (!inspection && mayHaveStarted(hasEnded)) return writeRun(folder, recordOf(undefined));
        throw new Error(startError(spec, hasEnded));
      }
      await Promise.race([ended, setTimeout(wait)]);
    }
  }

  /** An engine that is away is waited for as long as `docker run` does. */
  private async inspect(spec: ContainerSpec, isLast: boolean): Promise<Inspection | undefined> {
    try {
      return await this.options.engine.inspect(containerName(spec.containerId));
    } catch (error) {
      if (isLast || !(error instanceof EngineUnreachable)) throw error;
      return undefined;
    }
  }

  interrupt(run: ContainerRun): void {
    void endPull(run);
    interruptStart(run.folder);
  }

  async adopt(run: ContainerRun): Promise<StartedProgram | undefined> {
    const command = await findHeld(holderFolder(run.folder));
    if (!command) return undefined;
    // One that nobody has seen as started tells by its end what became of it.
    if (!readRun(run.folder)) {
      const started = this.untilStarted(run, command).catch(() => undefined);
      await Promise.race([started, setTimeout(ADOPT_MS, undefined, { ref: false })]);
    }
    return new FollowedContainer(run, command, this.options);
  }

  mayHaveRun({ folder }: ContainerRun): boolean {
    return mayHaveRun(holderFolder(folder));
  }

  startSession(): Promise<StartedProgram> {
    return Promise.reject(new Error('Nested containers are not supported'));
  }

  async inspection({ spec }: ContainerRun): Promise<string | undefined> {
    const inspection = await this.options.engine.inspect(containerName(spec.containerId));
    const names = secretVariables(spec.command).map(({ name }) => name);
    return inspection && textWithout(inspection.text, names);
  }

  async exec({ run }: Pick<LaunchPlan, 'run'>, command: ExecCommand): Promise<RunningCommand> {
    const { engine } = this.options;
    const [, ...words] = command.arguments;
    const running = await engine.exec(containerName(run.spec.containerId), {
      arguments: [command.file, ...words],
      environment: command.environment,
    });
    return {
      ended: running.exitCode.then((code) => ({ code })),
      destroy: () => killExec(running),
    };
  }

  async destroy(run: ContainerRun): Promise<void> {
    await endPull(run);
    const name = containerName(run.spec.containerId);
    try {
      await this.options.engine.stop(name, this.options.stopSeconds);
    } catch (error) {
      if (!(error instanceof EngineUnreachable)) throw error;
      await killProcess(run);
    }
    await this.endPrograms(run);
    await this.options.output.settle(run.spec);
  }

  /** Ends what copies the output, once it has copied the last of it, and removes a container that has not run. */
  private async endPrograms(run: ContainerRun): Promise<void> {
    const command = HeldProgram.adopt(holderFolder(run.folder));
    const late = setTimeout(OUTPUT_MS, undefined, { ref: false });
    const wasSeen = readRun(run.folder) !== undefined;
    // Without a container to wait for it may still be about to make one.
    if (command && wasSeen) await Promise.race([command.ended, late]);
    const end = command && !command.isHeld ? await command.ended : undefined;
    await Promise.all([killAllHeld(run.folder), killHeld(followFolder(run))]);
    if (command && !wasSeen) await this.removeUnstarted(run, end !== undefined && 'code' in end);
  }

  /**
   * Removes a container that has not run. When its `docker run` was killed, the engine may be about to make or to start
   * it, and is asked for some time.
   */
  private async removeUnstarted({ spec }: ContainerRun, isSettled: boolean): Promise<void> {
    const { engine } = this.options;
    const name = containerName(spec.containerId);
    const until = Date.now() + (isSettled ? 0 : SETTLED_MS);
    try {
      for (;;) {
        if (await engine.inspect(name)) return await engine.remove(name);
        if (Date.now() >= until) return;
        await setTimeout(LOOK_MS * 5);
      }
    } catch (error) {
      // An engine that is away is asked for orphans when it is back.
      if (!(error instanceof EngineUnreachable)) throw error;
    }
  }
}

/** Kills a command in a container, whose process may not be there yet. The engine has no call for it. */
async function killExec({ exitCode, pid: look }: RunningExec): Promise<void> {
  let hasEnded = false;
  // An engine that cannot say how it has ended has lost it.
  const over = (): void => {
    hasEnded = true;
  };
  const ended = exitCode.then(over, over);
  while (!hasEnded) {
    const pid = await look();
    if (pid !== undefined) signalAll([pid, ...descendants(pid)], 'SIGKILL');
    await Promise.race([ended, setTimeout(LOOK_MS)]);
  }
}

/** Kills the first process of a container whose engine is away. */
async function killProcess({ folder }: ContainerRun): Promise<void> {
  const until = Date.now() + KILL_MS;
  noteKill(folder);
  for (let pid = livePid(readRun(folder)); pid !== undefined; pid = livePid(readRun(folder))) {
    if (Date.now() > until) throw new Error(`The process ${pid} of the container cannot be killed`);
    signalAll([pid], 'SIGKILL');
    await setTimeout(LOOK_MS);
  }
}

/** The reason of a start that failed, with the words of `docker run`, which are in the sandbox, too. */
function startError({ directory, containerId }: ContainerSpec, status: ExitStatus): string {
  const how =
    'code' in status ? `exited with status ${status.code}` : `terminated with signal ${status.signal}`;
  return `Failed to run 'docker run --name ${containerName(containerId)}': ${how}; stderr='${lastWords(directory)}'`;
}

function lastWords(directory: string): string {
  try {
    return readFileEnd(join(directory, 'stderr'), ERROR_MAX).trim();
  } catch {
    return '';
  }
}

/**
 * Containers where there is no holder, since there was no C compiler at the build: a program as a child of the agent each.
 *
 * They do not outlive the agent: the next one kills what is left of them. Processes that leave the session are found by
 * the sandbox in their environment.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import type { ExitStatus } from '../../../model/exit-status';
import { withInheritedUmask } from '../../../runtime/files/private';
import { withholdingFiles } from '../../../runtime/files/withheld-files';
import { type Identity, identityOf } from '../../../runtime/identity';
import { findProcesses, signalAll } from '../../../runtime/processes';
import { killInSandbox } from '../held';
import type { ContainerRun } from '../isolators/isolator';
import { type Output, OutputFiles, withoutOutput } from '../output';
import type { ExecCommand, RunningCommand } from '../port';
import { type Program, programOf } from '../program';
import type { LaunchPlan, ProgramLauncher, StartedProgram } from '../program-launcher';
import { isFetching } from '../run-folder';
import { terminalOf } from '../terminal';

interface ChildPlan extends Program, Output {
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly identity: Identity | undefined;
}

export class ChildLauncher implements ProgramLauncher {
  constructor(private readonly output = new OutputFiles()) {}

  create(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async start({ run, environment }: LaunchPlan): Promise<StartedProgram> {
    const { command, directory, user } = run.spec;
    if (!command) return EMPTY;
    if (terminalOf(run.spec))
      throw new Error('A terminal (ContainerInfo.tty_info) needs a holder: build it with a C compiler');
    const program = programOf(command);
    const identity = await identityOf(user);
    return await this.output.with(run.spec, identity, (output) =>
      startChild({ ...program, ...output, environment, directory, identity }),
    );
  }

  adopt(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** A child is started at once. */
  interrupt(): void {
    return undefined;
  }

  /** Nothing tells of a program but the files of its output, which are made before it. */
  mayHaveRun({ spec, folder }: ContainerRun): boolean {
    if (isFetching(folder)) return false;
    return spec.command === undefined || existsSync(join(spec.directory, 'stdout'));
  }

  async exec(
    { run, environment }: Pick<LaunchPlan, 'run' | 'environment'>,
    command: ExecCommand,
  ): Promise<RunningCommand> {
    const { directory, user } = run.spec;
    const identity = await identityOf(user);
    const all = { ...environment, ...command.environment };
    const child = await withoutOutput((output) =>
      startChild({ ...command, ...output, environment: all, directory, identity }),
    );
    return {
      ended: child.ended,
      destroy: async () => {
        signalAll(child.pid === undefined ? [] : [-child.pid], 'SIGKILL');
        await child.ended;
      },
    };
  }

  startSession(): Promise<never> {
    return Promise.reject(new Error('A session needs a holder: build it with a C compiler'));
  }

  async destroy({ spec }: ContainerRun): Promise<void> {
    await killInSandbox(spec.directory);
    await this.output.settle(spec);
  }
}

/** Starts a child in a session of its own. Rejects when it cannot be executed. */
function startChild(plan: ChildPlan): Promise<StartedProgram> {
  const { file, arguments: all, environment, directory, identity, stdout, stderr } = plan;
  const [argv0, ...rest] = all;
  const child = withInheritedUmask(() =>
    withholdingFiles(['ignore', stdout, stderr], (stdio) =>
      spawn(file, rest, {
        argv0,
        cwd: directory,
        env: { ...environment },
        detached: true,
        stdio,
        ...(identity && { uid: identity.uid, gid: identity.gid }),
      }),
    ),
  );
  const { pid } = child;
  const escaped = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value === directory);
  const ended = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }));
  });
  const program: StartedProgram = {
    pid,
    ended,
    signal: (signal) => signalAll([...(pid === undefined ? [] : [-pid]), ...escaped()], signal),
    pids: escaped,
  };
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(program));
    child.once('error', (error) => reject(new Error(`Failed to execute '${file}': ${errorText(error)}`)));
  });
}

const EMPTY: StartedProgram = {
  pid: undefined,
  ended: new Promise(() => undefined),
  signal: () => undefined,
  pids: () => [],
};

/**
 * Containers without a runtime: a program under a holder each, as the container's user, with its output in the sandbox.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { programUmask } from '../../../runtime/files/private';
import type { HeldProgram, ProgramPlan } from '../../../runtime/holder/held-program';
import { identityOf } from '../../../runtime/identity';
import {
  findHeld,
  hold,
  holderFolder,
  interruptStart,
  killAllHeld,
  killInSandbox,
  mayHaveRun,
  startExec,
  startedProgram,
} from '../held';
import type { ContainerRun } from '../isolators/isolator';
import { type Output, OutputFiles, withoutOutput } from '../output';
import type { ExecCommand, RunningCommand } from '../port';
import { type Program, programOf } from '../program';
import type { LaunchPlan, ProgramLauncher, StartedProgram } from '../program-launcher';
import { terminalOf } from '../terminal';

interface HeldParts {
  readonly program: Program;
  readonly output: Output;
  readonly terminal?: ProgramPlan['terminal'];
  readonly io?: ProgramPlan['io'];
}

type Execution = Pick<LaunchPlan, 'run' | 'environment'>;

export class PosixLauncher implements ProgramLauncher {
  constructor(
    private readonly holder: string,
    private readonly output = new OutputFiles(),
  ) {}

  /** A program under a holder does not wait. */
  create(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async start({ run, environment }: LaunchPlan): Promise<StartedProgram> {
    const { command, user } = run.spec;
    if (!command) return this.startEmpty(run);
    const program = programOf(command);
    const identity = await identityOf(user);
    return await this.output.with(run.spec, identity, async (output) =>
      startedProgram(
        await this.hold(
          holderFolder(run.folder),
          { run, environment },
          { program, output, terminal: terminalOf(run.spec) },
        ),
      ),
    );
  }

  private startEmpty({ folder }: ContainerRun): StartedProgram {
    writeFileSync(emptyMark(folder), '');
    return EMPTY;
  }

  async adopt(run: ContainerRun): Promise<StartedProgram | undefined> {
    if (run.spec.command === undefined) return existsSync(emptyMark(run.folder)) ? EMPTY : undefined;
    const program = await findHeld(holderFolder(run.folder));
    return program && startedProgram(program);
  }

  interrupt({ folder }: ContainerRun): void {
    interruptStart(folder);
  }

  mayHaveRun({ folder }: ContainerRun): boolean {
    return mayHaveRun(holderFolder(folder));
  }

  exec(execution: Execution, command: ExecCommand): Promise<RunningCommand> {
    const environment = { ...execution.environment, ...command.environment };
    return withoutOutput((output) =>
      startExec(execution.run.folder, (folder) =>
        this.hold(folder, { ...execution, environment }, { program: command, output }),
      ),
    );
  }

  /** It has a user of its own, and works in the folder of the container around it. */
  async startSession({ run, environment }: Execution): Promise<StartedProgram> {
    const { command = {}, user, directory } = run.spec;
    const around = run.parent?.spec.directory ?? directory;
    const program = programOf(command);
    const execution = { run: { ...run, spec: { ...run.spec, directory: around } }, environment };
    return await this.output.with(run.spec, await identityOf(user), async (output) => {
      const parts: HeldParts = { program, output, terminal: terminalOf(run.spec), io: 'wait' };
      return startedProgram(await this.hold(holderFolder(run.folder), execution, parts));
    });
  }

  private async hold(
    folder: string,
    { run, environment }: Execution,
    { program, output, terminal, io }: HeldParts,
  ): Promise<HeldProgram> {
    const { directory, user } = run.spec;
    const plan: ProgramPlan = {
      ...program,
      ...output,
      environment,
      directory,
      user: await identityOf(user),
      umask: programUmask(),
      terminal,
      io,
    };
    return await hold(this.holder, folder, plan).catch((error: unknown) => {
      throw startError(program.file, error);
    });
  }

  async destroy({ folder, spec }: ContainerRun): Promise<void> {
    // Without its holder nobody has ended what the program has started.
    if (!(await killAllHeld(folder))) await killInSandbox(spec.directory);
    await this.output.settle(spec);
  }
}

/** An error of the start itself, as the holder tells it. */
function startError(file: string, error: unknown): unknown {
  const why = errorText(error);
  return why.startsWith('spawn ') ? new Error(`Failed to execute '${file}': ${why}`) : error;
}

/** The file that tells that a container without a program is launched. */
function emptyMark(folder: string): string {
  return join(folder, 'launched');
}

/** Nothing runs, and so nothing ends by itself. */
const EMPTY: StartedProgram = {
  pid: undefined,
  ended: new Promise(() => undefined),
  signal: () => undefined,
  pids: () => [],
};

/**
 * Containers of an OCI runtime, each with its first process under a holder.
 *
 * The holder starts the runtime with the output files of the sandbox, in a mount namespace where the root of the file
 * system is seen at `root` of the run folder. The runtime makes the container and ends; its process is then a child of the
 * holder, which keeps the exit status. So no mount is left on the host, whatever is killed when.
 */

import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import { programUmask } from '../../../runtime/files/private';
import { type HeldProgram, type ProgramPlan, StarterRefused } from '../../../runtime/holder/held-program';
import { type Identity, identityOf } from '../../../runtime/identity';
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
import { rootFolder } from '../run-folder';
import { runIdentity } from '../run-identity';
import { terminalOf } from '../terminal';
import { argumentsOf, buildSpec, environmentTexts, hasInit, holderArguments, holderIn } from './build-spec';
import { capabilitiesOf } from './capabilities';
import { printSpec, readSpec } from './print-spec';
import { pidFile } from './process-of';
import { RUNTIME_ENVIRONMENT, runRuntime } from './runtime';
import type { Process } from './runtime-spec';

export interface OciLauncherOptions {
  /** The path of the runtime. */
  readonly runtime: string;
  /** The folder in which the runtime keeps what it knows of its containers. */
  readonly stateFolder: string;
  readonly holder: string;
  readonly output?: OutputFiles;
}

export class OciLauncher implements ProgramLauncher {
  private readonly capabilities = capabilitiesOf(readFileSync('/proc/self/status', 'utf8'));
  private readonly output: OutputFiles;
  /** Processes that were made and wait, by container. */
  private readonly created = new Map<string, HeldProgram>();

  constructor(private readonly options: OciLauncherOptions) {
    this.output = options.output ?? new OutputFiles();
    makeFolder(options.stateFolder);
  }

  /** One call of the runtime both makes the process and starts it, unless there is work between the two. */
  async create(plan: LaunchPlan): Promise<number | undefined> {
    if (!plan.isolates) return undefined;
    const program = await this.run(plan, ['create']);
    this.created.set(plan.run.spec.containerId, program);
    return program.pid;
  }

  async start(plan: LaunchPlan): Promise<StartedProgram> {
    const { containerId } = plan.run.spec;
    const created = this.created.get(containerId);
    if (!created) return startedProgram(await this.run(plan, ['run', '--detach']));
    this.created.delete(containerId);
    await this.call('start', containerId);
    return startedProgram(created);
  }

  private async run(plan: LaunchPlan, command: readonly string[]): Promise<HeldProgram> {
    const { run } = plan;
    const { directory } = run.spec;
    const commandInfo = plan.changes.findLast(({ command }) => command)?.command ?? run.spec.command;
    const identity = await runIdentity(run);
    const program = commandInfo && programOf(commandInfo);
    const root = rootFolder(run.folder);
    const { environment, changes } = plan;
    const { holder } = this.options;
    const terminal = terminalOf(run.spec);
    const hasTerminal = terminal !== undefined;
    const base = { program, hasTerminal, root, directory, environment, identity, holder, cgroup: run.cgroup };
    const specification = buildSpec(
      { ...base, umask: programUmask(), capabilities: this.capabilities },
      changes,
    );
    makeFolder(root);
    await writeFile(specFile(run.folder), printSpec(specification), { mode: 0o600 });
    const init = program && hasInit(specification) ? program.file : undefined;
    const args = [
      ...command,
      ...(init === undefined ? [] : ['--preserve-fds', '1']),
      '--bundle',
      run.folder,
      '--pid-file',
      pidFile(run.folder),
      run.spec.containerId,
    ];
    const starter = {
      folder: run.folder,
      holderFolder: holderFolder(run.folder),
      terminal,
      init: init === undefined ? undefined : { file: init, isPaused: command[0] === 'create' },
      root: specification.root.path === root ? root : undefined,
      mounts: changes.flatMap(({ imageMounts = [] }) => imageMounts),
    };
    const begin = (output: Output): Promise<HeldProgram> => this.hold(starter, args, output);
    return await (commandInfo ? this.output.with(run.spec, identity, begin) : withoutOutput(begin));
  }

  /** Runs the runtime under a holder, which then has the process that it makes. */
  private async hold(
    { folder, holderFolder: holderPath, ...starter }: Starter,
    args: readonly string[],
    output: Output,
  ): Promise<HeldProgram> {
    const { runtime } = this.options;
    const log = join(holderPath, 'runtime.log');
    const all = [runtime, ...this.global(log), ...args];
    const plan: ProgramPlan = {
      ...output,
      ...starter,
      file: runtime,
      arguments: all,
      environment: RUNTIME_ENVIRONMENT,
      directory: folder,
      // Folders that it makes in an image, to mount on, are for every user of that.
      umask: starter.mounts?.length ? 0o22 : 0o77,
      pidFile: args[args.indexOf('--pid-file') + 1],
    };
    try {
      return await hold(this.options.holder, holderPath, plan);
    } catch (error) {
      throw new Error(
        `Failed to start the container: ${error instanceof StarterRefused ? lastError(log, error) : errorText(error)}`,
      );
    }
  }

  private global(log: string): string[] {
    return ['--root', this.options.stateFolder, '--log', log, '--log-format', 'json'];
  }

  private async call(command: string, ...args: readonly string[]): Promise<void> {
    const { runtime, stateFolder } = this.options;
    await runRuntime(runtime, ['--root', stateFolder, command, ...args]);
  }

  /** A process that was made and not started is not adopted. */
  async adopt({ folder, spec }: ContainerRun): Promise<StartedProgram | undefined> {
    if (this.waits(spec)) return undefined;
    const program = await findHeld(holderFolder(folder));
    return program && startedProgram(program);
  }

  interrupt({ folder }: ContainerRun): void {
    interruptStart(folder);
  }

  mayHaveRun({ folder, spec }: ContainerRun): boolean {
    return !this.waits(spec) && mayHaveRun(holderFolder(folder));
  }

  /** True for a container whose process was made and not started. */
  private waits({ containerId }: ContainerRun['spec']): boolean {
    return existsSync(join(this.options.stateFolder, containerId, 'exec.fifo'));
  }

  async exec(
    { run, environment }: Pick<LaunchPlan, 'run' | 'environment'>,
    command: ExecCommand,
  ): Promise<RunningCommand> {
    const execProcess = this.execProcess(run, command, { ...environment, ...command.environment });
    return await withoutOutput((output) =>
      startExec(run.folder, (folder) =>
        this.holdExec(run, execProcess, { starter: { folder, holderFolder: folder }, output }),
      ),
    );
  }

  /** It has a user of its own; all else is that of the container around it. */
  async startSession({ run, environment }: Pick<LaunchPlan, 'run' | 'environment'>): Promise<StartedProgram> {
    const { spec, folder, parent } = run;
    if (!parent) throw new Error('A session has a container around it');
    const identity = await identityOf(spec.user);
    const terminal = terminalOf(spec);
    const program = programOf(spec.command ?? {});
    const process = this.execProcess(parent, program, environment, terminal !== undefined);
    const starter: Starter = { folder, holderFolder: holderFolder(folder), terminal, io: 'wait' };
    makeFolder(starter.holderFolder);
    const execProcess = spec.user === parent.spec.user ? process : asUser(process, identity);
    return await this.output.with(spec, identity, async (output) =>
      startedProgram(await this.holdExec(parent, execProcess, { starter, output })),
    );
  }

  /** The process of a command in a container, as the runtime has it. */
  private execProcess(
    run: ContainerRun,
    command: Program,
    environment: Readonly<Record<string, string>>,
    hasTerminal = false,
  ): Process {
    const specification = readSpec(readFileSync(specFile(run.folder), 'utf8'));
    const { holder } = this.options;
    const holderPath = holderIn(specification, { root: rootFolder(run.folder), holder });
    return {
      ...specification.process,
      args: hasTerminal ? holderArguments(holderPath, '--exec', command) : argumentsOf(command, holderPath),
      env: environmentTexts(environment),
    };
  }

  private async holdExec(
    run: ContainerRun,
    execProcess: Process,
    { starter, output }: { readonly starter: Starter; readonly output: Output },
  ): Promise<HeldProgram> {
    const file = join(starter.folder, 'process.json');
    await writeFile(file, printSpec(execProcess), { mode: 0o600 });
    const pid = pidFile(starter.folder);
    const args = ['exec', '--detach', '--process', file, '--pid-file', pid, run.spec.containerId];
    return await this.hold(starter, args, output);
  }

  /** Kills what the holders have, and then what the runtime knows. */
  async destroy({ folder, spec }: ContainerRun): Promise<void> {
    this.created.delete(spec.containerId);
    const areGone = await killAllHeld(folder);
    await this.call('delete', '--force', spec.containerId);
    if (!areGone) await killInSandbox(spec.directory);
    await rm(specFile(folder), { force: true });
    await this.output.settle(spec);
  }
}

interface Starter {
  readonly folder: string;
  readonly holderFolder: string;
  readonly root?: ProgramPlan['root'];
  readonly mounts?: ProgramPlan['mounts'];
  readonly init?: ProgramPlan['init'];
  readonly terminal?: ProgramPlan['terminal'];
  readonly io?: ProgramPlan['io'];
}

/** A process with another user, who gets the capabilities that this leaves. */
function asUser(process: Process, identity: Identity | undefined): Process {
  const { uid = 0, gid = 0, groups = [] } = identity ?? {};
  return { ...process, user: { ...process.user, uid, gid, additionalGids: groups } };
}

function specFile(folder: string): string {
  return join(folder, 'config.json');
}

/** The last error that the runtime has written. */
function lastError(log: string, fallback: Error): string {
  try {
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { readonly level: string; readonly msg: string });
    return entries.findLast(({ level }) => level === 'error')?.msg ?? fallback.message;
  } catch {
    return fallback.message;
  }
}

/**
 * The process of the task: its own session and process group, with its output in the sandbox.
 */

import { closeSync, constants, fchmodSync, fchownSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type * as mesos from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import type { ExitStatus } from '../../model/exit-status';
import { type Identity, identityOf } from '../../runtime/identity';
import { type CommandPlan, type RunningCommand, startChild, startHeld } from './running-command';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
/** The mode of a task's output: its user writes and reads it, and the group reads it. */
const OUTPUT = 0o640;

export interface TaskProcessOptions {
  readonly task: mesos.TaskInfo;
  readonly user: string | undefined;
  readonly directory: string;
  /** The whole environment: nothing is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the command's holder; without it the command is a child of this process. */
  readonly runFolder: string | undefined;
  readonly started: () => void;
  readonly failed: (reason: string) => void;
  readonly exited: (ending: ExitStatus) => unknown;
}

export class TaskProcess {
  private starting: Promise<RunningCommand | undefined> = Promise.resolve(undefined);
  private running: RunningCommand | undefined;

  constructor(private readonly options: TaskProcessOptions) {}

  /** Starts the command. An error is told by `failed` and not thrown. */
  start(): Promise<unknown> {
    this.starting = this.run().catch((error: unknown) => {
      this.options.failed(errorText(error));
      return undefined;
    });
    return this.starting;
  }

  private async run(): Promise<RunningCommand> {
    const { task, user, directory } = this.options;
    const identity = await identityOf(user);
    const command = commandOf(task.command);
    const files: number[] = [];
    try {
      for (const name of ['stdout', 'stderr']) files.push(openOutput(join(directory, name), identity));
      const [stdout = 0, stderr = 0] = files;
      const { environment, runFolder } = this.options;
      const plan = { ...command, environment, directory, user: identity, stdout, stderr };
      this.running = await (runFolder === undefined ? startChild(plan) : startHeld(plan, runFolder));
    } catch (error) {
      const why = errorText(error);
      // An error of the start itself, as Node and the holder tell it.
      throw why.startsWith('spawn ') ? new Error(`Failed to execute '${command.file}': ${why}`) : error;
    } finally {
      for (const file of files) closeSync(file);
    }
    this.options.started();
    void this.running.ended.then(this.options.exited);
    return this.running;
  }

  /** Sends a signal to all processes of the task. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.running?.signal(signal);
  }

  /** Kills all processes of the task. */
  async destroy(): Promise<void> {
    const running = this.running ?? (await this.starting);
    await running?.destroy();
  }
}

/**
 * The program of a command. With `shell` it is sh with the value; otherwise the value is the program and the
 * first argument its name (CommandInfo).
 */
function commandOf(command: mesos.CommandInfo | undefined): Pick<CommandPlan, 'file' | 'arguments'> {
  const value = command?.value ?? '';
  if (command?.shell ?? true) {
    if (command?.value === undefined) throw new Error('Shell command is not specified');
    return { file: '/bin/sh', arguments: ['sh', '-c', value] };
  }
  const [name = value, ...rest] = command?.arguments ?? [];
  if (value === '') throw new Error("Failed to execute the command: 'value' is empty and 'shell' is false");
  return { file: value, arguments: [name, ...rest] };
}

/**
 * Opens a file for the task's output, which gets the owner of the sandbox. Only a file that is made here may
 * change its owner, never one that a link or another task of the user has put there.
 */
function openOutput(path: string, identity: Identity | undefined): number {
  const file = createOutput(path);
  fchmodSync(file, OUTPUT);
  if (identity) fchownSync(file, identity.uid, identity.gid);
  return file;
}

function createOutput(path: string): number {
  try {
    return openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_NOFOLLOW, OUTPUT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`Failed to create '${path}': something else is there, which this task did not make`);
  }
}

/**
 * The process of the task: its own session and process group, with its output in the sandbox.
 */

import { spawn } from 'node:child_process';
import { closeSync, constants, fchmodSync, fchownSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type * as mesos from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import { withInheritedUmask } from '../../runtime/files/private';
import { type Identity, identityOf } from '../../runtime/identity';
import { findProcesses, killFound, signalAll } from '../../runtime/processes';
import type { ExitStatus } from '../core/events';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
/** The mode of a task's output: its user writes and reads it, and the group reads it. */
const OUTPUT = 0o640;

export interface TaskProcessOptions {
  readonly task: mesos.TaskInfo;
  readonly user: string | undefined;
  readonly directory: string;
  /** The whole environment: nothing is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly started: () => void;
  readonly failed: (reason: string) => void;
  readonly exited: (ending: ExitStatus) => void;
}

export class TaskProcess {
  private pid: number | undefined;

  constructor(private readonly options: TaskProcessOptions) {}

  /** Starts the command. An error is told by `failed` and not thrown. */
  async start(): Promise<void> {
    const { task, user, directory, failed } = this.options;
    try {
      const identity = await identityOf(user);
      this.spawn(commandOf(task.command), identity, directory);
    } catch (error) {
      failed(errorText(error));
    }
  }

  private spawn(command: Command, identity: Identity | undefined, directory: string): void {
    const files: number[] = [];
    try {
      for (const name of ['stdout', 'stderr']) files.push(openOutput(join(directory, name), identity));
      const child = withInheritedUmask(() =>
        spawn(command.file, command.arguments, {
          argv0: command.argv0,
          cwd: directory,
          env: { ...this.options.environment },
          detached: true,
          stdio: ['ignore', files[0], files[1]],
          ...identity,
        }),
      );
      this.pid = child.pid;
      child.once('spawn', () => this.options.started());
      child.once('error', (error) =>
        this.options.failed(`Failed to execute '${command.file}': ${error.message}`),
      );
      child.once('exit', (code, signal) => this.options.exited(signal ? { signal } : { code: code ?? 0 }));
    } finally {
      for (const file of files) closeSync(file);
    }
  }

  /**
   * Sends a signal to the process group, and to processes outside of it that have the sandbox in their
   * environment.
   */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.pid !== undefined) signalAll([-this.pid], signal);
    signalAll(this.escapedProcesses(), signal);
  }

  /** Kills all processes of the task. */
  async destroy(): Promise<void> {
    if (this.pid !== undefined) signalAll([-this.pid], 'SIGKILL');
    await killFound(() => this.escapedProcesses());
  }

  private escapedProcesses(): number[] {
    return findProcesses('MESOS_SANDBOX', (value) => value === this.options.directory);
  }
}

interface Command {
  readonly file: string;
  readonly argv0: string;
  readonly arguments: string[];
}

/**
 * The program of a command. With `shell` it is sh with the value; otherwise the value is the program and the
 * first argument its name (CommandInfo).
 */
function commandOf(command: mesos.CommandInfo | undefined): Command {
  const value = command?.value ?? '';
  if (command?.shell ?? true) return { file: '/bin/sh', argv0: 'sh', arguments: ['-c', value] };
  const [argv0 = value, ...rest] = command?.arguments ?? [];
  if (value === '') throw new Error("Failed to execute the command: 'value' is empty and 'shell' is false");
  return { file: value, argv0, arguments: rest };
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

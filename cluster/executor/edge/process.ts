/**
 * The process of the task: its own session and process group, with its output in the sandbox.
 */

import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type * as mesos from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import type { ExitStatus } from '../../model/exit-status';
import { endOrLost } from '../../runtime/end-or-lost';
import { identityOf } from '../../runtime/identity';
import type { Logger } from '../../runtime/log';
import { openOutput } from '../../runtime/output/output-file';
import { type CommandPlan, type RunningCommand, startChild, startHeld } from './running-command';

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
  /** Called without a status when it cannot be told. */
  readonly exited: (status: ExitStatus | undefined) => void;
  readonly log: Logger;
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
    void this.tellEnd(this.running);
    return this.running;
  }

  /** Tells the end once the processes that the command left running have ended, too. */
  private async tellEnd(running: RunningCommand): Promise<void> {
    const { task, exited, log } = this.options;
    const fields = { task: task.task_id.value };
    const status = await endOrLost(running.ended, log, fields);
    await running.destroy().catch((error: unknown) => {
      log.error({ ...fields, error: errorText(error) }, 'processes that a task left cannot be ended');
    });
    exited(status);
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

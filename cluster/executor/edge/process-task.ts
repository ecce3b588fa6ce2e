/**
 * The one task of an executor that is a process of its own: its program, and the checks of it.
 */

import { present } from '../../model/assert';
import type { Logger } from '../../runtime/log';
import { findProcesses, killFound } from '../../runtime/processes';
import type { ExecutorConfig } from '../config';
import type { ExecutorInput } from '../core/events';
import { runCheck } from './checks';
import { taskEnvironment } from './environment';
import { HOST_NETWORK } from './network';
import { TaskProcess } from './process';
import { type ProcessPlace, startCheck } from './process-check';
import type { CheckEffect, RunEffect, SignalEffect, Tasks } from './tasks';

export interface ProcessTaskOptions {
  readonly config: Pick<ExecutorConfig, 'directory' | 'environment'>;
  readonly runFolder: string | undefined;
  readonly post: (event: ExecutorInput) => void;
  readonly log: Logger;
}

export class ProcessTask implements Tasks {
  private process: TaskProcess | undefined;
  private place: ProcessPlace | undefined;
  /** True once a check has run a command, which may have left processes behind. */
  private ranCommands = false;

  constructor(private readonly options: ProcessTaskOptions) {}

  run({ task, user }: RunEffect): void {
    const { config, post, runFolder, log } = this.options;
    const { directory } = config;
    const environment = taskEnvironment(config.environment, task);
    const taskId = task.task_id.value;
    this.place = { directory, environment, user, runFolder };
    const program = new TaskProcess({
      task,
      user,
      directory,
      environment,
      runFolder,
      started: () => post({ kind: 'task.started', taskId }),
      failed: (reason) => post({ kind: 'task.failed', taskId, reason }),
      exited: (status) => post({ kind: 'task.exited', taskId, end: { status } }),
      log,
    });
    this.process = program;
    void program.start();
  }

  /** A process of its own has no containerizer: the machine is a command executor's, which nests nothing. */
  nest(): void {
    throw new Error('an executor that is a process has no nested containers');
  }

  /** Nothing outlives an executor that is a process. */
  adopt(): void {
    throw new Error('an executor that is a process has no earlier run');
  }

  signal({ signal }: SignalEffect): void {
    this.process?.signal(signal);
  }

  check({ taskId, checker, order }: CheckEffect): void {
    const place = present(this.place, 'checks begin once the task runs');
    if (order.type === 'COMMAND') this.ranCommands = true;
    const exec = startCheck(place);
    void runCheck(order, { exec, network: HOST_NETWORK }).then((result) =>
      this.options.post({ kind: 'task.checked', taskId, checker, result }),
    );
  }

  /** Ends the task and everything it started, by force, with commands of checks that still run. */
  async stop(): Promise<void> {
    await this.process?.destroy();
    const { directory } = this.options.config;
    if (this.ranCommands)
      await killFound(() => findProcesses('MESOS_SANDBOX', (value) => value === directory));
  }
}

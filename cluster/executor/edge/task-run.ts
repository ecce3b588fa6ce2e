/**
 * The run of the executor's one task: its process, and the checks of its health.
 */

import type * as mesos from '../../api/generated/mesos';
import { present } from '../../model/assert';
import type { HttpClient } from '../../runtime/http/client';
import { findProcesses, killFound } from '../../runtime/processes';
import type { ExecutorConfig } from '../config';
import type { ExecutorEffect, ExecutorInput } from '../core/events';
import { type CheckContext, runCheck } from './checks';
import { taskEnvironment } from './environment';
import { TaskProcess } from './process';

export interface TaskRunOptions {
  readonly config: Pick<ExecutorConfig, 'directory' | 'environment'>;
  readonly runFolder: string | undefined;
  /** Makes the requests of health checks. */
  readonly client: HttpClient;
  readonly post: (event: ExecutorInput) => void;
}

export class TaskRun {
  private process: TaskProcess | undefined;
  private context: CheckContext | undefined;
  /** True once a check has run a command, which may have left processes behind. */
  private ranCommands = false;

  constructor(private readonly options: TaskRunOptions) {}

  spawn({ task, user }: Extract<ExecutorEffect, { kind: 'spawn' }>): void {
    const { config, client, post, runFolder } = this.options;
    const { directory } = config;
    const environment = taskEnvironment(config.environment, task);
    this.context = { directory, environment, user, client, runFolder };
    this.process = new TaskProcess({
      task,
      user,
      directory,
      environment,
      runFolder,
      started: () => post({ kind: 'process.started' }),
      failed: (reason) => post({ kind: 'process.failed', reason }),
      exited: (ending) => post({ kind: 'process.exited', ending }),
    });
    void this.process.start();
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.process?.signal(signal);
  }

  check(check: mesos.HealthCheck): void {
    const running = present(this.context, 'checks begin once the task runs');
    if (check.command) this.ranCommands = true;
    void runCheck(check, running).then((result) => this.options.post({ kind: 'health.checked', ...result }));
  }

  /** Ends the task and everything it started, by force, with commands of checks that still run. */
  async destroy(): Promise<void> {
    await this.process?.destroy();
    const { directory } = this.options.config;
    if (this.ranCommands)
      await killFound(() => findProcesses('MESOS_SANDBOX', (value) => value === directory));
  }
}

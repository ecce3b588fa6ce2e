/**
 * The containers of the agent: a sandbox and an executor each.
 */

import { errorText } from '../../../model/error-text';
import { findProcesses, killFound } from '../../../runtime/processes';
import type { AgentEffect } from '../../core/effects';
import type { AgentInput } from '../../core/events';
import type { ExecutorLauncher, LaunchedExecutor } from './launcher';
import { makeSandbox } from './sandbox';

export interface ContainersOptions {
  /** The folder of the sandboxes. */
  readonly workDir: string;
  readonly launcher: ExecutorLauncher;
  readonly post: (event: AgentInput) => void;
}

type Launch = Extract<AgentEffect, { kind: 'launch' }>;

export class Containers {
  private readonly running = new Map<string, LaunchedExecutor>();

  constructor(private readonly options: ContainersOptions) {}

  async launch(order: Launch): Promise<void> {
    const { containerId } = order;
    try {
      await makeSandbox({ workDir: this.options.workDir, ...order });
      const executor = await this.options.launcher(order.environment);
      this.running.set(containerId, executor);
      void executor.exited.then((text) => {
        this.running.delete(containerId);
        this.options.post({ kind: 'container.exited', containerId, text });
      });
    } catch (error) {
      this.options.post({ kind: 'container.failed', containerId, reason: errorText(error) });
    }
  }

  /**
   * Ends a container by force; its exit is posted as usual. The exit of one that is gone already is posted
   * again.
   */
  async destroy(containerId: string): Promise<void> {
    const executor = this.running.get(containerId);
    if (executor) await executor.stop();
    else this.options.post({ kind: 'container.exited', containerId, text: 'destroyed' });
  }

  async destroyAll(): Promise<void> {
    await Promise.all([...this.running.values()].map((executor) => executor.stop()));
  }
}

/** Kills tasks of an earlier run, whose sandboxes lie in our work folder. Returns their number. */
export function killLeftovers(workDir: string): Promise<number> {
  return killFound(() => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(`${workDir}/slaves/`)));
}

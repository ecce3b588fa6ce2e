/** Containers in memory, for executors in the agent's process: a test ends them, and they outlive a run of the agent. */

import type { NestedContainer, TaskEnd } from '../../../cluster/executor/core/events';
import type {
  CheckCommand,
  Containers,
  RunningCheck,
  TaskContainer,
} from '../../../cluster/executor/edge/containers';

export class MemoryContainer implements TaskContainer {
  readonly signals: string[] = [];
  readonly commands: CheckCommand[] = [];
  readonly ended: Promise<TaskEnd>;
  readonly pid = undefined;
  private tellEnd: (end: TaskEnd) => void = () => undefined;

  constructor(
    readonly id: string,
    readonly folder: string,
    readonly spec: { readonly taskId?: string | undefined } = {},
  ) {
    this.ended = new Promise((resolve) => {
      this.tellEnd = resolve;
    });
  }

  end(end: TaskEnd): void {
    this.tellEnd(end);
  }

  signal(signal: string): Promise<void> {
    this.signals.push(signal);
    return Promise.resolve();
  }

  exec(command: CheckCommand): Promise<RunningCheck> {
    this.commands.push(command);
    return Promise.resolve({ ended: Promise.resolve({ code: 0 }), destroy: () => Promise.resolve() });
  }

  status(): Promise<Record<never, never>> {
    return Promise.resolve({ network_infos: [{ ip_addresses: [{ ip_address: '10.1.2.3' }] }] });
  }
}

export class MemoryContainers implements Containers {
  readonly launched: NestedContainer[] = [];
  readonly running = new Map<string, MemoryContainer>();
  readonly destroyed: string[] = [];
  /** The reason why launches fail. */
  failure: string | undefined;

  constructor(private readonly folder: string) {}

  launch(container: NestedContainer): Promise<TaskContainer> {
    if (this.failure !== undefined) return Promise.reject(new Error(this.failure));
    const { containerId, taskId } = container;
    const running = new MemoryContainer(containerId, this.folder, { taskId });
    this.launched.push(container);
    this.running.set(containerId, running);
    return Promise.resolve(running);
  }

  wait(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  destroy(containerId: string): Promise<void> {
    this.destroyed.push(containerId);
    this.running.delete(containerId);
    return Promise.resolve();
  }

  of(taskId: string): MemoryContainer {
    const container = [...this.running.values()].find(({ spec }) => spec.taskId === taskId);
    if (!container) throw new Error(`no container of ${taskId}`);
    return container;
  }
}

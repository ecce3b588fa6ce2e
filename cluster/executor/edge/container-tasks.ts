/**
 * The tasks of an executor in the agent's process: containers that the agent's containerizer has launched. They outlive
 * this process, so a stop ends none of them.
 */

import type { NetworkInfo } from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import { endOrLost } from '../../runtime/end-or-lost';
import type { Logger } from '../../runtime/log';
import type { ExecutorInput, TaskEnd } from '../core/events';
import { runCheck } from './checks';
import { networkOf } from './container-network';
import type { Containers, TaskContainer } from './containers';
import { linkTask } from './task-link';
import type { AdoptEffect, CheckEffect, NestEffect, RunEffect, SignalEffect, Tasks } from './tasks';

export interface ContainerTasksOptions {
  /** The executor's own container, in which a command task runs. */
  readonly executorContainer: TaskContainer;
  /** The executor's sandbox. */
  readonly directory: string;
  readonly containers: Containers;
  /** Containers of an earlier run, nested in the executor's own. */
  readonly nested: readonly TaskContainer[];
  readonly post: (event: ExecutorInput) => void;
  readonly log: Logger;
}

type Described = Omit<Extract<ExecutorInput, { kind: 'task.started' }>, 'kind' | 'taskId'>;

export class ContainerTasks implements Tasks {
  /** By task. */
  private readonly running = new Map<string, TaskContainer>();
  private stopped = false;

  constructor(private readonly options: ContainerTasksOptions) {}

  /** The agent has launched the container of a command task before its executor. */
  run({ task }: RunEffect): void {
    this.attach(task.task_id.value, this.options.executorContainer);
  }

  nest({ container }: NestEffect): void {
    void this.launch(container);
  }

  private async launch(container: NestEffect['container']): Promise<void> {
    const { taskId } = container;
    try {
      const nested = await this.options.containers.launch(container);
      this.link(container);
      this.attach(taskId, nested);
    } catch (error) {
      this.post({ kind: 'task.failed', taskId, reason: errorText(error) });
    }
  }

  /** A task whose link cannot be made runs without it. */
  private link({ taskId, directory: sandbox }: NestEffect['container']): void {
    const { directory: executorSandbox, log } = this.options;
    try {
      linkTask({ executorSandbox, sandbox, taskId });
    } catch (error) {
      log.warn({ task: taskId, error: errorText(error) }, 'the link to the sandbox of a task cannot be made');
    }
  }

  /** Takes a container of an earlier run over; one that is not there any more has ended. */
  adopt({ taskId, containerId }: AdoptEffect): void {
    const { executorContainer, nested } = this.options;
    const container = [executorContainer, ...nested].find(({ id }) => id === containerId);
    if (container) this.attach(taskId, container);
    else void this.tellEnd(taskId, containerId, this.endOf(containerId));
  }

  /** A container that was never heard of is one whose launch had not begun. */
  private async endOf(containerId: string): Promise<TaskEnd> {
    return (await this.options.containers.wait(containerId)) ?? { status: undefined, neverRan: true };
  }

  private async tellEnd(
    taskId: string,
    containerId: string,
    ended: Promise<TaskEnd | undefined>,
  ): Promise<void> {
    const end = await endOrLost(ended, this.options.log, { task: taskId, container: containerId });
    this.ended(taskId, containerId, end ?? { status: undefined });
  }

  private attach(taskId: string, container: TaskContainer): void {
    this.running.set(taskId, container);
    const isDocker = container.spec.container?.type === 'DOCKER';
    if (isDocker) void this.inspectionOf(container).then((more) => this.started(taskId, container, more));
    else if (container.id === this.options.executorContainer.id) this.started(taskId, container);
    else void this.networksOf(container).then((networks) => this.started(taskId, container, { networks }));
  }

  private started(taskId: string, container: TaskContainer, more: Described = {}): void {
    this.post({ kind: 'task.started', taskId, ...more });
    void this.tellEnd(taskId, container.id, container.ended);
  }

  private async networksOf(container: TaskContainer): Promise<readonly NetworkInfo[] | undefined> {
    try {
      const { network_infos = [] } = await container.status();
      return network_infos.length > 0 ? network_infos : undefined;
    } catch (error) {
      this.options.log.warn(
        { container: container.id, error: errorText(error) },
        'the networks of a container cannot be read',
      );
      return undefined;
    }
  }

  /** A task runs, though its engine may not be able to say so. */
  private async inspectionOf(container: TaskContainer): Promise<Described> {
    try {
      const inspection = await container.inspection?.();
      return inspection === undefined ? {} : { data: Buffer.from(inspection).toString('base64') };
    } catch (error) {
      const fields = { container: container.id, error: errorText(error) };
      this.options.log.warn(fields, 'a container cannot be inspected');
      return {};
    }
  }

  private ended(taskId: string, containerId: string, end: TaskEnd): void {
    if (this.stopped) return;
    this.running.delete(taskId);
    this.post({ kind: 'task.exited', taskId, end });
    // The executor's own container is the agent's to forget.
    const { executorContainer, containers } = this.options;
    if (containerId !== executorContainer.id) void containers.destroy(containerId).catch(() => undefined);
  }

  /** One that has ended meanwhile is told so. */
  signal({ taskId, signal }: SignalEffect): void {
    void this.running
      .get(taskId)
      ?.signal(signal)
      .catch(() => undefined);
  }

  check({ taskId, checker, order }: CheckEffect): void {
    const container = this.running.get(taskId);
    if (!container) return;
    const place = { exec: container.exec.bind(container), network: networkOf(container.pid) };
    void runCheck(order, place).then((result) =>
      this.post({ kind: 'task.checked', taskId, checker, result }),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }

  private post(event: ExecutorInput): void {
    if (!this.stopped) this.options.post(event);
  }
}

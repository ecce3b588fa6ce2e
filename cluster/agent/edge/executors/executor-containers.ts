/**
 * The containers of executors: each is launched or adopted, and built-in executors are started in this process with it.
 *
 * Always true: a container is cleaned up before its end is told, and the end is told once; a container of a built-in
 * executor ends with its executor.
 */

import { errorText } from '../../../model/error-text';
import { readDuration } from '../../../model/time';
import type { Clock } from '../../../runtime/clock';
import { endOrLost } from '../../../runtime/end-or-lost';
import type { Running } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import type { Metrics } from '../../../runtime/metrics';
import { NoContainerizer } from '../../containerizer/composed';
import type { Container, Containerizer } from '../../containerizer/port';
import type { ContainerSpec, ExecutorKind, Termination } from '../../core/state/container-spec';
import type { AgentEffect, RecoveredExecutor } from '../../core/state/effects';
import type { AgentInput } from '../../core/state/events';
import type { ExecutorDoor } from '../http/executor-api';

/** An executor in this process, which is told of the end of its container and ends by itself. */
export interface HostedExecutor extends Running {
  readonly exited: Promise<string>;
}

/** A built-in executor to start, as `hostExecutor` of the executor takes it. */
export interface HostedOrder {
  readonly kind: 'command' | 'default';
  readonly frameworkId: string;
  readonly executorId: string;
  readonly directory: string;
  readonly user: string | undefined;
  readonly shutdownGraceMs: number;
  readonly ip: string;
  readonly container: Container;
  /** Of a Docker container: the grace period of a kill for which nothing else says one. */
  readonly docker: { readonly killGraceMs: number } | undefined;
  /** Undefined for a new executor. */
  readonly earlier:
    | ({ readonly nested: readonly Container[] } & Pick<RecoveredExecutor, 'framework' | 'tasks'>)
    | undefined;
}

/** The surroundings of a built-in executor. */
export interface HostSurroundings {
  readonly agent: ExecutorDoor['local'];
  readonly containers: Containerizer;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Starts built-in executors; the command line gives it, since components do not know each other. */
export type ExecutorHost = (order: HostedOrder, surroundings: HostSurroundings) => Promise<HostedExecutor>;

export interface ExecutorContainersOptions {
  readonly containerizer: Containerizer;
  /** Starts a built-in executor in this process. */
  readonly host: (order: HostedOrder) => Promise<HostedExecutor>;
  /** The ids of all containers of earlier runs, nested ones, too. */
  readonly earlierIds: () => readonly string[];
  readonly post: (event: AgentInput) => void;
  readonly ip: string;
  /** `--executor_shutdown_grace_period`. */
  readonly shutdownGraceMs: number;
  /** `--docker_stop_timeout`. */
  readonly dockerStopMs?: number;
  readonly log: Logger;
}

type Launch = Extract<AgentEffect, { readonly kind: 'launch' }>;
type Recover = Extract<AgentEffect, { readonly kind: 'recover' }>;
type Update = Extract<AgentEffect, { readonly kind: 'update' }>;

export class ExecutorContainers {
  /** The containers whose end is not told yet, each with its executor if that is in this process. */
  private readonly running = new Map<string, HostedExecutor | undefined>();
  /** The containers that run and whose executor is about to start. */
  private readonly starting = new Set<string>();

  constructor(private readonly options: ExecutorContainersOptions) {}

  async launch({ spec, executor }: Pick<Launch, 'spec' | 'executor'>): Promise<void> {
    const { containerizer, post } = this.options;
    const { containerId } = spec;
    try {
      const container = await containerizer.launch(spec);
      post({ kind: 'container.launched', containerId });
      await this.follow(container, executor);
    } catch (error) {
      this.starting.delete(containerId);
      await containerizer.destroy(containerId).catch(() => undefined);
      const isTaken = !(error instanceof NoContainerizer);
      post({ kind: 'container.failed', containerId, reason: errorText(error), isTaken });
    }
  }

  /** Adopts the containers of these executors, with those nested in them, and destroys all others. */
  async recover({ executors }: Pick<Recover, 'executors'>): Promise<void> {
    const { containerizer, earlierIds, post } = this.options;
    const wanted = new Set(executors.map(({ containerId }) => containerId));
    const ids = earlierIds().filter((id) => wanted.has(id.split('.')[0] ?? id));
    const containers = await this.launchedOf(await containerizer.recover(ids), wanted);
    const byId = new Map(containers.map((container) => [container.id, container]));
    const nested = nestedByParent(containers);
    post({ kind: 'recovered', containerIds: [...wanted].filter((id) => byId.has(id)) });
    await Promise.all(
      executors.map((executor) =>
        this.resume(executor, byId.get(executor.containerId), nested.get(executor.containerId) ?? []),
      ),
    );
  }

  /** Cleans up after launches that were cut off. The ends of nested ones are told to those who wait for them. */
  private async launchedOf(
    containers: readonly Container[],
    wanted: ReadonlySet<string>,
  ): Promise<readonly Container[]> {
    const cutOff = containers.filter(({ id, neverRan }) => neverRan && wanted.has(id));
    await Promise.all(cutOff.map(({ id }) => this.options.containerizer.destroy(id)));
    return containers.filter(({ neverRan }) => !neverRan);
  }

  private async resume(
    { containerId, executor, framework, tasks }: RecoveredExecutor,
    container: Container | undefined,
    nested: readonly Container[],
  ): Promise<void> {
    if (!container) return;
    try {
      await this.follow(container, executor, { nested, framework, tasks });
    } catch (error) {
      this.options.log.error(
        { container: containerId, error: errorText(error) },
        'an executor cannot go on; its container is destroyed',
      );
      this.running.set(containerId, undefined);
      await this.end(containerId);
    }
  }

  /** Starts the executor of a container, if it is a built-in one; what ends first ends the other, and is told. */
  private async follow(
    container: Container,
    kind: ExecutorKind,
    earlier?: HostedOrder['earlier'],
  ): Promise<void> {
    this.starting.add(container.id);
    await this.describe(container);
    const executor =
      kind === 'custom' ? undefined : await this.options.host(this.order(container, kind, earlier));
    // Its end is told already, and an executor would ask the agent for ever who it is.
    if (!this.starting.delete(container.id)) return void (await executor?.stop());
    this.running.set(container.id, executor);
    void this.followEnd(container, executor);
  }

  /** A container or executor whose end cannot be told is ended, too. */
  private async followEnd(container: Container, executor: HostedExecutor | undefined): Promise<void> {
    const ended: Promise<unknown> = executor ? executor.exited : container.ended;
    await endOrLost(ended, this.options.log, { container: container.id });
    await this.end(container.id);
  }

  /** Tells the networks and the pid of a container, before its executor speaks. */
  private async describe(container: Container): Promise<void> {
    try {
      const status = await container.status();
      this.options.post({ kind: 'container.described', containerId: container.id, status });
    } catch (error) {
      const fields = { container: container.id, error: errorText(error) };
      this.options.log.warn(fields, 'the status of a container cannot be read');
    }
  }

  private order(
    container: Container,
    kind: HostedOrder['kind'],
    earlier: HostedOrder['earlier'],
  ): HostedOrder {
    const { ip } = this.options;
    const { frameworkId, executorId, directory, user } = container.spec;
    const shutdownGraceMs = graceOf(container.spec) ?? this.options.shutdownGraceMs;
    // As the original's docker executor has it (Mesos 1.11 src/launcher/docker_executor.cpp).
    const killGraceMs = Math.max(shutdownGraceMs, this.options.dockerStopMs ?? 0);
    const docker = container.spec.container?.type === 'DOCKER' ? { killGraceMs } : undefined;
    return {
      kind,
      frameworkId,
      executorId,
      directory,
      user,
      shutdownGraceMs,
      ip,
      container,
      docker,
      earlier,
    };
  }

  /** Cleans a container up and tells its end, once. */
  private async end(containerId: string): Promise<void> {
    if (!this.running.has(containerId)) return;
    const executor = this.running.get(containerId);
    this.running.delete(containerId);
    try {
      await executor?.stop();
    } catch (error) {
      const fields = { container: containerId, error: errorText(error) };
      this.options.log.error(fields, 'an executor could not be stopped; its container is destroyed');
    }
    await this.destroyContainer(containerId);
  }

  /** Ends a container by force, with its executor; the end is told as usual, and that of an unknown one, too. */
  destroy(containerId: string): Promise<void> {
    return this.running.has(containerId) ? this.end(containerId) : this.destroyContainer(containerId);
  }

  private async destroyContainer(containerId: string): Promise<void> {
    this.starting.delete(containerId);
    const { containerizer, post, log } = this.options;
    const termination = await containerizer.destroy(containerId).catch((error: unknown): Termination => {
      log.error({ container: containerId, error: errorText(error) }, 'a container could not be destroyed');
      return { status: undefined, message: `Failed to destroy container: ${errorText(error)}` };
    });
    post({ kind: 'container.exited', containerId, termination });
  }

  /** Changes the resources of a container. Rejects when it goes on with what it has. */
  update({ containerId, resources, limits }: Update): Promise<void> {
    return this.options.containerizer.update(containerId, { resources, limits });
  }

  /** Lets go of all executors; their containers go on. */
  async stop(): Promise<void> {
    const executors = [...this.running.values()].filter((executor) => executor !== undefined);
    this.running.clear();
    this.starting.clear();
    await Promise.all(executors.map((executor) => executor.stop()));
  }

  /** Ends all containers by force. */
  async destroyAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((containerId) => this.end(containerId)));
  }
}

/**
 * The containers of tasks by the id of the executor's container that they are in. Others, which the operator API has
 * launched, are nobody's but the operator's.
 */
function nestedByParent(containers: readonly Container[]): ReadonlyMap<string, readonly Container[]> {
  const nested = new Map<string, Container[]>();
  for (const container of containers) {
    const [executor = '', child] = container.id.split('.', 2);
    if (child === undefined || container.spec.taskId === undefined) continue;
    nested.set(executor, [...(nested.get(executor) ?? []), container]);
  }
  return nested;
}

/** The grace period of this executor, as it was told. */
function graceOf({ environment }: ContainerSpec): number | undefined {
  const text = environment['MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD'];
  return text === undefined ? undefined : readDuration(text);
}

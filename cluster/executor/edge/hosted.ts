/**
 * An executor in the agent's process: its parts, and its boot value, with the state of an earlier run of the agent.
 */

import { randomInt } from 'node:crypto';
import type { FrameworkInfo, TaskInfo } from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import type { Millis } from '../../model/time';
import type { Logger } from '../../runtime/log';
import { OWN_GRACE_MS } from '../config';
import type { DockerContainer, ExecutorBoot, ExecutorKind } from '../core/events';
import { rebuiltFrom } from '../core/state';
import type { SavedExecutor } from '../core/task';
import { forgetExecutor, loadExecutor, saveExecutor } from './checkpoint';
import { ContainerTasks } from './container-tasks';
import type { Containers, TaskContainer } from './containers';
import type { Exit } from './exit';
import { HostedSession, type HostingAgent } from './hosted-session';
import { commonParts, type ExecutorContext, type ExecutorParts } from './parts';

/** An executor to start. Its own container is there already. */
export interface HostedOrder {
  readonly kind: ExecutorKind;
  readonly frameworkId: string;
  readonly executorId: string;
  /** The sandbox. */
  readonly directory: string;
  /** The user of tasks whose command names none. */
  readonly user: string | undefined;
  /** The time between SHUTDOWN and the end by force. */
  readonly shutdownGraceMs: Millis;
  /** The address that tasks are told when their container has none of its own. */
  readonly ip: string;
  readonly container: TaskContainer;
  /** Undefined unless the container is one of Docker. */
  readonly docker?: DockerContainer | undefined;
  /** Undefined for a new executor. */
  readonly earlier?: EarlierRun | undefined;
}

/** An earlier run of the agent, as the agent remembers it. */
export interface EarlierRun {
  /** Containers nested in the executor's own, also such as have ended. */
  readonly nested: readonly TaskContainer[];
  readonly framework: FrameworkInfo | undefined;
  /** Tasks that were sent to the executor and have not ended. */
  readonly tasks: readonly TaskInfo[];
}

export interface Host {
  readonly agent: HostingAgent;
  readonly containers: Containers;
}

export function hostedParts(
  order: HostedOrder,
  { agent, containers }: Host,
  exit: Exit,
  context: ExecutorContext,
): ExecutorParts {
  const { core, log } = context;
  const { container: executorContainer, directory, earlier } = order;
  const { post } = core;
  return {
    ...commonParts(order, exit, context),
    session: new HostedSession({ agent, post, log }),
    tasks: new ContainerTasks({
      executorContainer,
      directory,
      containers,
      nested: earlier?.nested ?? [],
      post,
      log,
    }),
    save: (saved) => saveOrForget(executorContainer.folder, saved, log),
  };
}

/**
 * Saves a state. Where the disk takes none, the last one is removed, since it is not true any more: the next agent then goes
 * by what it remembers itself. The tasks go on.
 */
function saveOrForget(folder: string, saved: SavedExecutor, log: Logger): void {
  try {
    saveExecutor(folder, saved);
  } catch (error) {
    forgetExecutor(folder);
    log.error({ error: errorText(error) }, 'the state of an executor cannot be saved');
  }
}

/** The boot value of a new executor, or of one that goes on. Containers that no task has any more are destroyed. */
export async function hostedBoot(
  order: HostedOrder,
  { containers, log, now }: Pick<Host, 'containers'> & { readonly log: Logger; readonly now: Millis },
): Promise<ExecutorBoot> {
  const { kind, container, directory, user, earlier } = order;
  const saved = earlier && savedState(order, earlier, log);
  const wanted = new Set(saved?.tasks.map(({ containerId }) => containerId));
  for (const { id } of earlier?.nested ?? [])
    if (!wanted.has(id)) void containers.destroy(id).catch(() => undefined);
  const ip = kind === 'default' ? await addressOf(order) : undefined;
  return {
    kind,
    frameworkId: order.frameworkId,
    executorId: order.executorId,
    seed: randomInt(2 ** 32),
    startedAt: now,
    shutdownGraceMs: Math.max(0, order.shutdownGraceMs - OWN_GRACE_MS),
    // The agent cannot be lost to what is in its process.
    recoveryTimeoutMs: Number.MAX_SAFE_INTEGER,
    container: { containerId: container.id, directory, user, ip },
    docker: order.docker,
    saved,
  };
}

/**
 * The state of the earlier run. When it is missing or cannot be read, tasks that run are those that the agent remembers, and
 * only a kill under way is forgotten: the end of each task is still told.
 */
function savedState(order: HostedOrder, earlier: EarlierRun, log: Logger): SavedExecutor | undefined {
  const loaded = loadExecutor(order.container.folder);
  if ('error' in loaded)
    log.error(
      { executor: order.executorId, why: loaded.error },
      'the saved state of an executor cannot be read',
    );
  else if (loaded.saved && (order.kind === 'default' || loaded.saved.launches > 0)) return loaded.saved;
  // Without any state nothing was launched: the state is saved before. Nobody ever heard of such a container.
  const unlaunched = 'error' in loaded ? undefined : `${order.container.id}.unlaunched`;
  const views = earlier.tasks.map((info) => ({
    info,
    containerId: containerOf(order, earlier, info) ?? unlaunched,
  }));
  return rebuiltFrom(views, { framework: earlier.framework, seed: randomInt(2 ** 32) });
}

/** The container of a task; undefined for one that has ended, or was never launched. */
function containerOf(
  { kind, container }: HostedOrder,
  { nested }: EarlierRun,
  info: TaskInfo,
): string | undefined {
  if (kind === 'command') return container.id;
  return nested.find(({ spec }) => spec.taskId === info.task_id.value)?.id;
}

async function addressOf({ container, ip }: HostedOrder): Promise<string> {
  const { network_infos: networks = [] } = await container.status();
  const addresses = networks.flatMap(({ ip_addresses = [] }) => ip_addresses);
  return addresses.find(({ ip_address }) => ip_address !== undefined)?.ip_address ?? ip;
}

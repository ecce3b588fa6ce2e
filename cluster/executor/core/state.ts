/**
 * The state of an executor: its tasks, and the updates that the agent has not acknowledged.
 *
 * Always true: a task is here from its launch to its end; a command executor never has two (checked by
 * check-executor.ts).
 */

import type * as mesos from '../../api/generated/mesos';
import { type Random, randomFrom } from '../../model/random';
import type { Millis } from '../../model/time';
import type { ExecutorBoot } from './events';
import type { ExecutorTask, SavedExecutor } from './task';

export interface ExecutorState {
  readonly boot: ExecutorBoot;
  readonly random: Random;
  connected: boolean;
  disconnectedAt: Millis | undefined;
  /** Number of unacknowledged updates that the last request for a subscription carried. */
  carried: number;
  framework: mesos.FrameworkInfo | undefined;
  /** Number of launches so far: of the one task, or of groups. */
  launches: number;
  shuttingDown: boolean;
  /** True once a health check has killed a task. */
  unhealthy: boolean;
  /** Tasks that have not ended, by their id, in the order of their launches. */
  readonly tasks: Map<string, ExecutorTask>;
  /** By uuid, in order. */
  readonly unacknowledged: Map<string, mesos.TaskStatus>;
}

/** The first state: of a new executor, or of one that goes on after a restart of the agent. */
export function initExecutor(boot: ExecutorBoot): ExecutorState {
  const { saved } = boot;
  return {
    boot,
    random: saved ? { word: saved.random } : randomFrom(boot.seed),
    connected: false,
    disconnectedAt: undefined,
    carried: 0,
    framework: saved?.framework,
    launches: saved?.launches ?? 0,
    shuttingDown: saved?.shuttingDown ?? false,
    unhealthy: saved?.unhealthy ?? false,
    tasks: new Map(saved?.tasks.map((task) => [task.info.task_id.value, copyOf(task)])),
    unacknowledged: new Map(saved?.unacknowledged.map((status) => [status.uuid ?? '', status])),
  };
}

/** The state as it is saved; it shares nothing with the state that changes. */
export function savedOf(state: ExecutorState): SavedExecutor {
  return {
    version: 1,
    random: state.random.word,
    framework: state.framework,
    launches: state.launches,
    shuttingDown: state.shuttingDown,
    unhealthy: state.unhealthy,
    tasks: [...state.tasks.values()].map(copyOf),
    unacknowledged: [...state.unacknowledged.values()],
  };
}

/** A copy of a task; checks under way are done again by whoever has it. */
function copyOf(task: ExecutorTask): ExecutorTask {
  return {
    ...task,
    killing: task.killing && { ...task.killing },
    health: task.health && { ...task.health, checking: false },
    check: task.check && { ...task.check, checking: false },
  };
}

/** A task and its container, as the agent knows them without the saved state of the executor. */
export interface AgentView {
  readonly info: mesos.TaskInfo;
  readonly containerId: string | undefined;
}

/**
 * The saved state of an executor whose own is missing or cannot be read: all tasks that the agent knows, with no kill
 * under way. They count as one group, so that none outlives another whose group it may be in.
 */
export function rebuiltFrom(
  tasks: readonly AgentView[],
  { framework, seed }: { readonly framework: mesos.FrameworkInfo | undefined; readonly seed: number },
): SavedExecutor | undefined {
  if (tasks.length === 0) return undefined;
  return {
    version: 1,
    random: randomFrom(seed).word,
    framework,
    launches: 1,
    shuttingDown: false,
    unhealthy: false,
    tasks: tasks.map(({ info, containerId }) => newTask(info, { launch: 1, containerId })),
    unacknowledged: [],
  };
}

/** A task that starts. */
export function newTask(
  info: mesos.TaskInfo,
  { launch, containerId }: Pick<ExecutorTask, 'launch' | 'containerId'>,
): ExecutorTask {
  return {
    info,
    launch,
    containerId,
    process: 'starting',
    killing: undefined,
    completionAt: undefined,
    acknowledged: false,
    last: undefined,
    health: undefined,
    check: undefined,
  };
}

/**
 * The state of the agent: its registration, its executors with their tasks, and the unacknowledged updates.
 *
 * Always true: every task belongs to one executor; the first update of every stream is the one last sent to
 * the master. check-agent.ts checks what a state alone can show of this.
 */

import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import { type Random, randomFrom } from '../../model/random';
import type { TaskState } from '../../model/task-state';
import type { Millis } from '../../model/time';
import type { AgentBoot } from './events';
import { type Garbage, initGarbage } from './garbage-state';

export interface AgentState {
  readonly boot: AgentBoot;
  readonly random: Random;
  phase: 'disconnected' | 'running' | 'stopping';
  agentId: string | undefined;
  master: string | undefined;
  /** The master's reason for a shutdown, and whether it had admitted the agent in this run. */
  dismissed: { readonly message: string; readonly admitted: boolean } | undefined;
  /** Reservations and volumes made at run time. */
  checkpointed: readonly mesos.Resource[];
  /** The drain under way. */
  drain: mesos.DrainConfig | undefined;
  /** The time when the drain began. */
  drainStartedAt: Millis | undefined;
  /** Number of requests for registration since the last answer. */
  unanswered: number;
  /** Time until the next request for registration, doubling. */
  registrationBackoffMs: Millis;
  /** Time without a ping after which the agent registers again; the master tells it. */
  pingTimeoutMs: Millis;
  readonly frameworks: Map<string, AgentFramework>;
  /** Frameworks without executors here, oldest first, bounded. A framework that gets a task again leaves them. */
  readonly completedFrameworks: Map<string, AgentFramework>;
  /** Unacknowledged updates, by task key. */
  readonly streams: Map<string, UpdateStream>;
  readonly counters: Map<string, number>;
  /** Folders of ended executors and frameworks, which are removed by their age. */
  readonly garbage: Garbage;
}

export interface AgentFramework {
  readonly id: string;
  info: mesos.FrameworkInfo;
  readonly executors: Map<string, Executor>;
  /** Ended executors without unacknowledged updates, oldest first, bounded. */
  readonly completedExecutors: Executor[];
  terminating: boolean;
}

/**
 * The built-in executor of a command task, that of task groups, or one that its framework brings. The first two run in the
 * agent's process.
 */
export type ExecutorKind = 'command' | 'default' | 'custom';

export interface Executor {
  readonly id: string;
  readonly kind: ExecutorKind;
  readonly frameworkId: string;
  readonly containerId: string;
  readonly directory: string;
  readonly info: mesos.ExecutorInfo;
  state: 'registering' | 'running' | 'terminating' | 'terminated';
  stream: string | undefined;
  /** Tasks that wait until the executor subscribes. */
  readonly queued: Map<string, mesos.TaskInfo>;
  readonly tasks: Map<string, AgentTask>;
  /** Tasks whose end is acknowledged, oldest first, bounded. */
  readonly completedTasks: AgentTask[];
}

export interface AgentTask {
  readonly info: mesos.TaskInfo;
  state: TaskState;
  statuses: readonly mesos.TaskStatus[];
}

export interface UpdateStream {
  readonly frameworkId: string;
  readonly executorId: string;
  readonly taskId: string;
  /** The updates in order; the first one is with the master. */
  readonly pending: internal.StatusUpdate[];
  /** Uuids of the last updates, so that a repeated update is not queued twice. */
  readonly received: Set<string>;
  retryMs: Millis;
}

/** Mesos' default until the master tells another: 5 pings of 15 seconds. */
const PING_TIMEOUT_MS = 75_000;

export function initAgent(boot: AgentBoot): AgentState {
  return {
    boot,
    random: randomFrom(boot.seed),
    phase: 'disconnected',
    agentId: boot.agentId,
    master: undefined,
    dismissed: undefined,
    checkpointed: boot.checkpointed ?? [],
    drain: undefined,
    drainStartedAt: undefined,
    unanswered: 0,
    registrationBackoffMs: boot.settings.registrationBackoffMs,
    pingTimeoutMs: PING_TIMEOUT_MS,
    frameworks: new Map(),
    completedFrameworks: new Map(),
    streams: new Map(),
    counters: new Map(),
    garbage: initGarbage(boot.settings.garbage),
  };
}

/** The key of a task, since ids are unique within a framework only. */
export function taskKey(frameworkId: string, taskId: string): string {
  return `${frameworkId} ${taskId}`;
}

export function isPartitionAware(framework: AgentFramework | undefined): boolean {
  return framework?.info.capabilities?.some(({ type }) => type === 'PARTITION_AWARE') ?? false;
}

/** The executor a task runs in, queued or launched. */
export function findExecutor(state: AgentState, frameworkId: string, taskId: string): Executor | undefined {
  for (const executor of state.frameworks.get(frameworkId)?.executors.values() ?? []) {
    if (executor.tasks.has(taskId) || executor.queued.has(taskId)) return executor;
  }
  return undefined;
}

export function findContainer(state: AgentState, containerId: string): Executor | undefined {
  for (const { executors } of state.frameworks.values()) {
    for (const executor of executors.values()) if (executor.containerId === containerId) return executor;
  }
  return undefined;
}

export function count(state: AgentState, name: string, times = 1): void {
  state.counters.set(name, (state.counters.get(name) ?? 0) + times);
}

/** Ends a drain when nothing runs and all updates are acknowledged; the master decides about new tasks. */
export function endDrain(state: AgentState): void {
  if (state.frameworks.size > 0 || state.streams.size > 0) return;
  state.drain = undefined;
  state.drainStartedAt = undefined;
}

/**
 * The state of the agent: its registration, its executors with their tasks, and the unacknowledged updates.
 *
 * Always true: every task belongs to one executor; the first update of every stream is the one last sent to
 * the master. check-agent.ts checks what a state alone can show of this.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { nextUuidBytes, type Random, randomFrom } from '../../../model/random';
import { NO_RESOURCES, type Resources } from '../../../model/resources';
import type { TaskState } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import type { ExecutorKind, Termination } from './container-spec';
import type { AgentBoot } from './events';
import { type Garbage, initGarbage } from './garbage-state';
import { type Commits, initCommits } from './outbox';

export interface AgentState {
  readonly boot: AgentBoot;
  readonly random: Random;
  phase: 'recovering' | 'disconnected' | 'running' | 'stopping';
  /** The recovery under way: the containers of an earlier run are looked for, then their executors are awaited. */
  recovery: 'containers' | 'executors' | undefined;
  agentId: string | undefined;
  master: string | undefined;
  /** The master's reason for a shutdown, and whether it had admitted the agent in this run. */
  dismissed: { readonly message: string; readonly admitted: boolean } | undefined;
  /** The agent as it is in the checkpoint. */
  keptInfo: internal.SlaveInfo | undefined;
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
  /** The executors of all frameworks by their containers, without completed ones. */
  readonly containers: Map<string, Executor>;
  /** Those executors that may have several tasks, by container id: a task is looked for in these alone. */
  readonly sharedExecutors: Map<string, Executor>;
  /** The executors that have a stream of events open, by its id. */
  readonly eventStreams: Map<string, Executor>;
  /** Frameworks without executors here, oldest first, bounded. A framework that gets a task again leaves them. */
  readonly completedFrameworks: Map<string, AgentFramework>;
  /** Unacknowledged updates, by task key. */
  readonly streams: Map<string, UpdateStream>;
  /** Operations whose status is not acknowledged, by their uuid, in the order in which they were applied. */
  readonly operations: Map<string, AgentOperation>;
  /** The version of the resources, which launches have to be for; each run has a new one. */
  readonly resourceVersion: string;
  readonly counters: Map<string, number>;
  /** The resources that are given away once more, as the master was told last. */
  oversubscribed: Resources;
  /** Folders of ended executors and frameworks, which are removed by their age. */
  readonly garbage: Garbage;
  readonly commits: Commits;
}

/** An operation whose last status is not acknowledged. */
export interface AgentOperation {
  readonly operation: mesos.Operation;
  /** Time until its status is sent again, doubling. */
  retryMs: Millis;
}

export interface AgentFramework {
  readonly id: string;
  info: mesos.FrameworkInfo;
  /** The libprocess address of a framework on an old driver. */
  pid: string | undefined;
  readonly executors: Map<string, Executor>;
  /** Ended executors without unacknowledged updates, oldest first, bounded. */
  readonly completedExecutors: Executor[];
  terminating: boolean;
}

export interface Executor {
  readonly id: string;
  readonly kind: ExecutorKind;
  readonly frameworkId: string;
  readonly containerId: string;
  readonly directory: string;
  /** True when its framework checkpoints, so that it and its tasks are known after a restart. */
  readonly checkpoint: boolean;
  readonly info: mesos.ExecutorInfo;
  /** The pid, networks and cgroups of its container, from its launch or adoption on. */
  containerStatus: mesos.ContainerStatus | undefined;
  state: 'registering' | 'running' | 'terminating' | 'terminated';
  /** The stream of an executor that speaks the v1 executor API. */
  stream: string | undefined;
  /** The libprocess address of one on an old driver, from which alone its messages come. */
  pid: string | undefined;
  /** Tasks that wait until the executor is there and its container has their resources, in order. */
  readonly queued: Map<string, mesos.TaskInfo>;
  /** The groups among them, each of which is delivered or killed as a whole. */
  readonly queuedGroups: mesos.TaskGroupInfo[];
  /** The tasks whose resources the container has, or gets by the change that is under way. */
  containedTasks: ReadonlySet<string>;
  /** True while a change of the container's resources is under way. */
  isChanging: boolean;
  /** The end that its tasks get when its container does not say another: why the agent destroys it. */
  pendingTermination: Termination | undefined;
  readonly tasks: Map<string, AgentTask>;
  /** Tasks whose end is acknowledged, oldest first, bounded. */
  readonly completedTasks: AgentTask[];
}

/** An executor that has just been launched, without tasks. */
export function newExecutor(
  parts: Pick<Executor, 'id' | 'kind' | 'frameworkId' | 'containerId' | 'directory' | 'checkpoint' | 'info'>,
): Executor {
  return {
    ...parts,
    containerStatus: undefined,
    state: 'registering',
    stream: undefined,
    pid: undefined,
    queued: new Map(),
    queuedGroups: [],
    containedTasks: new Set(),
    isChanging: false,
    pendingTermination: undefined,
    tasks: new Map(),
    completedTasks: [],
  };
}

export interface AgentTask {
  readonly info: mesos.TaskInfo;
  state: TaskState;
  statuses: readonly mesos.TaskStatus[];
  /** The last acknowledged update; the master has heard it. */
  acknowledged?: Pick<internal.StatusUpdate, 'status' | 'uuid'>;
}

export interface UpdateStream {
  readonly frameworkId: string;
  readonly executorId: string;
  readonly taskId: string;
  /** The updates in order; the first one is with the master. */
  readonly pending: internal.StatusUpdate[];
  /** The number of each pending update in the checkpoint, and the next one. */
  readonly numbers: number[];
  next: number;
  /** The container below whose id the updates are kept; undefined when they are not. */
  containerId: string | undefined;
  /** Uuids of the last updates, so that a repeated update is not queued twice. */
  readonly received: Set<string>;
  retryMs: Millis;
}

/** Time until an unacknowledged update is sent again, as in the original; it doubles. */
export const RETRY_FIRST_MS = 10_000;
/** Mesos' default until the master tells another: 5 pings of 15 seconds. */
const PING_TIMEOUT_MS = 75_000;

/** An agent without frameworks; recovery/restore.ts adds what earlier runs have left. */
export function initAgent(boot: AgentBoot): AgentState {
  return {
    boot,
    random: randomFrom(boot.seed),
    phase: boot.recovery ? 'recovering' : 'disconnected',
    recovery: undefined,
    agentId: boot.agentId,
    master: undefined,
    dismissed: undefined,
    checkpointed: [],
    keptInfo: undefined,
    drain: undefined,
    drainStartedAt: undefined,
    unanswered: 0,
    registrationBackoffMs: boot.settings.registrationBackoffMs,
    pingTimeoutMs: PING_TIMEOUT_MS,
    frameworks: new Map(),
    containers: new Map(),
    sharedExecutors: new Map(),
    eventStreams: new Map(),
    completedFrameworks: new Map(),
    streams: new Map(),
    operations: new Map(),
    resourceVersion: nextUuidBytes(randomFrom(boot.seed + 1)),
    counters: new Map(),
    oversubscribed: NO_RESOURCES,
    garbage: initGarbage(boot.settings.garbage),
    commits: initCommits(),
  };
}

/** The key of a task, since ids are unique within a framework only. */
export function taskKey(frameworkId: string, taskId: string): string {
  return `${frameworkId} ${taskId}`;
}

export function isPartitionAware(framework: AgentFramework | undefined): boolean {
  return framework?.info.capabilities?.some(({ type }) => type === 'PARTITION_AWARE') ?? false;
}

/** An empty stream of updates; the first retry comes after 10 s. */
export function newStream(
  ids: Pick<UpdateStream, 'frameworkId' | 'executorId' | 'taskId' | 'containerId'>,
): UpdateStream {
  return { ...ids, pending: [], numbers: [], next: 0, received: new Set(), retryMs: RETRY_FIRST_MS };
}

/** Adds a status to the history of a task; of equal states in a row the last one is kept. */
export function recordStatus(task: AgentTask, status: mesos.TaskStatus): void {
  const { data: _data, ...recorded } = status;
  const before = task.statuses.at(-1)?.state === recorded.state ? task.statuses.slice(0, -1) : task.statuses;
  task.statuses = [...before, recorded];
}

/** The path of a sandbox. */
export function sandboxOf(
  { boot, agentId }: AgentState,
  ids: { readonly frameworkId: string; readonly executorId: string; readonly containerId: string },
): string {
  const { frameworkId, executorId, containerId } = ids;
  const path = ['slaves', agentId, 'frameworks', frameworkId, 'executors', executorId, 'runs', containerId];
  return [boot.workDir, ...path].join('/');
}

/** The executor a task runs in, queued or launched. */
export function findExecutor(state: AgentState, frameworkId: string, taskId: string): Executor | undefined {
  const hasTask = ({ tasks, queued }: Executor): boolean => tasks.has(taskId) || queued.has(taskId);
  // The executor of a command task has the task's id.
  const executorOfCommand = state.frameworks.get(frameworkId)?.executors.get(taskId);
  if (executorOfCommand && hasTask(executorOfCommand)) return executorOfCommand;
  for (const executor of state.sharedExecutors.values())
    if (executor.frameworkId === frameworkId && hasTask(executor)) return executor;
  return undefined;
}

/** Adds an executor that has not completed. */
export function addExecutor(state: AgentState, framework: AgentFramework, executor: Executor): void {
  framework.executors.set(executor.id, executor);
  state.containers.set(executor.containerId, executor);
  if (executor.kind !== 'command') state.sharedExecutors.set(executor.containerId, executor);
}

/** Takes an executor out that has completed. */
export function takeExecutor(state: AgentState, framework: AgentFramework, executor: Executor): void {
  framework.executors.delete(executor.id);
  state.containers.delete(executor.containerId);
  state.sharedExecutors.delete(executor.containerId);
}

/** Gives an executor the stream of its events, in place of the one that it had, or none. */
export function setStream(state: AgentState, executor: Executor, stream: string | undefined): void {
  if (executor.stream !== undefined) state.eventStreams.delete(executor.stream);
  executor.stream = stream;
  if (stream !== undefined) state.eventStreams.set(stream, executor);
}

export function findContainer({ containers }: AgentState, containerId: string): Executor | undefined {
  return containers.get(containerId);
}

export function count(state: AgentState, name: string, times = 1): void {
  state.counters.set(name, (state.counters.get(name) ?? 0) + times);
}

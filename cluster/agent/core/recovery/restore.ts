/**
 * The agent's state as earlier runs have left it, from the entries of the checkpoint.
 *
 * An entry whose framework, executor or task cannot be read is of no use: it counts as an error, and is removed.
 *
 * Always true: every executor that has not completed is `registering` until it comes back.
 */

import type * as internal from '../../../api/generated/internal';
import { isTerminal } from '../../../model/task-state';
import { forgetExecutor, forgetFramework, keep } from '../checkpoint/keep';
import { RETRY_FIRST_MS } from '../resources/operations';
import type { CheckpointEntry } from '../state/entries';
import type { AgentBoot } from '../state/events';
import {
  type AgentFramework,
  type AgentState,
  type AgentTask,
  addExecutor,
  count,
  type Executor,
  initAgent,
  newExecutor,
  newStream,
  recordStatus,
  sandboxOf,
  taskKey,
} from '../state/state';

interface Restoring {
  readonly state: AgentState;
  readonly executors: Map<string, Executor>;
  /** The updates of each task by its container and its id. */
  readonly updates: Map<string, CheckpointEntry<'update'>[]>;
}

/** The first state of an agent. */
export function restoreAgent(boot: AgentBoot): AgentState {
  const state = initAgent(boot);
  if (!boot.recovery) return state;
  const { entries, errors } = boot.recovery;
  const restoring: Restoring = { state, executors: new Map(), updates: new Map() };
  state.counters.set('slave/recovery_errors', errors);
  for (const entry of entries)
    if (entry.entry === 'operation')
      state.operations.set(entry.uuid, { operation: entry.value, retryMs: RETRY_FIRST_MS });
  for (const { entry, value } of entries) {
    if (entry === 'agent') state.keptInfo = value;
    if (entry === 'resources') state.checkpointed = value;
    if (entry === 'drain') state.drain = value;
  }
  for (const entry of entries) if (entry.entry === 'framework') restoreFramework(restoring, entry);
  for (const entry of entries) if (entry.entry === 'executor') restoreExecutor(restoring, entry);
  for (const entry of entries) if (entry.entry === 'update') collectUpdate(restoring, entry);
  for (const entry of entries) if (entry.entry === 'task') restoreTask(restoring, entry);
  for (const [first] of restoring.updates.values()) if (first) removeTask(state, first);
  for (const framework of [...state.frameworks.values()]) completeFramework(state, framework);
  return state;
}

function restoreFramework(
  { state }: Restoring,
  { frameworkId: id, value: info }: CheckpointEntry<'framework'>,
): void {
  const framework: AgentFramework = {
    id,
    info,
    pid: undefined,
    executors: new Map(),
    completedExecutors: [],
    terminating: false,
  };
  state.frameworks.set(id, framework);
}

function restoreExecutor({ state, executors }: Restoring, entry: CheckpointEntry<'executor'>): void {
  const { containerId } = entry;
  const { frameworkId, kind, completed, pid, info } = entry.value;
  const id = info.executor_id.value;
  const framework = state.frameworks.get(frameworkId);
  if (!framework || (!completed && framework.executors.has(id))) {
    count(state, 'slave/recovery_errors');
    return keep(state, { entry: 'executor', containerId, value: undefined });
  }
  const executor = newExecutor({
    id,
    kind,
    frameworkId,
    containerId,
    directory: sandboxOf(state, { frameworkId, executorId: id, containerId }),
    checkpoint: true,
    info,
  });
  if (completed) executor.state = 'terminated';
  else executor.pid = pid;
  executors.set(containerId, executor);
  if (completed) framework.completedExecutors.push(executor);
  else addExecutor(state, framework, executor);
}

function collectUpdate({ updates }: Restoring, entry: CheckpointEntry<'update'>): void {
  const key = taskKey(entry.containerId, entry.taskId);
  const updatesOfTask = updates.get(key);
  if (updatesOfTask) updatesOfTask.push(entry);
  else updates.set(key, [entry]);
}

function restoreTask({ state, executors, updates }: Restoring, entry: CheckpointEntry<'task'>): void {
  const { containerId, taskId, value: info } = entry;
  const executor = executors.get(containerId);
  if (!executor) return removeTask(state, entry);
  const key = taskKey(containerId, taskId);
  const records = (updates.get(key) ?? []).sort((left, right) => left.number - right.number);
  updates.delete(key);
  const task: AgentTask = { info, state: 'TASK_STAGING', statuses: [] };
  const isAcknowledged = replay(state, { executor, taskId, task, records });
  const isCompleted = executor.state === 'terminated' || (isTerminal(task.state) && isAcknowledged);
  if (isCompleted) executor.completedTasks.push(task);
  else executor.tasks.set(taskId, task);
}

interface Replay {
  readonly executor: Executor;
  readonly taskId: string;
  readonly task: AgentTask;
  readonly records: readonly CheckpointEntry<'update'>[];
}

/** Replays the updates of a task; true when none waits for its acknowledgement. */
function replay(state: AgentState, { executor, taskId, task, records }: Replay): boolean {
  const { frameworkId, id: executorId, containerId } = executor;
  const stream = newStream({ frameworkId, executorId, taskId, containerId });
  for (const { number, value } of records) {
    const { update, type } = value;
    if (!update) continue;
    stream.next = number + 1;
    stream.received.add(update.uuid ?? '');
    applyStatus(task, update);
    if (type === 'ACK') continue;
    stream.pending.push(update);
    stream.numbers.push(number);
  }
  const isDone = stream.pending.length === 0;
  const hasEnded = isDone && isTerminal(task.state);
  if (records.length > 0 && !hasEnded && executor.state !== 'terminated')
    state.streams.set(taskKey(frameworkId, taskId), stream);
  return isDone;
}

/** The first terminal status is the last one of a task. */
function applyStatus(task: AgentTask, { status }: internal.StatusUpdate): void {
  if (isTerminal(task.state)) return;
  recordStatus(task, status);
  task.state = status.state;
}

/** Removes a task that has no executor, or updates that have no task. */
function removeTask(state: AgentState, { containerId, taskId }: CheckpointEntry<'task' | 'update'>): void {
  count(state, 'slave/recovery_errors');
  keep(state, { entry: 'task', containerId, taskId, value: undefined });
}

/** Frameworks that have no executor left are completed, or forgotten when there never was one. */
function completeFramework(state: AgentState, framework: AgentFramework): void {
  const { completedExecutors } = framework;
  completedExecutors.sort((left, right) => endOf(left) - endOf(right));
  // Fewer may be kept than by the run before.
  const excess = Math.max(0, completedExecutors.length - state.boot.settings.maxCompletedExecutors);
  for (const oldest of completedExecutors.splice(0, excess)) forgetExecutor(state, oldest);
  if (framework.executors.size > 0) return;
  state.frameworks.delete(framework.id);
  if (framework.completedExecutors.length > 0) state.completedFrameworks.set(framework.id, framework);
  else forgetFramework(state, framework);
}

/** The time of the last status of an executor's tasks. */
function endOf({ completedTasks }: Executor): number {
  return Math.max(0, ...completedTasks.map(({ statuses }) => statuses.at(-1)?.timestamp ?? 0));
}

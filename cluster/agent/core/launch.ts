/**
 * Launches of tasks: each gets an executor and a sandbox of its own, or is refused with a reason.
 *
 * In: master.runTask, master.runTaskGroup, master.updateFramework, woke(executor)
 * Out: launch, destroy, updates
 */

import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import { commandExecutorOf, idError } from '../../model/ids';
import { note } from '../../model/machine';
import { nextUuid } from '../../model/random';
import type { TaskState } from '../../model/task-state';
import { printDuration } from '../../model/time';
import type { ContainerSpec } from './container-spec';
import type { AgentSettings, EventOf } from './events';
import { completeFramework } from './executors';
import { keepFolders } from './garbage';
import { keepExecutor, keepFramework, keepTask } from './keep';
import {
  type AgentFramework,
  type AgentState,
  type Executor,
  findContainer,
  isPartitionAware,
  sandboxOf,
} from './state';
import { type Timer, type Turn, wake } from './turn';
import { unsupportedPart } from './unsupported';
import { addUpdate, pidOf } from './updates';

/** Resources of the command executor itself; not charged to the task (Mesos 1.11 src/slave/constants.hpp). */
const COMMAND_EXECUTOR_NEEDS = { cpus: 0.1, mem: 32 };
const EXECUTOR_NAME_COMMAND_MAX = 15;

export function runTask(turn: Turn, { message }: EventOf<'master.runTask'>): void {
  const { state, now, effects } = turn;
  const frameworkId = message.framework.id?.value;
  if (frameworkId === undefined || state.agentId === undefined) return;
  const framework = ensureFramework(state, frameworkId, message.framework);
  const refusal = refusalOf(state, framework, message);
  if (refusal) return refuse(turn, frameworkId, message.task, refusal);
  const executor = createExecutor(state, framework, message.task);
  framework.executors.set(executor.id, executor);
  keepFolders(state, executor.directory);
  keepExecutor(state, framework, executor);
  keepTask(state, executor, message.task);
  const { containerId } = executor;
  effects.push({ kind: 'launch', spec: specOf(state, framework, executor), executor: executor.kind });
  wake(turn, { kind: 'executor', containerId }, now + state.boot.settings.executorRegistrationTimeoutMs);
}

/** The container of a command task, whose program is the task's command. */
function specOf(state: AgentState, framework: AgentFramework, executor: Executor): ContainerSpec {
  const { containerId, id: executorId, frameworkId, directory, info } = executor;
  const [task] = executor.queued.values();
  return {
    containerId,
    frameworkId,
    executorId,
    taskId: task?.task_id.value,
    directory,
    user: task?.command?.user ?? framework.info.user,
    command: task?.command,
    environment: environmentOf(state, framework, executor),
    container: task?.container,
    resources: [...(info.resources ?? []), ...(task?.resources ?? [])],
    limits: {},
  };
}

/** Refuses each task of a group: groups need the default executor, which this agent does not have. */
export function refuseGroup(turn: Turn, { message }: EventOf<'master.runTaskGroup'>): void {
  const { state } = turn;
  const frameworkId = message.framework.id?.value;
  if (frameworkId === undefined || state.agentId === undefined) return;
  ensureFramework(state, frameworkId, message.framework);
  const refusal = failure('Task groups are not supported by this agent');
  for (const task of message.task_group.tasks ?? []) refuse(turn, frameworkId, task, refusal);
}

/** The master tells what a framework has changed about itself. */
export function updateFramework({ state }: Turn, { message }: EventOf<'master.updateFramework'>): void {
  const framework = state.frameworks.get(message.framework_id.value);
  if (!framework || !message.framework_info) return;
  framework.info = message.framework_info;
  keepFramework(state, framework);
}

function ensureFramework(state: AgentState, id: string, info: mesos.FrameworkInfo): AgentFramework {
  const existing = state.frameworks.get(id);
  if (existing) {
    existing.info = info;
    return existing;
  }
  const before = state.completedFrameworks.get(id);
  state.completedFrameworks.delete(id);
  const framework: AgentFramework = {
    id,
    info,
    executors: new Map(),
    completedExecutors: before?.completedExecutors ?? [],
    terminating: false,
  };
  state.frameworks.set(id, framework);
  return framework;
}

interface Refusal {
  readonly state: 'TASK_DROPPED' | 'TASK_LOST' | 'TASK_FAILED';
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
}

/** The reason why a task cannot be launched here. What is not supported is refused, not ignored. */
function refusalOf(
  state: AgentState,
  framework: AgentFramework,
  { task }: internal.RunTaskMessage,
): Refusal | undefined {
  const wrongId = idError(task.task_id.value) ?? idError(framework.id);
  if (wrongId) return failure(wrongId);
  if (state.phase === 'stopping' || framework.terminating) {
    return {
      state: 'TASK_DROPPED',
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'The agent is shutting down',
    };
  }
  if (state.drain) {
    const taskState = isPartitionAware(framework) ? 'TASK_DROPPED' : 'TASK_LOST';
    return { state: taskState, reason: 'REASON_AGENT_DRAINING', message: 'The agent is draining' };
  }
  if (framework.executors.has(task.task_id.value))
    return failure(`Task ${task.task_id.value} is already here`);
  const unsupported = unsupportedPart(task);
  return unsupported === undefined ? undefined : failure(unsupported);
}

function failure(message: string): Refusal {
  return { state: 'TASK_FAILED', reason: 'REASON_CONTAINER_LAUNCH_FAILED', message };
}

function refuse(turn: Turn, frameworkId: string, task: mesos.TaskInfo, refusal: Refusal): void {
  const { state } = turn;
  const taskId = task.task_id.value;
  const framework = state.frameworks.get(frameworkId);
  if (framework) completeFramework(state, framework);
  note(turn, 'warn', 'a task cannot be launched', { task: taskId, why: refusal.message });
  addUpdate(turn, { frameworkId, executorId: taskId, taskId, ...refusal });
}

function createExecutor(state: AgentState, framework: AgentFramework, task: mesos.TaskInfo): Executor {
  const id = task.task_id.value;
  const containerId = nextUuid(state.random);
  return {
    id,
    kind: 'command',
    frameworkId: framework.id,
    containerId,
    directory: sandboxOf(state, { frameworkId: framework.id, executorId: id, containerId }),
    checkpoint: framework.info.checkpoint ?? false,
    info: executorInfo(framework, task),
    state: 'registering',
    stream: undefined,
    queued: new Map([[id, task]]),
    pendingTermination: undefined,
    tasks: new Map(),
    completedTasks: [],
  };
}

function executorInfo(framework: AgentFramework, task: mesos.TaskInfo): mesos.ExecutorInfo {
  const command = task.command?.value ?? '';
  const short = command.length > EXECUTOR_NAME_COMMAND_MAX ? `${command.slice(0, 12)}...` : command;
  return {
    executor_id: { value: commandExecutorOf(task.task_id.value) },
    framework_id: { value: framework.id },
    name: `Command Executor (Task: ${task.task_id.value}) (Command: sh -c '${short}')`,
    source: task.task_id.value,
    command: task.command,
    labels: task.labels,
    discovery: task.discovery,
    resources: allowance(task),
  };
}

/** The resources of the command executor itself, in the task's role; they are not charged to the framework. */
function allowance({ resources }: mesos.TaskInfo): mesos.Resource[] {
  const allocation_info = resources?.find((resource) => resource.allocation_info)?.allocation_info;
  return Object.entries(COMMAND_EXECUTOR_NEEDS).map(([name, value]) => ({
    name,
    type: 'SCALAR',
    scalar: { value },
    allocation_info,
  }));
}

/** The environment that Mesos gives every executor. */
function environmentOf(
  state: AgentState,
  framework: AgentFramework,
  executor: Executor,
): Readonly<Record<string, string>> {
  const { boot } = state;
  return {
    ...boot.settings.executorEnvironment,
    MESOS_FRAMEWORK_ID: framework.id,
    MESOS_EXECUTOR_ID: executor.id,
    MESOS_SLAVE_ID: state.agentId ?? '',
    MESOS_SLAVE_PID: pidOf(state),
    MESOS_AGENT_ENDPOINT: `${boot.ip}:${boot.port}`,
    MESOS_DIRECTORY: executor.directory,
    MESOS_SANDBOX: executor.directory,
    MESOS_HTTP_COMMAND_EXECUTOR: '1',
    MESOS_CHECKPOINT: framework.info.checkpoint ? '1' : '0',
    ...(executor.checkpoint && recoveryEnvironment(boot.settings)),
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: printDuration(boot.settings.executorShutdownGraceMs),
    LIBPROCESS_PORT: '0',
  };
}

/** The times of executors that outlive the agent. */
function recoveryEnvironment(settings: AgentSettings): Readonly<Record<string, string>> {
  return {
    MESOS_RECOVERY_TIMEOUT: printDuration(settings.recoveryTimeoutMs),
    MESOS_SUBSCRIPTION_BACKOFF_MAX: printDuration(settings.executorReregistrationTimeoutMs),
  };
}

/** Destroys an executor that has not subscribed in time. */
export function registrationTimedOut(turn: Turn, { containerId }: Timer<'executor'>): void {
  const executor = findContainer(turn.state, containerId);
  if (executor?.state !== 'registering') return;
  executor.state = 'terminating';
  const message = 'Executor did not register within its time';
  failQueued(turn, executor, 'REASON_EXECUTOR_REGISTRATION_TIMEOUT', message);
  turn.effects.push({ kind: 'destroy', containerId });
}

/** Fails the tasks that wait for an executor. */
export function failQueued(
  turn: Turn,
  executor: Executor,
  reason: mesos.TaskStatus.Reason,
  message: string,
): void {
  const { frameworkId, id: executorId } = executor;
  for (const taskId of [...executor.queued.keys()]) {
    endQueued(executor, taskId, 'TASK_FAILED');
    addUpdate(turn, { frameworkId, executorId, taskId, state: 'TASK_FAILED', reason, message });
  }
}

/** Ends a queued task; it stays until its framework has acknowledged the end. */
export function endQueued(executor: Executor, taskId: string, state: TaskState): void {
  const info = executor.queued.get(taskId);
  executor.queued.delete(taskId);
  if (info) executor.tasks.set(taskId, { info, state, statuses: [] });
}

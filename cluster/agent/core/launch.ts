/**
 * Launches of tasks: each gets an executor and a sandbox of its own, or is refused with a reason.
 *
 * In: master.runTask, woke(executor ...)
 * Out: launch, destroy, updates
 */

import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import { idError } from '../../model/ids';
import { nextUuid } from '../../model/random';
import type { TaskState } from '../../model/task-state';
import { type Millis, printDuration } from '../../model/time';
import type { AgentEffect } from './effects';
import type { EventOf } from './events';
import { completeFramework } from './executors';
import {
  type AgentFramework,
  type AgentState,
  type Executor,
  findContainer,
  isPartitionAware,
} from './state';
import { addUpdate, pidOf } from './updates';

/** Resources of the command executor itself; not charged to the task (Mesos 1.11 src/slave/constants.hpp). */
const COMMAND_EXECUTOR_NEEDS = { cpus: 0.1, mem: 32 };
const EXECUTOR_NAME_COMMAND_MAX = 15;

export function runTask(state: AgentState, event: EventOf<'master.runTask'>): AgentEffect[] {
  const { from, message, at: now } = event;
  const frameworkId = message.framework.id?.value;
  if (from !== state.master || frameworkId === undefined || state.agentId === undefined) return [];
  const framework = ensureFramework(state, frameworkId, message.framework);
  const refusal = refusalOf(state, framework, message);
  if (refusal) return refuse(state, frameworkId, message.task, refusal, now);
  const executor = createExecutor(state, framework, message.task);
  framework.executors.set(executor.id, executor);
  return [
    {
      kind: 'launch',
      containerId: executor.containerId,
      directory: executor.directory,
      frameworkId,
      executorId: executor.id,
      environment: environmentOf(state, framework, executor),
      user: message.task.command?.user ?? message.framework.user,
    },
    {
      kind: 'wake',
      timer: `executor ${executor.containerId}`,
      at: now + state.boot.settings.executorRegistrationTimeoutMs,
    },
  ];
}

/** Refuses each task of a group: groups need the default executor, which this agent does not have. */
export function refuseGroup(state: AgentState, event: EventOf<'master.runTaskGroup'>): AgentEffect[] {
  const { from, message, at: now } = event;
  const frameworkId = message.framework.id?.value;
  if (from !== state.master || frameworkId === undefined || state.agentId === undefined) return [];
  ensureFramework(state, frameworkId, message.framework);
  const refusal = failure('Task groups are not supported by this agent');
  return (message.task_group.tasks ?? []).flatMap((task) => refuse(state, frameworkId, task, refusal, now));
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
  if (task.executor || !task.command)
    return failure('Executors other than the built-in command executor are not supported');
  if (task.resources?.some(({ disk }) => disk?.persistence))
    return failure('Persistent volumes are not supported by this agent');
  if (task.container?.type === 'DOCKER') return failure('Docker containers are not supported by this agent');
  if (task.container?.mesos?.image) return failure('Container images are not supported by this agent');
  if ((task.container?.volumes?.length ?? 0) > 0) return failure('Volumes are not supported by this agent');
  if ((task.command.uris?.length ?? 0) > 0) return failure('Fetching URIs is not supported by this agent');
  const secret = task.command.environment?.variables?.find(({ type }) => type === 'SECRET');
  return secret
    ? failure(`Secrets are not supported by this agent (environment variable ${secret.name})`)
    : undefined;
}

function failure(message: string): Refusal {
  return { state: 'TASK_FAILED', reason: 'REASON_CONTAINER_LAUNCH_FAILED', message };
}

function refuse(
  state: AgentState,
  frameworkId: string,
  task: mesos.TaskInfo,
  refusal: Refusal,
  now: Millis,
): AgentEffect[] {
  const taskId = task.task_id.value;
  const framework = state.frameworks.get(frameworkId);
  if (framework) completeFramework(state, framework);
  const fields = { task: taskId, why: refusal.message };
  return [
    { kind: 'note', level: 'warn', text: 'a task cannot be launched', fields },
    ...addUpdate(state, { frameworkId, executorId: taskId, taskId, now, ...refusal }),
  ];
}

function createExecutor(state: AgentState, framework: AgentFramework, task: mesos.TaskInfo): Executor {
  const id = task.task_id.value;
  const containerId = nextUuid(state.random);
  const path = ['slaves', state.agentId, 'frameworks', framework.id, 'executors', id, 'runs', containerId];
  return {
    id,
    frameworkId: framework.id,
    containerId,
    directory: [state.boot.workDir, ...path].join('/'),
    info: executorInfo(framework, task),
    state: 'registering',
    stream: undefined,
    queued: new Map([[id, task]]),
    tasks: new Map(),
    completedTasks: [],
  };
}

function executorInfo(framework: AgentFramework, task: mesos.TaskInfo): mesos.ExecutorInfo {
  const command = task.command?.value ?? '';
  const short = command.length > EXECUTOR_NAME_COMMAND_MAX ? `${command.slice(0, 12)}...` : command;
  return {
    executor_id: { value: task.task_id.value },
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
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: printDuration(boot.settings.executorShutdownGraceMs),
    LIBPROCESS_PORT: '0',
  };
}

/** Destroys an executor that has not subscribed in time. The timer is named `executor <container>`. */
export function registrationTimedOut(state: AgentState, timer: string, now: Millis): AgentEffect[] {
  const executor = findContainer(state, timer.slice('executor '.length));
  if (executor?.state !== 'registering') return [];
  executor.state = 'terminating';
  return [
    ...failQueued(
      state,
      executor,
      'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
      'Executor did not register within its time',
      now,
    ),
    { kind: 'destroy', containerId: executor.containerId },
  ];
}

/** Fails the tasks that wait for an executor. */
export function failQueued(
  state: AgentState,
  executor: Executor,
  reason: mesos.TaskStatus.Reason,
  message: string,
  now: Millis,
): AgentEffect[] {
  return [...executor.queued.keys()].flatMap((taskId) => {
    endQueued(executor, taskId, 'TASK_FAILED');
    return addUpdate(state, {
      frameworkId: executor.frameworkId,
      executorId: executor.id,
      taskId,
      state: 'TASK_FAILED',
      reason,
      message,
      now,
    });
  });
}

/** Ends a queued task; it stays until its framework has acknowledged the end. */
export function endQueued(executor: Executor, taskId: string, state: TaskState): void {
  const info = executor.queued.get(taskId);
  executor.queued.delete(taskId);
  if (info) executor.tasks.set(taskId, { info, state, statuses: [] });
}

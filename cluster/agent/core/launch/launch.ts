/**
 * Launches of tasks and task groups: each is queued with its executor, which is started when it is not there, or is
 * refused with a reason (Mesos 1.11 src/slave/slave.cpp, run).
 *
 * Always true: launches of one executor are delivered in the order in which they came.
 *
 * In: master.runTask, master.runTaskGroup, master.updateFramework
 * Out: launch, update, updates, send(ExitedExecutor)
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { note } from '../../../model/machine';
import { keepFramework, keepTask } from '../checkpoint/keep';
import { executorInfoOf, kindOf } from '../containers/executor-info';
import { beginShutdown, completeFramework, tellExit } from '../executors/executors';
import type { EventOf } from '../state/events';
import type { AgentFramework, AgentState } from '../state/state';
import type { Turn } from '../state/turn';
import { deliver } from '../tasks/deliver';
import { addUpdate, resendAll } from '../tasks/updates';
import { type Refusal, refusalOf } from './launch-refusals';
import type { Launch } from './launch-request';
import { startExecutor } from './start-executor';

export function runTask(turn: Turn, { message }: EventOf<'master.runTask'>): void {
  const { task } = message;
  const framework = frameworkFor(turn, message.framework, [task]);
  if (!framework) return;
  framework.pid = message.pid === '' ? undefined : message.pid;
  const info = executorInfoOf(framework.id, task);
  const launchExecutor = message.launch_executor;
  const version = versionOf(message.resource_version_uuids);
  run(turn, {
    framework,
    info,
    kind: kindOf(task),
    tasks: [task],
    group: undefined,
    launchExecutor,
    version,
  });
}

export function runTaskGroup(turn: Turn, { message }: EventOf<'master.runTaskGroup'>): void {
  const { task_group: group, executor, launch_executor: launchExecutor } = message;
  const tasks = group.tasks ?? [];
  const framework = tasks.length > 0 ? frameworkFor(turn, message.framework, tasks) : undefined;
  if (!framework) return;
  const info = { ...executor, framework_id: { value: framework.id } };
  const version = versionOf(message.resource_version_uuids);
  run(turn, { framework, info, kind: kindOf({ executor }), tasks, group, launchExecutor, version });
}

/** The version of the resources of the machine, which resource providers have none of. */
function versionOf(versions: readonly internal.ResourceVersionUUID[] | undefined): string | undefined {
  return versions?.find(({ resource_provider_id }) => resource_provider_id === undefined)?.uuid.value;
}

/**
 * The master tells of a framework that it has changed or is back. Updates that it has not acknowledged are sent again at
 * once: a framework that was away would get them after ten seconds or, after a long absence, ten minutes.
 */
export function updateFramework(turn: Turn, { message }: EventOf<'master.updateFramework'>): void {
  const { state } = turn;
  resendAll(turn, message.framework_id.value);
  const framework = state.frameworks.get(message.framework_id.value);
  if (!framework || framework.terminating) return;
  if (message.framework_info) framework.info = message.framework_info;
  framework.pid = message.pid === '' ? undefined : message.pid;
  keepFramework(state, framework);
}

/** The framework of a launch; undefined when the launch is for an agent that this one was before. */
function frameworkFor(
  turn: Turn,
  info: mesos.FrameworkInfo,
  tasks: readonly mesos.TaskInfo[],
): AgentFramework | undefined {
  const { state } = turn;
  const id = info.id?.value;
  if (id === undefined || state.agentId === undefined) return undefined;
  const stray = tasks.find(({ agent_id }) => agent_id.value !== state.agentId);
  if (!stray) return ensureFramework(state, id, info);
  const fields = { task: stray.task_id.value, agent: stray.agent_id.value };
  note(turn, 'warn', 'ignored the launch of a task that is meant for another agent', fields);
  return undefined;
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
    pid: undefined,
    executors: new Map(),
    completedExecutors: before?.completedExecutors ?? [],
    terminating: false,
  };
  state.frameworks.set(id, framework);
  return framework;
}

function run(turn: Turn, launch: Launch): void {
  const { state } = turn;
  const { framework, info, tasks, group } = launch;
  const refusal = refusalOf(state, launch);
  if (refusal) return refuse(turn, launch, refusal);
  const executor = framework.executors.get(info.executor_id.value) ?? startExecutor(turn, launch);
  for (const task of tasks) {
    executor.queued.set(task.task_id.value, task);
    keepTask(state, executor, task);
  }
  if (group) executor.queuedGroups.push(group);
  deliver(turn, executor);
}

/** Refuses all tasks of a launch. The master is told that the executor which it expects is not here. */
function refuse(turn: Turn, launch: Launch, refusal: Refusal): void {
  const { framework, info, kind, tasks, launchExecutor } = launch;
  const executorId = info.executor_id.value;
  const existing = framework.executors.get(executorId);
  for (const { task_id } of tasks) {
    const taskId = task_id.value;
    note(turn, 'warn', 'a task cannot be launched', { task: taskId, why: refusal.message });
    addUpdate(turn, { frameworkId: framework.id, executorId, taskId, ...refusal });
  }
  if (launchExecutor && kind !== 'command') {
    // An executor that the master does not know of is ended, so that its resources are not lost.
    if (existing && existing.state !== 'terminated') beginShutdown(turn, existing);
    else tellExit(turn, framework.id, executorId);
  }
  completeFramework(turn.state, framework);
}

/**
 * Operations of an ACCEPT that launch tasks: LAUNCH, and LAUNCH_GROUP, whose tasks start together or not at all.
 */

import type * as mesos from '../../../api/generated/mesos';
import {
  addResources,
  NO_RESOURCES,
  type Resources,
  subtractResources,
  unallocated,
  writeLegacyResources,
  writeResources,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { allocateResources } from '../allocator/allocated';
import { taskRefusal } from '../authorize/framework';
import type { GroupOperation, LaunchOperation } from '../read/operation';
import type { ParsedExecutor, ParsedTask } from '../read/task';
import { executorKey, taskKey } from '../state/keys';
import {
  type Agent,
  count,
  countOf,
  type Framework,
  type MasterState,
  type TaskRecord,
} from '../state/state';
import { emit, type Turn } from '../state/turn';
import { addExecutor } from '../tasks/executors';
import { publishTasks } from '../tasks/publish-tasks';
import { groupError, resourcesOfGroup } from '../validate/group';
import { hasCapability } from '../validate/operation-context';
import { resourcesOfLaunch, taskError } from '../validate/task';
import type { AcceptContext } from './accept-context';
import { rejectTasks } from './rejected-tasks';

/** LAUNCH: each task is checked and launched by itself. */
export function launch(turn: Turn, batch: AcceptContext, { tasks }: LaunchOperation): void {
  for (const task of tasks) launchTask(turn, batch, task);
}

function launchTask(turn: Turn, batch: AcceptContext, task: ParsedTask): void {
  const { state } = turn;
  const { framework, agent, role, now } = batch;
  const loss = { now, state: 'TASK_ERROR' } as const;
  const refused = taskRefusal(state, framework, task);
  if (refused) {
    const reason = 'REASON_TASK_UNAUTHORIZED';
    return rejectTasks(turn, framework, [task.info], { ...loss, reason, message: refused });
  }
  const error = taskError(task, { framework, agent, available: availableOf(batch) });
  if (error) {
    const reason = 'REASON_TASK_INVALID';
    return rejectTasks(turn, framework, [task.info], { ...loss, reason, message: error });
  }
  const needed = resourcesOfLaunch(task, framework, agent);
  // The agent starts the executor of a command task itself, each time.
  const launchExecutor = task.executor ? startExecutor(agent, framework, role, task.executor) : true;
  consume(state, batch, needed);
  const record = addTask(state, batch, task);
  countOf(framework, 'operations/launch');
  const message = {
    framework_id: { value: framework.id },
    framework: framework.info,
    task: taskForAgent(agent, task),
    pid: framework.pid ?? '',
    launch_executor: launchExecutor,
    resource_version_uuids: versionsOf(agent),
  };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.RunTaskMessage', message });
  publishTasks(turn, [record]);
}

/** LAUNCH_GROUP: all tasks of the group, or none. */
export function launchGroup(turn: Turn, batch: AcceptContext, { group }: GroupOperation): void {
  const { state } = turn;
  const { framework, agent, role, now } = batch;
  const { tasks, executor } = group;
  const refused = tasks.map((task) => taskRefusal(state, framework, task)).find((text) => text !== undefined);
  const error = refused ?? groupError(group, { framework, agent, available: batch.remaining });
  if (error) {
    const reason = refused ? 'REASON_TASK_GROUP_UNAUTHORIZED' : 'REASON_TASK_GROUP_INVALID';
    const infos = tasks.map(({ info }) => info);
    return rejectTasks(turn, framework, infos, { reason, message: error, now, state: 'TASK_ERROR' });
  }
  const launchExecutor = startExecutor(agent, framework, role, executor);
  consume(state, batch, resourcesOfGroup(group, !launchExecutor));
  const records = tasks.map((task) => addTask(state, batch, task));
  countOf(framework, 'operations/launch_group');
  const message = {
    framework: framework.info,
    executor: executorFor(agent, executor),
    task_group: { tasks: tasks.map((task) => taskForAgent(agent, task)) },
    launch_executor: launchExecutor,
    resource_version_uuids: versionsOf(agent),
  };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.RunTaskGroupMessage', message });
  publishTasks(turn, records);
}

/** The resources for a LAUNCH: the remainder, and the shared resources of the offers however many tasks use them. */
function availableOf({ remaining, shared }: AcceptContext): Resources {
  return addResources(
    remaining.filter((resource) => !isShared(resource)),
    shared,
  );
}

/**
 * Takes the resources of a launch from the remainder. There may be fewer copies of a shared resource than tasks that
 * use it: additional copies are allocated, as each task recovers one when it ends.
 */
function consume(state: MasterState, batch: AcceptContext, needed: Resources): void {
  const { framework, agent, role, remaining } = batch;
  const extra = subtractResources(needed.filter(isShared), remaining.filter(isShared));
  if (extra.length > 0) {
    allocateResources(
      state.allocator,
      { frameworkId: framework.id, agentId: agent.id, role },
      unallocated(extra),
    );
  }
  batch.remaining = subtractResources(remaining, subtractResources(needed, extra));
}

/** Adds the executor of a task unless it runs already; true when the agent has to start it. */
function startExecutor(agent: Agent, framework: Framework, role: string, executor: ParsedExecutor): boolean {
  if (agent.executors.has(executorKey(framework.id, executor.id))) return false;
  addExecutor(agent, { frameworkId: framework.id, role, executor });
  return true;
}

/** A task in the form that the agent knows: agents without RESERVATION_REFINEMENT read the older members only. */
function taskForAgent(agent: Agent, { info, resources, executor }: ParsedTask): mesos.TaskInfo {
  return {
    ...info,
    resources: wireFor(agent, resources),
    executor: executor && executorFor(agent, executor),
  };
}

function executorFor(agent: Agent, { info, resources }: ParsedExecutor): mesos.ExecutorInfo {
  return { ...info, resources: wireFor(agent, resources) };
}

function wireFor(agent: Agent, resources: Resources): mesos.Resource[] {
  const isModern = hasCapability(agent, 'RESERVATION_REFINEMENT');
  return isModern ? writeResources(resources) : writeLegacyResources(resources);
}

/** The version of the agent's resources that a launch assumes; the agent drops a launch for another version. */
function versionsOf({ resourceVersion }: Agent): { readonly uuid: mesos.UUID }[] {
  return resourceVersion === undefined ? [] : [{ uuid: { value: resourceVersion } }];
}

function addTask(
  state: MasterState,
  { framework, agent, role }: AcceptContext,
  task: ParsedTask,
): TaskRecord {
  const record = recordOf(framework, agent, role, task);
  framework.tasks.set(record.id, record);
  agent.tasks.set(taskKey(record), record);
  count(state, 'master/tasks_launched');
  return record;
}

function recordOf(framework: Framework, agent: Agent, role: string, task: ParsedTask): TaskRecord {
  const { id, info, resources, executor } = task;
  return {
    id,
    frameworkId: framework.id,
    agentId: agent.id,
    name: info.name,
    executorId: executor?.id,
    state: 'TASK_STAGING',
    statuses: [],
    forwarded: undefined,
    resources: resources.length > 0 ? unallocated(resources) : NO_RESOURCES,
    holdsResources: true,
    role,
    parts: {
      labels: info.labels,
      discovery: info.discovery,
      container: info.container,
      health_check: info.health_check,
      kill_policy: info.kill_policy,
      limits: info.limits,
      user: info.command?.user ?? executor?.info.command?.user,
    },
    killWanted: false,
  };
}

/**
 * Tasks after their launch: what agents report, what frameworks acknowledge, kill and ask about.
 *
 * In: agent.status, ACKNOWLEDGE, KILL, RECONCILE      Out: event(UPDATE), send, publish
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { isTerminal, stateFor, type TaskState } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { allocateSoon } from '../offers/schedule';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { taskKey } from '../state/keys';
import {
  type Agent,
  count,
  type Framework,
  isCapable,
  type MasterState,
  type TaskRecord,
} from '../state/state';
import { uuidError } from '../validate/call';
import { printTask } from './print-task';
import { completeTask, setTaskState } from './record';

const ACKNOWLEDGE = 'mesos.internal.StatusUpdateAcknowledgementMessage';
const KILL = 'mesos.internal.KillTaskMessage';

/** An agent's report: it goes to the framework as it is, and into our record. */
export function reported(state: MasterState, event: EventOf<'agent.status'>): MasterEffect[] {
  const { update, pid } = event;
  count(state, 'master/messages_status_update');
  const agent = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  const framework = state.frameworks.get(update.framework_id.value);
  const why = !agent
    ? 'its agent is not registered'
    : framework
      ? uuidError(update.uuid)
      : 'its framework is unknown';
  if (why !== undefined || !agent || !framework) {
    count(state, 'master/invalid_status_updates');
    return [dropNote(update, why ?? '')];
  }
  const task = agent.tasks.get(taskKey({ frameworkId: framework.id, id: update.status.task_id.value }));
  const isHeard = task !== undefined && framework.stream !== undefined;
  count(state, isHeard ? 'master/valid_status_updates' : 'master/invalid_status_updates');
  const effects = forward(state, framework, agent, update);
  if (!task) return effects;
  if (framework.stream && update.uuid) task.forwarded = { state: update.status.state, uuid: update.uuid };
  return [
    ...effects,
    ...record(state, task, statusOf(update), update.latest_state ?? update.status.state, event.at),
  ];
}

function dropNote(update: internal.StatusUpdate, why: string): MasterEffect {
  const fields = { task: update.status.task_id.value, state: update.status.state, why };
  return { kind: 'note', level: 'warn', text: 'dropped a status update', fields };
}

function forward(
  state: MasterState,
  framework: Framework,
  agent: Agent,
  update: internal.StatusUpdate,
): MasterEffect[] {
  const status = { ...statusOf(update), agent_id: { value: agent.id }, uuid: update.uuid };
  return sendEvent(state, framework, { type: 'UPDATE', update: { status } });
}

/** A status as it is kept: of which agent it is, the update says. */
function statusOf(update: internal.StatusUpdate): mesos.TaskStatus {
  return {
    ...update.status,
    executor_id: update.executor_id ?? update.status.executor_id,
    timestamp: update.timestamp,
  };
}

/** Takes a status into a task's record and tells the operators who follow. */
export function record(
  state: MasterState,
  task: TaskRecord,
  status: mesos.TaskStatus,
  latest: TaskState,
  now: Millis,
): MasterEffect[] {
  const last = task.statuses.at(-1);
  const held = task.holdsResources;
  setTaskState(state, task, status, latest);
  const effects: MasterEffect[] = [];
  const isCheck = status.reason?.includes('CHECK_STATUS_UPDATED') ?? false;
  if (last?.state !== status.state || isCheck) {
    const updated = { framework_id: { value: task.frameworkId }, status, state: task.state };
    effects.push({ kind: 'publish', event: { type: 'TASK_UPDATED', task_updated: updated } });
  }
  if (held && !task.holdsResources) effects.push(...allocateSoon(state, now));
  return effects;
}

/** ACKNOWLEDGE: counts only for what this master forwarded; the agent stops to resend. */
export function acknowledge(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.Acknowledge,
): MasterEffect[] {
  const agent = state.agents.get(call.agent_id.value);
  const task = agent?.tasks.get(taskKey({ frameworkId: framework.id, id: call.task_id.value }));
  if (!agent?.connected || (task && task.forwarded === undefined)) {
    count(state, 'master/invalid_status_update_acknowledgements');
    return [];
  }
  count(state, 'master/valid_status_update_acknowledgements');
  if (task?.forwarded?.uuid === call.uuid && isTerminal(task.forwarded.state))
    completeTask(state, framework, task);
  const message = {
    slave_id: { value: agent.id },
    framework_id: { value: framework.id },
    task_id: call.task_id,
    uuid: call.uuid,
  };
  return [{ kind: 'send', to: agent.pid, name: ACKNOWLEDGE, message }];
}

/** KILL: a task we do not know is answered as in reconciliation; one whose agent is away is killed on its return. */
export function kill(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.Kill,
  now: Millis,
): MasterEffect[] {
  const task = framework.tasks.get(call.task_id.value);
  if (!task) {
    count(state, 'master/messages_reconcile_tasks');
    return reconcileTask(state, framework, { task_id: call.task_id, agent_id: call.agent_id }, now);
  }
  if (call.agent_id && call.agent_id.value !== task.agentId) return [];
  const agent = state.agents.get(task.agentId);
  task.killWanted = true;
  if (!agent?.connected) return [];
  return [killEffect(agent, task, call.kill_policy)];
}

/** The order to an agent to kill a task. */
export function killEffect(
  agent: Agent,
  task: TaskRecord,
  policy?: mesos.KillPolicy | undefined,
): MasterEffect {
  const message = {
    framework_id: { value: task.frameworkId },
    task_id: { value: task.id },
    kill_policy: policy,
  };
  return { kind: 'send', to: agent.pid, name: KILL, message };
}

/** RECONCILE: without tasks the state of every active one, otherwise an answer for each that can be answered. */
export function reconcile(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.Reconcile | undefined,
  now: Millis,
): MasterEffect[] {
  const tasks = call?.tasks ?? [];
  if (tasks.length > 0) return tasks.flatMap((task) => reconcileTask(state, framework, task, now));
  return [...framework.tasks.values()].flatMap((task) => sendLatestState(state, framework, task, now));
}

/** The executor in a status made by the master; commands have none. */
export function executorOf({ executorId }: TaskRecord): mesos.ExecutorID | undefined {
  return executorId === undefined ? undefined : { value: executorId };
}

function sendLatestState(
  state: MasterState,
  framework: Framework,
  task: TaskRecord,
  now: Millis,
): MasterEffect[] {
  const last = task.statuses.at(-1);
  return sendUpdate(state, framework, {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    executor_id: executorOf(task),
    state: latestForwardedState(task),
    healthy: last?.healthy,
    check_status: last?.check_status,
    container_status: last?.container_status,
    reason: 'REASON_RECONCILIATION',
    message: 'Reconciliation: Latest task state',
    source: 'SOURCE_MASTER',
    timestamp: now / 1000,
  });
}

/** The state that the framework was told last; it may be behind. */
export function latestForwardedState({ forwarded, state }: TaskRecord): TaskState {
  return forwarded?.state ?? state;
}

type TaskQuery = Pick<scheduler.Call.Reconcile.Task, 'task_id' | 'agent_id'>;

/** Explicit reconciliation of one task, first match wins (Mesos 1.11 Master::_reconcileTasks). */
function reconcileTask(
  state: MasterState,
  framework: Framework,
  query: TaskQuery,
  now: Millis,
): MasterEffect[] {
  const task = framework.tasks.get(query.task_id.value);
  if (task) return sendLatestState(state, framework, task, now);
  const agentId = query.agent_id?.value;
  const waiting = agentId === undefined ? state.recovered.size > 0 : state.recovered.has(agentId);
  if (waiting) return [];
  const answer = unknownTaskState(state, agentId);
  return sendUpdate(state, framework, {
    task_id: query.task_id,
    agent_id: query.agent_id,
    state: stateFor(isCapable(framework, 'PARTITION_AWARE'), answer.state),
    message: answer.message,
    reason: 'REASON_RECONCILIATION',
    source: 'SOURCE_MASTER',
    timestamp: now / 1000,
    unreachable_time:
      answer.since === undefined ? undefined : { nanoseconds: BigInt(Math.round(answer.since)) * 1_000_000n },
  });
}

function unknownTaskState(
  state: MasterState,
  agentId: string | undefined,
): { state: TaskState; message: string; since?: Millis } {
  if (agentId !== undefined && state.agents.has(agentId)) {
    return { state: 'TASK_GONE', message: 'Reconciliation: Task is unknown to the agent' };
  }
  const since = agentId === undefined ? undefined : state.registry.unreachable.get(agentId);
  if (since !== undefined) {
    return { state: 'TASK_UNREACHABLE', message: 'Reconciliation: Task is unreachable', since };
  }
  if (agentId !== undefined && state.registry.gone.has(agentId)) {
    return { state: 'TASK_GONE_BY_OPERATOR', message: 'Reconciliation: Task is gone' };
  }
  return { state: 'TASK_UNKNOWN', message: 'Reconciliation: Task is unknown' };
}

/** A status made by the master: it has no uuid and must not be acknowledged. */
export function sendUpdate(
  state: MasterState,
  framework: Framework,
  status: mesos.TaskStatus,
): MasterEffect[] {
  return sendEvent(state, framework, { type: 'UPDATE', update: { status } });
}

/** Tells the operators who follow of new tasks; without any, nothing is printed at all. */
export function publishTasks(state: MasterState, tasks: readonly TaskRecord[]): MasterEffect[] {
  if (state.operators.size === 0) return [];
  return tasks.map((task) => ({
    kind: 'publish',
    event: { type: 'TASK_ADDED', task_added: { task: printTask(task) } },
  }));
}

/**
 * Status updates of tasks: forwarded from agents to frameworks and recorded, and their acknowledgements.
 *
 * In: agent.status, ACKNOWLEDGE      Out: event(UPDATE), send, publish
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { lookUp } from '../../../model/ids';
import { note } from '../../../model/machine';
import { isTerminal, type TaskState } from '../../../model/task-state';
import { allocateSoon } from '../offers/schedule';
import { sendEvent } from '../scheduler-events/send-event';
import type { EventOf } from '../state/events';
import { taskKey } from '../state/keys';
import { type Agent, count, type Framework, type TaskRecord } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { uuidError } from '../validate/call';
import { completeTask, setTaskState } from './record';

const ACKNOWLEDGE = 'mesos.internal.StatusUpdateAcknowledgementMessage';

/**
 * Forwards an agent's status update to its framework and records it. Updates for tasks the master does not know are
 * forwarded, too.
 */
export function reported(turn: Turn, event: EventOf<'agent.status'>): void {
  const { state } = turn;
  const { update, pid } = event;
  count(state, 'master/messages_status_update');
  const agent = lookUp(state.agents, state.agentIdByPid.get(pid));
  const framework = state.frameworks.get(update.framework_id.value);
  if (!agent) return drop(turn, update, 'its agent is not registered');
  if (!framework) return drop(turn, update, 'its framework is unknown');
  const wrong = uuidError(update.uuid);
  if (wrong) return drop(turn, update, wrong);
  const task = agent.tasks.get(taskKey({ frameworkId: framework.id, id: update.status.task_id.value }));
  const isHeard = task !== undefined && framework.stream !== undefined;
  count(state, isHeard ? 'master/valid_status_updates' : 'master/invalid_status_updates');
  forward(turn, framework, agent, update);
  if (!task) return;
  if (framework.stream && update.uuid) task.forwarded = { state: update.status.state, uuid: update.uuid };
  record(turn, task, statusOf(update), update.latest_state ?? update.status.state);
}

function drop(turn: Turn, { status }: internal.StatusUpdate, why: string): void {
  count(turn.state, 'master/invalid_status_updates');
  note(turn, 'warn', 'dropped a status update', { task: status.task_id.value, state: status.state, why });
}

function forward(turn: Turn, framework: Framework, agent: Agent, update: internal.StatusUpdate): void {
  const status = { ...statusOf(update), agent_id: { value: agent.id }, uuid: update.uuid };
  sendEvent(turn, framework, { type: 'UPDATE', update: { status } });
}

/** The status of an update, with the executor and timestamp that only the update has. */
function statusOf(update: internal.StatusUpdate): mesos.TaskStatus {
  return {
    ...update.status,
    executor_id: update.executor_id ?? update.status.executor_id,
    timestamp: update.timestamp,
  };
}

/** Records a status and publishes TASK_UPDATED: for a new state, and for each result of a check. */
export function record(turn: Turn, task: TaskRecord, status: mesos.TaskStatus, latest: TaskState): void {
  const { state } = turn;
  const last = task.statuses.at(-1);
  const held = task.holdsResources;
  setTaskState(state, task, status, latest);
  const isCheck = status.reason?.includes('CHECK_STATUS_UPDATED') ?? false;
  if (last?.state !== status.state || isCheck) {
    const updated = { framework_id: { value: task.frameworkId }, status, state: task.state };
    emit(turn, { kind: 'publish', event: { type: 'TASK_UPDATED', task_updated: updated } });
  }
  if (held && !task.holdsResources) allocateSoon(turn);
}

/**
 * ACKNOWLEDGE: passes the acknowledgement to the agent, which then stops retrying. It is dropped if this master has not
 * forwarded a status of the task: the agent retries its update, and then the master has.
 */
export function acknowledge(turn: Turn, framework: Framework, call: scheduler.Call.Acknowledge): void {
  const { state } = turn;
  const agent = state.agents.get(call.agent_id.value);
  const task = agent?.tasks.get(taskKey({ frameworkId: framework.id, id: call.task_id.value }));
  if (!agent?.connected || (task && task.forwarded === undefined)) {
    count(state, 'master/invalid_status_update_acknowledgements');
    return;
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
  emit(turn, { kind: 'send', to: agent.pid, name: ACKNOWLEDGE, message });
}

/** The executor in the master's own statuses; command tasks have none. */
export function executorOf({ executorId }: TaskRecord): mesos.ExecutorID | undefined {
  return executorId === undefined ? undefined : { value: executorId };
}

/** The state last forwarded to the framework, which may be behind the task's state. */
export function latestForwardedState({ forwarded, state }: TaskRecord): TaskState {
  return forwarded?.state ?? state;
}

/** Sends a status of the master itself: it has no uuid and is not acknowledged. */
export function sendUpdate(turn: Turn, framework: Framework, status: mesos.TaskStatus): void {
  sendEvent(turn, framework, { type: 'UPDATE', update: { status } });
}

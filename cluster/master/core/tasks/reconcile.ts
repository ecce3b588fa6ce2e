/**
 * Reconciliation: answers to frameworks about the states of their tasks (Mesos 1.11 Master::_reconcileTasks).
 *
 * In: RECONCILE, KILL of an unknown task      Out: event(UPDATE)
 */

import type * as scheduler from '../../../api/generated/scheduler';
import type { AgentId } from '../../../model/ids';
import { stateFor, type TaskState } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { type Framework, isCapable, type MasterState, type TaskRecord } from '../state/state';
import type { Turn } from '../state/turn';
import { executorOf, latestForwardedState, sendUpdate } from './status-updates';

/** RECONCILE: without tasks sends the latest state of every active task, otherwise an answer for each given one. */
export function reconcile(
  turn: Turn,
  framework: Framework,
  call: scheduler.Call.Reconcile | undefined,
): void {
  const tasks = call?.tasks ?? [];
  if (tasks.length > 0) {
    for (const task of tasks) reconcileTask(turn, framework, task);
    return;
  }
  for (const task of [...framework.tasks.values()]) sendLatestState(turn, framework, task);
}

function sendLatestState(turn: Turn, framework: Framework, task: TaskRecord): void {
  const last = task.statuses.at(-1);
  sendUpdate(turn, framework, {
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
    timestamp: turn.now / 1000,
  });
}

type TaskQuery = Pick<scheduler.Call.Reconcile.Task, 'task_id' | 'agent_id'>;

/**
 * Explicit reconciliation of one task. There is no answer while its agent is recovered but not yet back, or without an
 * agent id while any agent is: the task may run there, and an answer would declare it lost.
 */
export function reconcileTask(turn: Turn, framework: Framework, query: TaskQuery): void {
  const { state, now } = turn;
  const task = framework.tasks.get(query.task_id.value);
  if (task) return sendLatestState(turn, framework, task);
  const agentId = query.agent_id?.value;
  const waiting = agentId === undefined ? state.recovered.size > 0 : state.recovered.has(agentId);
  if (waiting) return;
  const answer = unknownTaskState(state, agentId);
  sendUpdate(turn, framework, {
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
  agentId: AgentId | undefined,
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

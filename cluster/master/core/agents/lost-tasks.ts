/**
 * Lost tasks of agents that left: the status their frameworks get, and the list their records move to.
 *
 * Out: event(UPDATE), publish(TASK_UPDATED)
 */

import type * as mesos from '../../../api/generated/mesos';
import { isTerminal, stateFor } from '../../../model/task-state';
import { type Framework, isCapable, type MasterState, type TaskRecord } from '../state/state';
import type { Turn } from '../state/turn';
import { addCompleted, detachTask } from '../tasks/record';
import { executorOf, record, sendUpdate } from '../tasks/status-updates';
import { keepUnreachable } from '../tasks/unreachable';

/** The status of tasks that are lost with their agent. */
export interface TaskLoss {
  readonly state: 'TASK_LOST' | 'TASK_UNREACHABLE' | 'TASK_GONE_BY_OPERATOR';
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
}

/**
 * The reason of a status. Frameworks without PARTITION_AWARE do not know agents marked gone: for them it is removed.
 */
function reasonFor(aware: boolean, { state, reason }: TaskLoss): mesos.TaskStatus.Reason {
  return state === 'TASK_GONE_BY_OPERATOR' && !aware ? 'REASON_AGENT_REMOVED' : reason;
}

/**
 * Loses a task with its agent: TASK_UNREACHABLE may come back, other states are final. A task that had ended stays as
 * it is.
 */
export function lose(turn: Turn, task: TaskRecord, loss: TaskLoss): void {
  const { state } = turn;
  const framework = state.frameworks.get(task.frameworkId);
  if (!framework) return;
  if (isTerminal(task.state)) {
    moveLostTask(state, framework, task, loss);
    return;
  }
  const aware = isCapable(framework, 'PARTITION_AWARE');
  const status: mesos.TaskStatus = {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    executor_id: executorOf(task),
    state: stateFor(aware, loss.state),
    source: 'SOURCE_MASTER',
    reason: reasonFor(aware, loss),
    message: loss.message,
    timestamp: turn.now / 1000,
    unreachable_time:
      loss.state === 'TASK_UNREACHABLE'
        ? { nanoseconds: BigInt(Math.round(turn.now)) * 1_000_000n }
        : undefined,
  };
  record(turn, task, status, status.state);
  sendUpdate(turn, framework, status);
  moveLostTask(state, framework, task, loss);
}

/** Moves a task to the unreachable ones, from which it may return, or to the completed ones. */
function moveLostTask(state: MasterState, framework: Framework, task: TaskRecord, loss: TaskLoss): void {
  detachTask(state, framework, task);
  if (loss.state === 'TASK_UNREACHABLE') keepUnreachable(state, framework, task);
  else addCompleted(state, framework, task);
}

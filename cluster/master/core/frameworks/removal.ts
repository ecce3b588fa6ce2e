/**
 * Disconnection of frameworks, and their end: after the failover timeout or by TEARDOWN.
 *
 * In: scheduler.closed, woke(failover ...), TEARDOWN      Out: send, close, publish, wake
 * Always true: a framework that was removed cannot come back; its tasks have ended.
 */

import { lookUp } from '../../../model/ids';
import { note } from '../../../model/machine';
import type { Millis } from '../../../model/time';
import { deactivateFramework, removeFramework as removeFromAllocator } from '../allocator/frameworks';
import { checkDrained } from '../drain/drained';
import { dropInverseOffers, forgetFramework } from '../offers/inverse-offers';
import { allocateSoon } from '../offers/schedule';
import type { EventOf } from '../state/events';
import type { Framework, MasterState, TaskRecord } from '../state/state';
import type { Timer } from '../state/timers';
import { emit, type Turn, wake } from '../state/turn';
import { executorsOf, removeExecutor } from '../tasks/executors';
import { addCompleted, detachTask } from '../tasks/record';
import { executorOf, record } from '../tasks/status-updates';
import { dropUnreachable } from '../tasks/unreachable';
import { agentsOf, rescindOffersOfFramework } from './connection';

const SHUTDOWN_FRAMEWORK = 'mesos.internal.ShutdownFrameworkMessage';

/** The stream of a framework ended. Its offers end, its tasks go on for its `failover_timeout`. */
export function closed(turn: Turn, event: Omit<EventOf<'scheduler.closed'>, 'kind'>): void {
  const { state } = turn;
  const framework = lookUp(state.frameworks, state.frameworkByStream.get(event.stream));
  if (!framework) return;
  state.frameworkByStream.delete(event.stream);
  framework.stream = undefined;
  framework.active = false;
  framework.unregisteredAt = event.at;
  rescindOffersOfFramework(state, framework);
  dropInverseOffers(state, framework.id, { keepRefusals: false });
  deactivateFramework(state.allocator, framework.id);
  const waitMs = (framework.info.failover_timeout ?? 0) * 1000;
  const fields = { framework: framework.id, reason: event.reason };
  note(turn, 'info', 'a framework is disconnected', fields);
  wake(turn, { kind: 'failover', frameworkId: framework.id }, event.at + Math.max(0, waitMs));
  allocateSoon(turn);
}

/** The failover timeout is over. Without effect if the framework has subscribed since. */
export function failoverOver(turn: Turn, { frameworkId }: Timer<'failover'>): void {
  const { state, now } = turn;
  const framework = state.frameworks.get(frameworkId);
  if (!framework || framework.stream !== undefined || framework.unregisteredAt === undefined) return;
  const dueAt = framework.unregisteredAt + Math.max(0, (framework.info.failover_timeout ?? 0) * 1000);
  // The timer of an earlier disconnection comes before the time of this one.
  if (now >= dueAt) endFramework(turn, framework);
}

/** Ends a framework: its agents shut it down, its tasks end as killed, and it can never come back. */
export function endFramework(turn: Turn, framework: Framework): void {
  const { state, now } = turn;
  const message = { framework_id: { value: framework.id } };
  for (const { pid: to } of agentsOf(state, framework)) {
    emit(turn, { kind: 'send', to, name: SHUTDOWN_FRAMEWORK, message });
  }
  rescindOffersOfFramework(state, framework);
  forgetFramework(state, framework.id);
  const agentIds = new Set([...framework.tasks.values()].map(({ agentId }) => agentId));
  const tasks = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
  for (const task of tasks) endTask(turn, framework, task);
  for (const executor of executorsOf(state, framework.id)) {
    const agent = state.agents.get(executor.agentId);
    if (agent) removeExecutor(state, agent, executor);
  }
  if (framework.stream) {
    emit(turn, { kind: 'close', stream: framework.stream, reason: 'the framework was removed' });
    state.frameworkByStream.delete(framework.stream);
  }
  moveToCompleted(state, framework, now);
  const { id, info } = framework;
  emit(turn, {
    kind: 'publish',
    event: { type: 'FRAMEWORK_REMOVED', framework_removed: { framework_info: info } },
  });
  note(turn, 'info', 'a framework was removed', { framework: id });
  for (const agentId of [...agentIds]) checkDrained(turn, agentId);
  allocateSoon(turn);
}

/**
 * Ends a task, unreachable ones too, and publishes it. TASK_KILLED is the closest state, although the task may still
 * finish while its executor shuts down; its framework, which has ended, gets no update (Mesos 1.11
 * Master::removeFramework).
 */
function endTask(turn: Turn, framework: Framework, task: TaskRecord): void {
  const { state, now } = turn;
  const status = {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    executor_id: executorOf(task),
    state: 'TASK_KILLED',
    source: 'SOURCE_MASTER',
    reason: 'REASON_FRAMEWORK_REMOVED',
    message: `Framework ${framework.id} removed`,
    timestamp: now / 1000,
  } as const;
  record(turn, task, status, 'TASK_KILLED');
  if (framework.tasks.get(task.id) === task) detachTask(state, framework, task);
  else dropUnreachable(state, framework, task.id);
  addCompleted(state, framework, task);
}

function moveToCompleted(state: MasterState, framework: Framework, now: Millis): void {
  framework.active = false;
  framework.recovered = false;
  framework.stream = undefined;
  framework.unregisteredAt = now;
  if (framework.pid !== undefined) state.frameworkByPid.delete(framework.pid);
  framework.operations.clear();
  removeFromAllocator(state.allocator, framework.id);
  state.frameworks.delete(framework.id);
  state.completed.set(framework.id, framework);
  for (const oldest of state.completed.keys()) {
    if (state.completed.size <= state.boot.settings.maxCompletedFrameworks) break;
    state.completed.delete(oldest);
  }
}

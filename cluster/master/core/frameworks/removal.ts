/**
 * Disconnection of frameworks, and their end: after the failover timeout or by TEARDOWN.
 *
 * In: scheduler.closed, woke(failover ...), TEARDOWN      Out: send, close, publish, wake
 * Always true: a framework that was removed cannot come back; its tasks have ended.
 */

import type { Millis } from '../../../model/time';
import { deactivateFramework, removeFramework as removeFromAllocator } from '../allocator/frameworks';
import { checkDrained } from '../drain/drained';
import { dropInverseOffers, forgetFramework } from '../offers/inverse-offers';
import { allocateSoon } from '../offers/schedule';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { Framework, MasterState, TaskRecord } from '../state/state';
import { executorsOf, removeExecutor } from '../tasks/executors';
import { addCompleted, detachTask } from '../tasks/record';
import { executorOf, record } from '../tasks/status-updates';
import { dropUnreachable } from '../tasks/unreachable';
import { agentsOf, rescindOffersOfFramework } from './connection';

const SHUTDOWN_FRAMEWORK = 'mesos.internal.ShutdownFrameworkMessage';

/** The stream of a framework ended. Its offers end, its tasks go on for its `failover_timeout`. */
export function closed(state: MasterState, event: Omit<EventOf<'scheduler.closed'>, 'kind'>): MasterEffect[] {
  const framework = state.frameworks.get(state.frameworkByStream.get(event.stream) ?? '');
  if (!framework) return [];
  state.frameworkByStream.delete(event.stream);
  framework.stream = undefined;
  framework.active = false;
  framework.unregisteredAt = event.at;
  rescindOffersOfFramework(state, framework);
  dropInverseOffers(state, framework.id, { keepRefusals: false });
  deactivateFramework(state.allocator, framework.id);
  const waitMs = (framework.info.failover_timeout ?? 0) * 1000;
  const fields = { framework: framework.id, reason: event.reason };
  return [
    { kind: 'note', level: 'info', text: 'a framework is disconnected', fields },
    { kind: 'wake', timer: `failover ${framework.id}`, at: event.at + Math.max(0, waitMs) },
    ...allocateSoon(state, event.at),
  ];
}

/**
 * The failover timeout is over. Without effect if the framework has subscribed since. The timer is named `failover
 * <framework>`.
 */
export function failoverOver(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const framework = state.frameworks.get(timer.slice('failover '.length));
  if (!framework || framework.stream !== undefined || framework.unregisteredAt === undefined) return [];
  const dueAt = framework.unregisteredAt + Math.max(0, (framework.info.failover_timeout ?? 0) * 1000);
  // The timer of an earlier disconnection comes before the time of this one.
  return now < dueAt ? [] : endFramework(state, framework, now);
}

/** Ends a framework: its agents shut it down, its tasks end as killed, and it can never come back. */
export function endFramework(state: MasterState, framework: Framework, now: Millis): MasterEffect[] {
  const message = { framework_id: { value: framework.id } };
  const effects = agentsOf(state, framework).map(
    ({ pid: to }): MasterEffect => ({ kind: 'send', to, name: SHUTDOWN_FRAMEWORK, message }),
  );
  rescindOffersOfFramework(state, framework);
  forgetFramework(state, framework.id);
  const agentIds = new Set([...framework.tasks.values()].map(({ agentId }) => agentId));
  const tasks = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
  for (const task of tasks) effects.push(...endTask(state, framework, task, now));
  for (const executor of executorsOf(state, framework.id)) {
    const agent = state.agents.get(executor.agentId);
    if (agent) removeExecutor(state, agent, executor);
  }
  if (framework.stream) {
    effects.push({ kind: 'close', stream: framework.stream, reason: 'the framework was removed' });
    state.frameworkByStream.delete(framework.stream);
  }
  moveToCompleted(state, framework, now);
  const { id, info } = framework;
  effects.push(
    { kind: 'publish', event: { type: 'FRAMEWORK_REMOVED', framework_removed: { framework_info: info } } },
    { kind: 'note', level: 'info', text: 'a framework was removed', fields: { framework: id } },
    ...[...agentIds].flatMap((agentId) => checkDrained(state, agentId, now)),
  );
  return [...effects, ...allocateSoon(state, now)];
}

/**
 * Ends a task, unreachable ones too, and publishes it. TASK_KILLED is the closest state, although the task may still
 * finish while its executor shuts down; its framework, which has ended, gets no update (Mesos 1.11
 * Master::removeFramework).
 */
function endTask(state: MasterState, framework: Framework, task: TaskRecord, now: Millis): MasterEffect[] {
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
  const effects = record(state, task, status, 'TASK_KILLED', now);
  if (framework.tasks.get(task.id) === task) detachTask(state, framework, task);
  else dropUnreachable(state, framework, task.id);
  addCompleted(state, framework, task);
  return effects;
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

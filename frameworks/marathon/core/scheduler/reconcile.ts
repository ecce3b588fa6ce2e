/**
 * Reconciliation of tasks with the master.
 *
 * Right after a subscription all tasks are reconciled, and those without an update again with growing pauses. Later, at
 * long intervals, all tasks are reconciled explicitly and implicitly.
 */

import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { isActive } from '../instances/conditions';
import { CONFIRM_PAUSE_MAX_MS, RECONCILE_LAUNCH_AGE_MS } from '../state/limits';
import type { Instance, MarathonState, Task } from '../state/state';
import { callNow, type Turn, wake } from '../state/turn';

const FIRST_PAUSE_MS = 1000;

/** Reconciles every task after a new subscription. */
export function beginReconciliation(turn: Turn): void {
  const { state, now } = turn;
  state.unconfirmed.clear();
  for (const { task } of liveInstances(state)) state.unconfirmed.add(task.id);
  state.confirmPauseMs = FIRST_PAUSE_MS;
  reconcileUnconfirmed(turn);
  wake(turn, { kind: 'reconcile' }, now + state.settings.reconciliationInitialMs);
}

/** The `confirm` timer: reconciles the tasks that had no update since the subscription. */
export function reconcileUnconfirmed(turn: Turn): void {
  const { state, now } = turn;
  if (!state.session.connected || state.unconfirmed.size === 0) return;
  const unconfirmed = liveInstances(state).filter(({ task }) => state.unconfirmed.has(task.id));
  callNow(turn, { type: 'RECONCILE', reconcile: { tasks: unconfirmed.map(reconcileTask) } });
  wake(turn, { kind: 'confirm' }, now + state.confirmPauseMs);
  state.confirmPauseMs = Math.min(CONFIRM_PAUSE_MAX_MS, state.confirmPauseMs * 2);
}

/**
 * The `reconcile` timer: explicit reconciliation of all tasks, then implicit reconciliation for tasks Marathon lost.
 */
export function reconcileAll(turn: Turn): void {
  const { state, now } = turn;
  const candidates = liveInstances(state).filter(
    ({ condition, since }) => condition !== 'Provisioned' || now > since + RECONCILE_LAUNCH_AGE_MS,
  );
  const tasks = candidates.map(reconcileTask);
  if (tasks.length > 0) callNow(turn, { type: 'RECONCILE', reconcile: { tasks } });
  callNow(turn, { type: 'RECONCILE', reconcile: {} });
  wake(turn, { kind: 'reconcile' }, now + state.settings.reconciliationIntervalMs);
}

/** An instance whose task lives, as far as Marathon knows. */
type LiveInstance = Instance & { readonly task: Task };

function liveInstances(state: MarathonState): LiveInstance[] {
  return [...state.instances.values()].filter(isLive);
}

function isLive(instance: Instance): instance is LiveInstance {
  return instance.task !== undefined && isActive(instance.condition);
}

function reconcileTask({ task, agent }: LiveInstance): scheduler.Call.Reconcile.Task {
  return {
    task_id: { value: task.id },
    ...(agent && { agent_id: { value: agent.agentId } }),
  };
}

/**
 * Making sure that what we believe of tasks is what the cluster knows (behaviour section 12).
 *
 * Right after subscribing, every task is asked for, then those not yet confirmed again with growing pauses; later, at long
 * intervals, all of them and what else there is.
 */

import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { isActive } from '../instances/conditions';
import { CONFIRM_PAUSE_MAX_MS, RECONCILE_LAUNCH_AGE_MS } from '../state/limits';
import type { Instance, MarathonState, Task } from '../state/state';
import { callNow, type Turn, wake } from '../state/turn';

const FIRST_PAUSE_MS = 1000;

/** We have just subscribed: ask for every task we know. */
export function beginReconciliation(turn: Turn): void {
  const { state, now } = turn;
  state.unconfirmed.clear();
  for (const { task } of liveInstances(state)) state.unconfirmed.add(task.id);
  state.confirmPauseMs = FIRST_PAUSE_MS;
  reconcileUnconfirmed(turn);
  wake(turn, 'reconcile', now + state.settings.reconciliationInitialMs);
}

/** The `confirm` timer: ask again for those nobody has told us about. */
export function reconcileUnconfirmed(turn: Turn): void {
  const { state, now } = turn;
  if (!state.session.connected || state.unconfirmed.size === 0) return;
  const unconfirmed = liveInstances(state).filter(({ task }) => state.unconfirmed.has(task.id));
  callNow(turn, { type: 'RECONCILE', reconcile: { tasks: unconfirmed.map(reconcileTask) } });
  wake(turn, 'confirm', now + state.confirmPauseMs);
  state.confirmPauseMs = Math.min(CONFIRM_PAUSE_MAX_MS, state.confirmPauseMs * 2);
}

/** The regular question: all known tasks by name, then whatever else the master knows of us. */
export function reconcileAll(turn: Turn): void {
  const { state, now } = turn;
  const candidates = liveInstances(state).filter(
    ({ condition, since }) => condition !== 'Provisioned' || now > since + RECONCILE_LAUNCH_AGE_MS,
  );
  const tasks = candidates.map(reconcileTask);
  if (tasks.length > 0) callNow(turn, { type: 'RECONCILE', reconcile: { tasks } });
  callNow(turn, { type: 'RECONCILE', reconcile: {} });
  wake(turn, 'reconcile', now + state.settings.reconciliationIntervalMs);
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

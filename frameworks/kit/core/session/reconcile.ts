/**
 * Reconciliation of tasks with the master.
 *
 * Right after a subscription all tasks are reconciled, and those without an update again with growing pauses. Later, at
 * long intervals, all tasks are reconciled explicitly and implicitly.
 */

import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import type { CommonEffect } from '../../../../cluster/model/event';
import type { Millis } from '../../../../cluster/model/time';
import { type CallingTurn, callNow } from './calls';
import { wake } from './timers';

/** A launch this young may not have reached the master yet: asking for its task would make it look lost. */
const LAUNCH_AGE_MS = 30_000;

/** The first and the longest pause between two reconciliations of tasks without an update since the subscription. */
const FIRST_PAUSE_MS = 1000;
const PAUSE_MAX_MS = 16_000;

/** The pause after a RECONCILE that was refused. */
const REFUSED_PAUSE_MS = 10_000;

/** A task that lives, as far as the framework knows. */
export interface LiveTask {
  readonly id: string;
  readonly agentId: string | undefined;
  /** The time of its launch while no update has come. */
  readonly launchingSince?: Millis | undefined;
}

export interface ReconcilingTurn extends CallingTurn {
  readonly state: CallingTurn['state'] & {
    /** Tasks without an update since the subscription. */
    readonly unconfirmed: Set<string>;
    confirmPauseMs: Millis;
    readonly settings: {
      readonly reconciliationInitialMs: Millis;
      readonly reconciliationIntervalMs: Millis;
    };
  };
  readonly now: Millis;
  readonly effects: CallingTurn['effects'] & { push(effect: CommonEffect): unknown };
}

/** Reconciles every task after a new subscription. */
export function beginReconciliation(turn: ReconcilingTurn, tasks: readonly LiveTask[]): void {
  const { state, now } = turn;
  state.unconfirmed.clear();
  for (const { id } of tasks) state.unconfirmed.add(id);
  state.confirmPauseMs = FIRST_PAUSE_MS;
  reconcileUnconfirmed(turn, tasks);
  wake(turn, { kind: 'reconcile' }, now + state.settings.reconciliationInitialMs);
}

/** The `confirm` timer: reconciles the tasks that had no update since the subscription. */
export function reconcileUnconfirmed(turn: ReconcilingTurn, tasks: readonly LiveTask[]): void {
  const { state, now } = turn;
  if (!state.session.connected || state.unconfirmed.size === 0) return;
  const unconfirmed = tasks.filter(({ id }) => state.unconfirmed.has(id));
  callNow(turn, { type: 'RECONCILE', reconcile: { tasks: unconfirmed.map(wireTask) } });
  wake(turn, { kind: 'confirm' }, now + state.confirmPauseMs);
  state.confirmPauseMs = Math.min(PAUSE_MAX_MS, state.confirmPauseMs * 2);
}

/** The `reconcile` timer: explicit reconciliation of all tasks, then implicit reconciliation for forgotten ones. */
export function reconcileAll(turn: ReconcilingTurn, tasks: readonly LiveTask[]): void {
  const { state, now } = turn;
  const launched = tasks.filter(
    ({ launchingSince }) => launchingSince === undefined || now > launchingSince + LAUNCH_AGE_MS,
  );
  if (launched.length > 0) callNow(turn, { type: 'RECONCILE', reconcile: { tasks: launched.map(wireTask) } });
  callNow(turn, { type: 'RECONCILE', reconcile: {} });
  wake(turn, { kind: 'reconcile' }, now + state.settings.reconciliationIntervalMs);
}

/** The master refused a RECONCILE, or the connection broke: all tasks are reconciled again before the interval is over. */
export function repeatRefused(turn: ReconcilingTurn, { type }: scheduler.Call): void {
  if (type === 'RECONCILE') wake(turn, { kind: 'reconcile' }, turn.now + REFUSED_PAUSE_MS);
}

function wireTask({ id, agentId }: LiveTask): scheduler.Call.Reconcile.Task {
  return { task_id: { value: id }, ...(agentId !== undefined && { agent_id: { value: agentId } }) };
}

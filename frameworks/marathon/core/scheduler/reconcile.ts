/** The tasks that are reconciled with the master: those of instances that live. */

import {
  beginReconciliation,
  type LiveTask,
  reconcileAll,
  reconcileUnconfirmed,
} from '../../../kit/core/session/reconcile';
import { livingTasks } from '../instances/tasks';
import type { MarathonState } from '../state/state';
import type { Turn } from '../state/turn';

/** Reconciles every task after a new subscription. */
export function reconcileAfterSubscription(turn: Turn): void {
  beginReconciliation(turn, liveTasks(turn.state));
}

/** The `confirm` timer. */
export function reconcileSilentTasks(turn: Turn): void {
  reconcileUnconfirmed(turn, liveTasks(turn.state));
}

/** The `reconcile` timer. */
export function reconcileAllTasks(turn: Turn): void {
  reconcileAll(turn, liveTasks(turn.state));
}

function liveTasks({ instances }: MarathonState): LiveTask[] {
  return [...instances.values()].flatMap((instance) =>
    livingTasks(instance).map(({ id }) => ({
      id,
      agentId: instance.agent?.agentId,
      launchingSince: instance.condition === 'Provisioned' ? instance.since : undefined,
    })),
  );
}

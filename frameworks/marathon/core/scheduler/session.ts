/**
 * The subscription at the master: the FrameworkInfo, lost connections, and the removal of the framework.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { OfferConstraints } from '../../../../cluster/api/generated/scheduler';
import { note } from '../../../../cluster/model/machine';
import { callNow } from '../../../kit/core/session/calls';
import {
  disconnect,
  errorMeaning,
  frameworkInfo as kitFrameworkInfo,
  subscribe,
} from '../../../kit/core/session/subscription';
import { isLive } from '../instances/conditions';
import { rolesOf } from '../instances/instances';
import { loseTasks, repeatAllKills } from '../instances/kill';
import { offerConstraintsOf } from '../match/offer-constraints';
import { countToBeFreed } from '../residency/free';
import { newOfferConstraints } from '../state/empty-tables';
import type { EventOf } from '../state/events';
import type { MarathonState } from '../state/state';
import { saveFrameworkId } from '../state/storage';
import { publish, type Turn } from '../state/turn';
import { reconcileAfterSubscription } from './reconcile';
import { askAfterSubscription, reviveWaiting } from './revive';

/** The FrameworkInfo of this Marathon. */
export function frameworkInfo({ settings, session }: MarathonState): mesos.FrameworkInfo {
  const types: mesos.FrameworkInfo.Capability.Type[] = ['PARTITION_AWARE', 'MULTI_ROLE', 'REGION_AWARE'];
  if (settings.features.includes('task_killing')) types.push('TASK_KILLING_STATE');
  if (settings.features.includes('gpu_resources')) types.push('GPU_RESOURCES');
  return kitFrameworkInfo(settings, session, types);
}

export function sendFrameworkInfo(turn: Turn): void {
  turn.effects.push({ kind: 'framework', info: frameworkInfo(turn.state) });
}

/** Subscribes with other roles than before: offers are made for each role of the apps. */
export function useRoles(turn: Turn, roles: readonly string[]): void {
  const { session } = turn.state;
  if (roles.join() === (session.roles ?? []).join()) return;
  session.roles = roles;
  sendFrameworkInfo(turn);
  updateFramework(turn);
}

/** The present offer constraints. Reservations that are to be freed may be on any agent. */
export function currentConstraints(state: MarathonState): OfferConstraints {
  const freeing = [...state.reserved.keys()].filter((appId) => countToBeFreed(state, appId) > 0);
  const roles = freeing.flatMap((appId) => rolesOf(state, appId));
  return offerConstraintsOf(state, state.offerConstraints.scope, roles);
}

/** Tells the master the roles of the framework, those that want no offers, and constraints of offers. */
export function updateFramework(turn: Turn): void {
  const { session, settings, revive, offerConstraints } = turn.state;
  if (settings.offerConstraints) offerConstraints.sent = currentConstraints(turn.state);
  callNow(turn, {
    type: 'UPDATE_FRAMEWORK',
    update_framework: {
      framework_info: frameworkInfo(turn.state),
      suppressed_roles: (session.roles ?? [settings.role]).filter(
        (role) => revive.suppressed || revive.idleRoles.has(role),
      ),
      ...(settings.offerConstraints && { offer_constraints: offerConstraints.sent }),
    },
  });
}

export function subscribed(turn: Turn, event: EventOf<'scheduler.subscribed'>): void {
  const { frameworkId, master = '' } = event;
  if (subscribe(turn.state.session, event)) {
    saveFrameworkId(turn);
    sendFrameworkInfo(turn);
    publish(turn, 'scheduler_registered_event', { frameworkId, master });
  } else publish(turn, 'scheduler_reregistered_event', { master });
  note(turn, 'info', 'subscribed', { framework: frameworkId, master });
  // A subscription begins without constraints.
  Object.assign(turn.state.offerConstraints, newOfferConstraints());
  askAfterSubscription(turn);
  repeatAllKills(turn);
  reconcileAfterSubscription(turn);
  reviveWaiting(turn);
}

export function disconnected(turn: Turn, { reason }: EventOf<'scheduler.disconnected'>): void {
  // Offers end with the connection.
  turn.state.heldOffers.clear();
  if (disconnect(turn, reason)) publish(turn, 'scheduler_disconnected_event', {});
}

/** An ERROR of the master: it refuses the subscription and ends the stream. */
export function handleError(turn: Turn, { message }: EventOf<'scheduler.error'>): void {
  const { state } = turn;
  const { session } = state;
  note(turn, 'error', 'the master refused us', { message });
  const meaning = errorMeaning(message);
  if (meaning === 'taken over') {
    turn.effects.push({ kind: 'resign', reason: 'another Marathon has taken over this framework id' });
    return;
  }
  if (meaning !== 'removed' || session.frameworkId === undefined) return;
  note(turn, 'warn', 'subscribing as a new framework: all instances are launched anew', {
    framework: session.frameworkId,
  });
  session.frameworkId = undefined;
  saveFrameworkId(turn);
  sendFrameworkInfo(turn);
  for (const instance of [...state.instances.values()]) {
    if (instance.condition === 'UnreachableInactive' || isLive(instance)) loseTasks(turn, instance);
  }
}

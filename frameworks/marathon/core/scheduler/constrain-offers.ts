/**
 * The time at which the master learns of offer constraints: at a new subscription, and after a change of the apps that wait,
 * at most once per `--min_mesos_offer_constraints_update_interval`.
 *
 * Always true: they go out before a REVIVE of the same step. A master that refuses them gets fewer.
 */

import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { note } from '../../../../cluster/model/machine';
import type { EventOf } from '../state/events';
import { type Turn, wake } from '../state/turn';
import { currentConstraints, updateFramework } from './session';

/** Sends the constraints that have changed, at the end of every step; `changed` are the apps that the step has touched. */
export function constrainOffers(turn: Turn, changed: ReadonlySet<string>): void {
  const { settings, session, offerConstraints } = turn.state;
  if (!settings.offerConstraints || !session.connected) return;
  if (changed.size > 0) offerConstraints.isDue = true;
  if (!offerConstraints.isDue) return;
  const allowedAt = offerConstraints.sentAt + settings.offerConstraintsIntervalMs;
  if (turn.now < allowedAt) return wake(turn, { kind: 'offer-constraints' }, allowedAt);
  offerConstraints.isDue = false;
  const constraints = currentConstraints(turn.state);
  if (JSON.stringify(constraints) === JSON.stringify(offerConstraints.sent)) return;
  offerConstraints.sentAt = turn.now;
  updateFramework(turn);
}

/**
 * A master that refuses constraints gets them without patterns, whose size it may limit, and then none. Marathon serves on:
 * the match decides in any case.
 */
export function relaxConstraints(turn: Turn, { call, reason }: EventOf<'scheduler.refused'>): void {
  const { offerConstraints } = turn.state;
  if (!hasConstraints(call) || !/constraint/i.test(reason)) return;
  const scope = offerConstraints.scope === 'all' ? 'without patterns' : 'none';
  note(turn, 'warn', 'the master refused offer constraints: it gets fewer', { reason, scope });
  Object.assign(offerConstraints, { scope, isDue: true, sent: undefined });
}

function hasConstraints({ update_framework: update }: scheduler.Call): boolean {
  return Object.keys(update?.offer_constraints?.role_constraints ?? {}).length > 0;
}

/**
 * Unreachable instances: inactive and replaced after one delay, expunged after another.
 *
 * Both delays are 0 by default. An expunged task that comes back is an unknown task and is killed.
 */

import type { UnreachableStrategy } from '../../api/app';
import type { Instance } from '../state/state';
import type { Timer } from '../state/timers';
import { type Turn, wake } from '../state/turn';
import { definitionOf } from './definition';
import { expunge, setCondition } from './instances';
import { killOwners } from './tasks';

/** Handles an instance that has become unreachable, or was so at the start of Marathon. */
export function handleUnreachable(turn: Turn, instance: Instance): void {
  for (const owner of killOwners(instance)) turn.state.kills.delete(owner);
  if (instance.goal === 'Decommissioned') return expunge(turn, instance);
  const strategy = strategyOf(turn, instance);
  if (strategy === 'disabled') return;
  const since = instance.unreachableSince ?? instance.since;
  const inactiveAt = since + strategy.inactiveAfterSeconds * 1000;
  if (turn.now < inactiveAt) return wake(turn, { kind: 'unreachable', instanceId: instance.id }, inactiveAt);
  setCondition(turn, instance, 'UnreachableInactive');
  instance.unreachableSince = since;
  if (strategy.inactiveAfterSeconds >= strategy.expungeAfterSeconds) expunge(turn, instance);
}

/** The timer `unreachable` has run out. */
export function unreachableDue(turn: Turn, { instanceId }: Timer<'unreachable'>): void {
  const instance = turn.state.instances.get(instanceId);
  if (instance?.condition === 'Unreachable') handleUnreachable(turn, instance);
}

/** The `expunge` timer: expunges instances that have been unreachable for too long. */
export function expungeOverdue(turn: Turn): void {
  for (const instance of [...turn.state.instances.values()]) {
    if (instance.condition !== 'UnreachableInactive') continue;
    const strategy = strategyOf(turn, instance);
    if (strategy === 'disabled') continue;
    const since = instance.unreachableSince ?? instance.since;
    if (turn.now >= since + strategy.expungeAfterSeconds * 1000) expunge(turn, instance);
  }
  wake(turn, { kind: 'expunge' }, turn.now + turn.state.settings.expungeIntervalMs);
}

function strategyOf(turn: Turn, instance: Instance): UnreachableStrategy {
  const definition = definitionOf(turn.state, instance);
  return definition?.unreachableStrategy ?? { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };
}

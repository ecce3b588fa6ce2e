/**
 * Followers of the operator event stream: they get the whole state first, then each change.
 *
 * In: operator.subscribe, operator.closed      Out: welcome, close
 */

import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';

export function follow(state: MasterState, event: EventOf<'operator.subscribe'>): MasterEffect[] {
  const effects: MasterEffect[] = [];
  const [oldest] = state.operators;
  // Above the limit the oldest follower is closed, as in the original.
  if (oldest !== undefined && state.operators.size >= state.boot.settings.maxOperators) {
    state.operators.delete(oldest);
    effects.push({ kind: 'close', stream: oldest, reason: 'too many subscribers' });
  }
  state.operators.add(event.stream);
  return [...effects, { kind: 'welcome', stream: event.stream }];
}

export function unfollow(state: MasterState, event: EventOf<'operator.closed'>): MasterEffect[] {
  state.operators.delete(event.stream);
  return [];
}

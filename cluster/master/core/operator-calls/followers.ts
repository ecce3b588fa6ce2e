/**
 * Followers of the operator event stream: they get the whole state first, then each change.
 *
 * In: operator.subscribe, operator.closed      Out: welcome, close
 */

import type { EventOf } from '../state/events';
import { emit, type Turn } from '../state/turn';

export function follow(turn: Turn, event: EventOf<'operator.subscribe'>): void {
  const { state } = turn;
  const [oldest] = state.operators;
  // Above the limit the oldest follower is closed, as in the original.
  if (oldest !== undefined && state.operators.size >= state.boot.settings.maxOperators) {
    state.operators.delete(oldest);
    emit(turn, { kind: 'close', stream: oldest, reason: 'too many subscribers' });
  }
  state.operators.add(event.stream);
  emit(turn, { kind: 'welcome', stream: event.stream });
}

export function unfollow(turn: Turn, event: EventOf<'operator.closed'>): void {
  const { state } = turn;
  state.operators.delete(event.stream);
}

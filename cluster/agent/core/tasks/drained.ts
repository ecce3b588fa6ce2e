/**
 * The end of a drain.
 */

import { keep } from '../checkpoint/keep';
import type { AgentState } from '../state/state';

/** Ends a drain when nothing runs and all updates are acknowledged; the master decides about new tasks. */
export function endDrain(state: AgentState): void {
  const { drain, frameworks, streams, operations } = state;
  if (!drain || frameworks.size > 0 || streams.size > 0 || operations.size > 0) return;
  state.drain = undefined;
  state.drainStartedAt = undefined;
  keep(state, { entry: 'drain', value: undefined });
}

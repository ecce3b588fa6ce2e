/** The effects of a part of a step, for tests of single transitions. */

import type { Turn } from '../cluster/model/machine';
import type { Millis } from '../cluster/model/time';

export function effectsOf<State, Effect>(
  state: State,
  part: (turn: Turn<State, Effect>) => void,
  now: Millis = 0,
): Effect[] {
  const effects: Effect[] = [];
  part({ state, now, effects });
  return effects;
}

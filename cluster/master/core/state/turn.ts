/** The turn of a step of the master: its effects are pushed in the order in which they leave. */

import type { Turn as MachineTurn } from '../../../model/machine';
import type { MasterEffect } from './effects';
import type { MasterState } from './state';
import { masterTimers } from './timers';

export type Turn = MachineTurn<MasterState, MasterEffect>;

export const { wake } = masterTimers;

/** Pushes an effect. */
export function emit({ effects }: Turn, effect: MasterEffect): void {
  effects.push(effect);
}

/** The effects of a part of the turn that leave later, or not all. */
export function collect(turn: Turn, part: (turn: Turn) => void): MasterEffect[] {
  const effects: MasterEffect[] = [];
  part({ ...turn, effects });
  return effects;
}

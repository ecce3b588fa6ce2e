/**
 * Sends the changes of the zone out: changes that come close together as one, a large one in parts.
 *
 *   empty -> idle -> due -> sending -> idle
 *
 * In: facts, changes of them, part.sent, change.empty, part.taken      Out: begin-change, send-part, settled, look-up-hosts
 * Always true: only a few parts are on their way at one time; what changes meanwhile comes with the last part or after it.
 */

import { note } from '../../../cluster/model/machine';
import type { BuilderTurn } from './effects';
import type { EventOf } from './events';
import { builderTimers, PARTS_OUT_MAX } from './state';

/** The shortest time between two changes. */
export const CHANGES_APART_MS = 10;

/** All facts are there anew: from now on changes go out. */
export function factsLoaded(turn: BuilderTurn): void {
  const { publishing } = turn.state;
  if (publishing.phase === 'empty') publishing.phase = 'idle';
  zoneChanged(turn);
}

/** The zone has changed: the change goes out within a moment. */
export function zoneChanged(turn: BuilderTurn): void {
  const { publishing } = turn.state;
  if (publishing.phase === 'sending') publishing.again = true;
  if (publishing.phase !== 'idle') return;
  publishing.phase = 'due';
  builderTimers.wake(turn, { kind: 'publish' }, Math.max(publishing.notBefore, turn.now));
}

export function publishDue({ state, now, effects }: BuilderTurn): void {
  const { publishing } = state;
  if (publishing.phase !== 'due') return;
  Object.assign(publishing, { phase: 'sending', parts: 0, out: 0, isComplete: false });
  effects.push({ kind: 'begin-change', serial: Math.floor(now / 1000) }, { kind: 'send-part' });
}

/** The next parts are made while those before are being taken. */
export function partSent({ state, effects }: BuilderTurn, { last }: EventOf<'part.sent'>): void {
  const { publishing } = state;
  if (publishing.phase !== 'sending') return;
  publishing.parts++;
  publishing.out++;
  publishing.isComplete = last;
  if (!last && publishing.out < PARTS_OUT_MAX) effects.push({ kind: 'send-part' });
}

export function partTaken(turn: BuilderTurn): void {
  const { publishing } = turn.state;
  if (publishing.phase !== 'sending') return;
  publishing.out--;
  if (!publishing.isComplete) turn.effects.push({ kind: 'send-part' });
  else if (publishing.out === 0) finish(turn);
}

export function changeEmpty(turn: BuilderTurn): void {
  const { phase, parts } = turn.state.publishing;
  if (phase === 'sending' && parts === 0) finish(turn);
}

function finish(turn: BuilderTurn): void {
  const { publishing } = turn.state;
  const { parts } = publishing;
  if (parts > 1) {
    note(turn, 'debug', 'a new zone', { parts });
    turn.effects.push({ kind: 'settled' });
  }
  publishing.phase = 'idle';
  publishing.notBefore = turn.now + CHANGES_APART_MS;
  turn.effects.push({ kind: 'look-up-hosts' });
  if (!publishing.again) return;
  publishing.again = false;
  zoneChanged(turn);
}

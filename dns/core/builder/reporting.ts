/**
 * The status of the builder for the answering side: at once when the first master is heard, later on from time to time.
 */

import type { BuilderTurn } from './effects';
import { builderTimers } from './state';

/** The time between two statuses, while masters are heard all the time. */
export const STATUS_MS = 500;

/** A master was heard. */
export function heard(turn: BuilderTurn): void {
  const { reporting } = turn.state;
  const isFirst = reporting.heardAt === 0;
  reporting.heardAt = turn.now;
  if (isFirst) tellStatus(turn);
  tellSoon(turn);
}

/** A load or a stream failed. */
export function failed(turn: BuilderTurn): void {
  turn.state.reporting.failures++;
  tellSoon(turn);
}

export function statusDue(turn: BuilderTurn): void {
  turn.state.reporting.isDue = false;
  tellStatus(turn);
}

function tellStatus({ state, effects }: BuilderTurn): void {
  const { source, reporting } = state;
  const { heardAt, failures } = reporting;
  effects.push({ kind: 'status', source, heardAt, failures });
}

function tellSoon(turn: BuilderTurn): void {
  const { reporting } = turn.state;
  if (reporting.isDue) return;
  reporting.isDue = true;
  builderTimers.wake(turn, { kind: 'status' }, turn.now + STATUS_MS);
}

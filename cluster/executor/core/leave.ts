/**
 * The end of the executor: when no task is left, and the agent has acknowledged the last update.
 *
 * In: woke(leave)
 * Out: wake, exit
 */

import { type Turn, wake } from './turn';

/** Time in which the executor waits for the acknowledgement of its last update. */
const LAST_ACKNOWLEDGEMENT_MS = 60_000;

/** Exits when no task is left and every update is acknowledged, or some time later. */
export function leaveWhenDone(turn: Turn): void {
  const { state, now } = turn;
  if (state.tasks.size > 0) return;
  if (state.unacknowledged.size === 0) exit(turn);
  else wake(turn, { kind: 'leave' }, now + LAST_ACKNOWLEDGEMENT_MS);
}

/** The time for the last acknowledgement is over. A group may have been launched meanwhile. */
export function leave(turn: Turn): void {
  if (turn.state.tasks.size === 0) exit(turn);
}

function exit({ effects }: Turn): void {
  effects.push({ kind: 'exit' });
}

/**
 * Jumps of the machine's time: it is set forward, or the machine was suspended. The system's timers follow the monotonic
 * clock, and would bring the next slot too late.
 */

import type { Millis } from '../../../cluster/model/time';

/** The pause between two looks. */
const LOOK_MS = 1000;
/** Smaller ones are corrections of the clock's speed. */
const JUMP_MIN_MS = 500;

/** Calls back within a second after a jump forward, until it is stopped. `wall` is the time since 1970. */
export function watchClockJumps(onJump: (jump: Millis) => void, wall: () => Millis = Date.now): () => void {
  const difference = (): Millis => wall() - performance.now();
  let last = difference();
  const watch = setInterval(() => {
    const jump = difference() - last;
    last += jump;
    if (jump >= JUMP_MIN_MS) onJump(jump);
  }, LOOK_MS);
  watch.unref();
  return () => clearInterval(watch);
}

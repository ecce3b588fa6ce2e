/**
 * The clock: the one place that reads the wall clock and sets timers.
 *
 * Tests and the simulator pass a clock of their own.
 */

import type { Millis } from '../model/time';

export interface Clock {
  now(): Millis;
  /** Calls back once, at or after the time. Returns a function that cancels it. */
  wakeAt(time: Millis, callback: () => void): () => void;
}

/** Resolves after this time. */
export function pause(clock: Clock, ms: Millis): Promise<void> {
  return new Promise((resolve) => void clock.wakeAt(clock.now() + ms, resolve));
}

/** The limit of setTimeout; a later time is reached in several waits. */
const LONGEST_NAP_MS = 2 ** 31 - 1;

/** The machine's own clock. It never runs backwards, even when the machine's time is set back. */
export function systemClock(): Clock {
  let latest = 0;
  const now = (): Millis => {
    latest = Math.max(latest, Date.now());
    return latest;
  };
  const wakeAt = (time: Millis, callback: () => void): (() => void) => {
    let timer: NodeJS.Timeout;
    const nap = (): void => {
      const wait = Math.max(0, Math.ceil(time - now()));
      timer = setTimeout(() => (wait > LONGEST_NAP_MS ? nap() : ring()), Math.min(wait, LONGEST_NAP_MS));
    };
    // After the wait it is that time, even if the system's timer fired early or its clock was set back meanwhile.
    const ring = (): void => {
      latest = Math.max(latest, time);
      callback();
    };
    nap();
    return () => clearTimeout(timer);
  };
  return { now, wakeAt };
}

/** A clock that stands still until moved, for tests and simulations. */
export class VirtualClock implements Clock {
  private waiting: { at: Millis; order: number; callback: () => void }[] = [];
  private order = 0;

  constructor(private time: Millis = 0) {}

  now(): Millis {
    return this.time;
  }

  wakeAt(time: Millis, callback: () => void): () => void {
    const entry = { at: time, order: this.order++, callback };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  /** The time of the next callback, or undefined when nothing waits. */
  next(): Millis | undefined {
    return this.earliest()?.at;
  }

  /** Moves time forward by ms and runs, in order, all that comes due on the way. */
  advance(ms: Millis): void {
    const target = this.time + ms;
    while (this.runDue(target));
    this.time = target;
  }

  /** Moves time forward as `advance` does, and waits for promises before the first callback and after each. */
  async advanceSettled(ms: Millis, settle: () => Promise<unknown>): Promise<void> {
    const target = this.time + ms;
    await settle();
    while (this.runDue(target)) await settle();
    this.time = target;
  }

  /** Runs the earliest callback that is due by this time; false when there is none. */
  private runDue(target: Millis): boolean {
    const due = this.earliest();
    if (!due || due.at > target) return false;
    this.waiting.splice(this.waiting.indexOf(due), 1);
    this.time = Math.max(this.time, due.at);
    due.callback();
    return true;
  }

  private earliest(): { at: Millis; order: number; callback: () => void } | undefined {
    return this.waiting.reduce<(typeof this.waiting)[number] | undefined>(
      (best, entry) =>
        !best || entry.at < best.at || (entry.at === best.at && entry.order < best.order) ? entry : best,
      undefined,
    );
  }
}

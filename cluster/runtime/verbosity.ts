/**
 * The verbosity of the log, changed at run time for a while (libprocess' logging, Mesos 1.11).
 *
 * Level 0 is the level of the start; every level above it is debug.
 */

import type { Level } from '../model/event';
import type { Millis } from '../model/time';
import type { Clock } from './clock';

export class Verbosity {
  private current = 0;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly apply: (level: Level | undefined) => void,
  ) {}

  get level(): number {
    return this.current;
  }

  /** Sets the level for a time; a later setting replaces the earlier one with its time. */
  set(level: number, ms: Millis): void {
    this.cancel?.();
    this.cancel = undefined;
    this.change(level);
    if (level > 0) this.cancel = this.clock.wakeAt(this.clock.now() + ms, () => this.change(0));
  }

  /** Cancels the timer. */
  stop(): void {
    this.cancel?.();
  }

  private change(level: number): void {
    this.current = level;
    this.apply(level > 0 ? 'debug' : undefined);
  }
}

/** The level of the log while Marathon runs, changed for good or for a time, after which the level before counts again. */

import type { Level } from '../../../cluster/model/event';
import type { Clock } from '../../../cluster/runtime/clock';
import { type Logger, setLogLevel } from '../../../cluster/runtime/log';

export class LogLevel {
  /** The level that lasts. */
  private lasting: Level;
  private current: Level;
  private cancelReset: (() => void) | undefined;

  constructor(
    private readonly log: Logger,
    private readonly clock: Clock,
    first: Level,
  ) {
    this.lasting = first;
    this.current = first;
  }

  get level(): Level {
    return this.current;
  }

  /** Logs from this level on, so many seconds long or for good. */
  change(level: Level, seconds?: number): void {
    this.stop();
    this.log.info({ level, before: this.current, seconds }, 'the level of the log changes');
    this.apply(level);
    if (seconds === undefined) this.lasting = level;
    else
      this.cancelReset = this.clock.wakeAt(this.clock.now() + seconds * 1000, () => this.apply(this.lasting));
  }

  stop(): void {
    this.cancelReset?.();
  }

  private apply(level: Level): void {
    this.current = level;
    setLogLevel(this.log, level);
  }
}

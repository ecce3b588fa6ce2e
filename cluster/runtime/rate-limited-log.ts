/**
 * A log of warnings that peers can cause: one of each kind in 10 seconds, with the number of those left out.
 */

import { performance } from 'node:perf_hooks';
import type { Logger } from './log';

const PAUSE_MS = 10_000;
const KINDS_MAX = 100;

export class RateLimitedLog {
  private readonly kinds = new Map<string, { until: number; omitted: number }>();

  constructor(
    private readonly log: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Warns, unless a line of this kind was written within 10 seconds. `kind` comes from a fixed set. */
  warn(kind: string, fields: object, text: string): void {
    const now = this.now();
    const entry = this.kinds.get(kind);
    if (entry && now < entry.until) {
      entry.omitted++;
      return;
    }
    if (!entry && this.kinds.size >= KINDS_MAX) this.kinds.clear();
    this.kinds.set(kind, { until: now + PAUSE_MS, omitted: 0 });
    this.log.warn(entry && entry.omitted > 0 ? { ...fields, omitted: entry.omitted } : fields, text);
  }
}

/** Rates of events and durations of requests, in the form of Dropwizard's meters and timers. */

/** Durations that percentiles are made of, the latest ones. */
const DURATIONS_MAX = 1028;
/** Rates are brought up to date at this interval. */
const TICK_MS = 5000;

/** Exponentially weighted rate over some minutes, as `uptime` has it. */
class Rate {
  private readonly weight: number;
  private perSecond: number | undefined;

  constructor(minutes: number) {
    this.weight = 1 - Math.exp(-TICK_MS / 60_000 / minutes);
  }

  tick(count: number): void {
    const current = count / (TICK_MS / 1000);
    this.perSecond =
      this.perSecond === undefined ? current : this.perSecond + this.weight * (current - this.perSecond);
  }

  get value(): number {
    return this.perSecond ?? 0;
  }
}

/** Ticks after which a rate has come to nothing. */
const TICKS_MAX = 2000;

/** The rates of events, by the second. */
export interface Rates {
  readonly m1_rate: number;
  readonly m5_rate: number;
  readonly m15_rate: number;
  readonly mean_rate: number;
}

export class Meter {
  private readonly rates = { m1_rate: new Rate(1), m5_rate: new Rate(5), m15_rate: new Rate(15) };
  private sinceTick = 0;
  private tickAt: number;
  private readonly startedAt: number;
  count = 0;

  constructor(private readonly now: () => number) {
    this.startedAt = now();
    this.tickAt = this.startedAt + TICK_MS;
  }

  mark(): void {
    this.tick();
    this.count += 1;
    this.sinceTick += 1;
  }

  snapshot(): Rates {
    this.tick();
    const { m1_rate, m5_rate, m15_rate } = this.rates;
    const elapsed = (this.now() - this.startedAt) / 1000;
    return {
      m15_rate: m15_rate.value,
      m1_rate: m1_rate.value,
      m5_rate: m5_rate.value,
      mean_rate: elapsed > 0 ? this.count / elapsed : 0,
    };
  }

  private tick(): void {
    for (let ticks = 0; this.now() >= this.tickAt && ticks < TICKS_MAX; ticks++) {
      for (const rate of Object.values(this.rates)) rate.tick(this.sinceTick);
      this.sinceTick = 0;
      this.tickAt += TICK_MS;
    }
    if (this.now() >= this.tickAt) this.tickAt = this.now() + TICK_MS;
  }
}

/** The spread of durations, in seconds. */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
  readonly p98: number;
  readonly p99: number;
  readonly p999: number;
  readonly stddev: number;
}

export interface TimerSnapshot extends Spread, Rates {
  readonly duration_units: 'seconds';
  readonly rate_units: 'calls/second';
}

export class Timer {
  private readonly seconds: number[] = [];
  private readonly meter: Meter;

  constructor(now: () => number) {
    this.meter = new Meter(now);
  }

  add(ms: number): void {
    this.seconds[this.meter.count % DURATIONS_MAX] = ms / 1000;
    this.meter.mark();
  }

  snapshot(): TimerSnapshot {
    const rates = this.meter.snapshot();
    return { ...this.spread(), ...rates, duration_units: 'seconds', rate_units: 'calls/second' };
  }

  private spread(): Spread {
    const sorted = [...this.seconds].sort((a, b) => a - b);
    const mean = sorted.reduce((sum, value) => sum + value, 0) / (sorted.length || 1);
    const variance =
      sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, sorted.length - 1);
    const quantile = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return {
      count: this.meter.count,
      max: quantile(1),
      mean,
      min: quantile(0),
      p50: quantile(0.5),
      p75: quantile(0.75),
      p95: quantile(0.95),
      p98: quantile(0.98),
      p99: quantile(0.99),
      p999: quantile(0.999),
      stddev: Math.sqrt(variance),
    };
  }
}

/** The duration and the rate of requests, in the form of Dropwizard's timers. */

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

export class Timer {
  private readonly seconds: number[] = [];
  private readonly rates = { m1_rate: new Rate(1), m5_rate: new Rate(5), m15_rate: new Rate(15) };
  private count = 0;
  private sinceTick = 0;
  private tickAt: number;
  private readonly startedAt: number;

  constructor(private readonly now: () => number) {
    this.startedAt = now();
    this.tickAt = this.startedAt + TICK_MS;
  }

  add(ms: number): void {
    this.tick();
    this.seconds[this.count % DURATIONS_MAX] = ms / 1000;
    this.count += 1;
    this.sinceTick += 1;
  }

  snapshot(): object {
    this.tick();
    const sorted = [...this.seconds].sort((a, b) => a - b);
    const mean = sorted.reduce((sum, value) => sum + value, 0) / (sorted.length || 1);
    const variance =
      sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, sorted.length - 1);
    const quantile = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    const elapsed = (this.now() - this.startedAt) / 1000;
    return {
      count: this.count,
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
      m15_rate: this.rates.m15_rate.value,
      m1_rate: this.rates.m1_rate.value,
      m5_rate: this.rates.m5_rate.value,
      mean_rate: elapsed > 0 ? this.count / elapsed : 0,
      duration_units: 'seconds',
      rate_units: 'calls/second',
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

/**
 * Counters and gauges of a process, as Mesos' flat JSON snapshot and as Prometheus text.
 *
 * Names are those of the originals, such as `master/tasks_running`; Prometheus gets them with `_`.
 */

export interface Counter {
  inc(by?: number): void;
}

type Entry = { readonly kind: 'counter' | 'gauge'; readonly help: string; read(): number };

export class Metrics {
  private readonly entries = new Map<string, Entry>();

  /** A number that only grows. Names are unique. */
  counter(name: string, help: string): Counter {
    let value = 0;
    this.add(name, { kind: 'counter', help, read: () => value });
    return {
      inc: (by = 1) => {
        value += by;
      },
    };
  }

  /** A number that is read when it is shown. */
  gauge(name: string, help: string, read: () => number): void {
    this.add(name, { kind: 'gauge', help, read });
  }

  /** Name to number, the form of `/metrics/snapshot`. */
  snapshot(): Record<string, number> {
    return Object.fromEntries([...this.entries].sort().map(([name, entry]) => [name, entry.read()]));
  }

  /** The Prometheus text format, by prom-client, which is loaded for the first reader. */
  async prometheus(prefix = 'meseta_'): Promise<string> {
    const { Counter: PromCounter, Gauge: PromGauge, Registry } = await import('prom-client');
    const registry = new Registry();
    for (const [name, { kind, help, read }] of this.entries) {
      const options = { name: prefix + name.replace(/[^A-Za-z0-9_]/g, '_'), help, registers: [registry] };
      if (kind === 'counter') new PromCounter(options).inc(read());
      else new PromGauge(options).set(read());
    }
    return await registry.metrics();
  }

  private add(name: string, entry: Entry): void {
    if (this.entries.has(name)) throw new Error(`the metric ${name} exists already`);
    this.entries.set(name, entry);
  }
}

/** Number of times that percentiles are made of, the latest ones. */
const TIMINGS_MAX = 1000;

/** Durations as Mesos' timers show them: `<name>_ms` and beside it count, extremes and percentiles. */
export class Timings {
  private readonly values: number[] = [];
  private count = 0;

  constructor(
    private readonly name: string,
    /** Without a window only the last time is shown, for events that happen once. */
    private readonly windowed = true,
  ) {}

  add(ms: number): void {
    this.values[this.count % TIMINGS_MAX] = ms;
    this.count += 1;
  }

  /** Adds the time that work takes, also of work that fails. */
  async time<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.add(performance.now() - begun);
    }
  }

  snapshot(): Record<string, number> {
    if (this.count === 0) return {};
    const name = `${this.name}_ms`;
    const last = { [name]: this.values[(this.count - 1) % TIMINGS_MAX] ?? 0 };
    return this.windowed ? { ...last, ...this.spread(name) } : last;
  }

  private spread(name: string): Record<string, number> {
    const sorted = [...this.values].sort((a, b) => a - b);
    const percentile = (part: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    const percentiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999, p9999: 0.9999 };
    return {
      [`${name}/count`]: this.count,
      [`${name}/min`]: percentile(0),
      [`${name}/max`]: percentile(1),
      ...Object.fromEntries(
        Object.entries(percentiles).map(([key, part]) => [`${name}/${key}`, percentile(part)]),
      ),
    };
  }
}

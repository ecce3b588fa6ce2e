/** The metrics of Chronos: under the original's names as JSON, and as Prometheus text. */

import type { Metrics } from '../../../cluster/runtime/metrics';
import { Timer } from '../../kit/edge/timer';
import { countJobs, type JobCounts, metricsPieces, type QueueSizes, queueSizes } from '../views/job-metrics';
import type { Pieces, Read } from '../views/read';
import type { SortedNames } from './rest/sorted-names';

export interface MetricsSource {
  readonly metrics: Metrics;
  readonly read: Read;
  readonly names: SortedNames;
  now(): number;
  readonly startedAt: number;
  /** Readers of the event stream. */
  readers(): number;
  /** Violations of invariants that checks have seen. */
  violations(): number;
  /** Counters of the original that other parts keep, such as `MesosOfferReviver.reviveOffersCount`. */
  counters(): Readonly<Record<string, number>>;
}

const PACKAGE = 'org.apache.mesos.chronos.scheduler';

const COUNT_HELP: Readonly<Record<keyof JobCounts, string>> = {
  jobs: 'Jobs',
  disabled: 'Jobs that are disabled',
  paused: 'Jobs that are paused',
  quarantined: 'Jobs whose parents are unknown or in a cycle',
  fresh: 'Jobs that have not ended',
  success: 'Jobs whose last end was a success',
  failure: 'Jobs whose last end was a failure',
  runningTasks: 'Tasks that run',
};

export class ChronosMetrics {
  private readonly timers = new Map<string, Timer>();
  private counts: JobCounts | undefined;
  private queue: QueueSizes = { normal: 0, high: 0 };

  constructor(private readonly source: MetricsSource) {
    this.addGauges();
  }

  /** A request was handled; the name is that of the original's method. */
  time(name: string, ms: number): void {
    const timer = this.timers.get(name) ?? new Timer(this.source.now);
    this.timers.set(name, timer);
    timer.add(ms);
  }

  /** The body of `GET /metrics`. */
  *pieces(isPretty: boolean): Pieces {
    const { read, names, counters } = this.source;
    const { normal, high } = yield* queueSizes(read);
    yield* metricsPieces(read, yield* names.of(read), {
      gauges: {
        ...memoryGauges(),
        [`${PACKAGE}.jobs.TaskManager.highQueueSize`]: high,
        [`${PACKAGE}.jobs.TaskManager.queueSize`]: normal,
      },
      counters: withPackage(counters()),
      timers: Object.fromEntries(
        [...this.timers].sort().map(([name, timer]) => [`${PACKAGE}.api.${name}`, timer.snapshot()]),
      ),
      separator: isPretty ? ',\n' : ',',
    });
  }

  /** Counts the jobs and the runs that wait, with pauses; Prometheus then shows these numbers. */
  *count(): Generator<string, void> {
    const { read, names } = this.source;
    this.queue = yield* queueSizes(read);
    this.counts = yield* countJobs(read, yield* names.of(read));
  }

  prometheus(): Promise<string> {
    return this.source.metrics.prometheus('');
  }

  private addGauges(): void {
    const { metrics, now, startedAt, readers, violations } = this.source;
    const gauge = (name: string, help: string, value: () => number): void =>
      metrics.gauge(`chronos_${name}`, help, value);
    for (const [name, help] of Object.entries(COUNT_HELP)) {
      gauge(snakeCase(name), help, () => this.counts?.[name as keyof JobCounts] ?? 0);
    }
    gauge('queue_size', 'Runs that wait for an offer', () => this.queue.normal);
    gauge('high_queue_size', 'Runs of high priority that wait', () => this.queue.high);
    gauge('event_streams', 'Readers of the event stream', readers);
    gauge('invariant_violations', 'Violations of invariants of the state since the start', violations);
    gauge('uptime_seconds', 'Seconds since the start', () => (now() - startedAt) / 1000);
  }
}

function snakeCase(name: string): string {
  return name === 'jobs' ? name : `jobs_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

function withPackage(counters: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counters).map(([name, count]) => [`${PACKAGE}.mesos.${name}`, count]),
  );
}

/** Those of the original that have a meaning here. */
function memoryGauges(): Readonly<Record<string, number>> {
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  return {
    'jvm.memory.heap.used': heapUsed,
    'jvm.memory.heap.committed': heapTotal,
    'jvm.memory.total.used': rss,
  };
}

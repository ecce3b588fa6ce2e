/** The metrics of jobs under the original's names, and the numbers of jobs and runs for the metrics of the process. */

import { statusOf } from '../core/jobs/print-job';
import { hasLiveTask, jobNameOf } from '../core/runs/run';
import type { JobEntry } from '../core/state/state';
import { entryIn, type Pieces, type Read } from './read';
import { histogramOfJob } from './statistics';

/** The parts of the answer that are not about jobs; the separator puts entries on lines for people. */
export interface MetricsView {
  readonly gauges: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly timers: Readonly<Record<string, object>>;
  readonly separator: ',' | ',\n';
}

/** The version of Dropwizard's form. */
const FORM_VERSION = '3.0.0';

/** The answer of `metrics`. A job has metrics from its first end on. */
export function* metricsPieces(read: Read, names: readonly string[], view: MetricsView): Pieces {
  const { separator } = view;
  const section = (name: string, entries: Iterable<string>): Pieces => sectionOf(name, entries, separator);
  yield `{"version":"${FORM_VERSION}"${separator}`;
  yield* section(
    'gauges',
    rows(view.gauges, (value) => ({ value })),
  );
  yield separator;
  yield* section('counters', counters(read, names, view));
  yield separator;
  yield* section('histograms', histograms(read, names));
  yield `${separator}"meters":{}${separator}`;
  yield* section(
    'timers',
    rows(view.timers, (timer) => timer),
  );
  yield '}';
}

function* sectionOf(name: string, entries: Iterable<string>, separator: string): Pieces {
  yield `"${name}":{`;
  let before = '';
  for (const entry of entries) {
    yield entry === '' ? '' : before + entry;
    if (entry !== '') before = separator;
  }
  yield '}';
}

function* rows<T>(values: Readonly<Record<string, T>>, print: (value: T) => object): Generator<string, void> {
  for (const [name, value] of Object.entries(values)) yield row(name, print(value));
}

function row(name: string, value: object): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function* counters(read: Read, names: readonly string[], view: MetricsView): Generator<string, void> {
  yield* rows(view.counters, (count) => ({ count }));
  for (const name of names) {
    const job = entryIn(read, name)?.record.job;
    if (job === undefined) continue;
    yield job.errorCount === 0 ? '' : row(`jobs.run.failure.${name}`, { count: job.errorCount });
    yield job.successCount === 0 ? '' : row(`jobs.run.success.${name}`, { count: job.successCount });
  }
}

function* histograms(read: Read, names: readonly string[]): Generator<string, void> {
  for (const name of names) {
    const entry = entryIn(read, name);
    yield entry === undefined || entry.history.length === 0 ? '' : histogramRow(name, entry);
  }
}

function histogramRow(name: string, entry: JobEntry): string {
  const { count, median, mean, ...percentiles } = histogramOfJob(entry);
  if (count === 0) return '';
  return row(`jobs.run.time.${name}`, {
    count,
    mean,
    p50: median,
    p75: percentiles['75thPercentile'],
    p95: percentiles['95thPercentile'],
    p98: percentiles['98thPercentile'],
    p99: percentiles['99thPercentile'],
  });
}

/** Numbers of jobs and runs at one moment. */
export interface JobCounts {
  readonly jobs: number;
  readonly disabled: number;
  readonly paused: number;
  readonly quarantined: number;
  readonly fresh: number;
  readonly success: number;
  readonly failure: number;
  readonly runningTasks: number;
}

const STRIDE = 1000;

/** Counts all jobs, with pauses. */
export function* countJobs(read: Read, names: readonly string[]): Generator<string, JobCounts> {
  const counts = { disabled: 0, paused: 0, fresh: 0, success: 0, failure: 0, runningTasks: 0 };
  let jobs = 0;
  for (const [position, name] of names.entries()) {
    if (position % STRIDE === 0) yield '';
    const entry = entryIn(read, name);
    if (entry === undefined) continue;
    const { job } = entry.record;
    jobs += 1;
    counts[statusOf(job)] += 1;
    if (job.disabled) counts.disabled += 1;
    if (job.pausedReason !== '') counts.paused += 1;
    counts.runningTasks += Object.values(entry.active).filter(hasLiveTask).length;
  }
  return { jobs, quarantined: read(({ quarantined }) => quarantined.size), ...counts };
}

/** Runs that wait for an offer, by the priority of their jobs. */
export interface QueueSizes {
  readonly normal: number;
  readonly high: number;
}

/** Counts the runs that wait, with pauses. */
export function* queueSizes(read: Read): Generator<string, QueueSizes> {
  const sizes = { normal: 0, high: 0 };
  for (const [position, runId] of read(({ ready }) => [...ready]).entries()) {
    if (position % STRIDE === 0) yield '';
    const job = entryIn(read, jobNameOf(runId))?.record.job;
    if (job !== undefined) sizes[job.highPriority ? 'high' : 'normal'] += 1;
  }
  return sizes;
}

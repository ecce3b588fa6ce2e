/**
 * Metrics under the original's names, as its JSON and as Prometheus text.
 */

import type { Counter, Metrics } from '../../../cluster/runtime/metrics';
import { isOverdue } from '../core/instances/overdue';
import type { CounterName, Instance, MarathonState } from '../core/state/state';
import type { HttpMetrics } from './http-metrics';
import { rateLines } from './metrics-text';

type Read = <T>(view: (state: MarathonState) => T) => T;

const COUNTERS: readonly [string, CounterName][] = [
  ['deployments.counter', 'deployments'],
  ['deployments.dismissed.counter', 'deploymentsDismissed'],
  ['tasks.launched.counter', 'tasksLaunched'],
  ['mesos.offers.incoming.counter', 'offersIncoming'],
  ['mesos.offers.used.counter', 'offersUsed'],
  ['mesos.offers.declined.counter', 'offersDeclined'],
  ['mesos.offer-operations.launch.counter', 'tasksLaunched'],
  ['mesos.calls.revive.counter', 'revives'],
  ['mesos.calls.suppress.counter', 'suppresses'],
];

/** The units of rates, as the original prints them. */
const UNITS = 'events/second';

export interface MarathonMetrics {
  /** The body of `GET /metrics`. */
  snapshot(): object;
  prometheus(): Promise<string>;
}

export interface MetricsInput {
  readonly metrics: Metrics;
  readonly read: Read;
  readonly now: () => number;
  readonly startedAt: number;
  readonly streams: () => number;
  /** Characters that were sent over event streams. */
  readonly streamed: () => number;
  readonly http: Pick<HttpMetrics, 'meters' | 'timers'>;
  /** Violations of invariants; see runtime/self-check.ts. */
  readonly violations: () => number;
}

export function marathonMetrics(input: MetricsInput): MarathonMetrics {
  const { metrics, read, now, startedAt, streams, streamed, http, violations } = input;
  const gauge = (name: string, help: string, value: () => number): void =>
    metrics.gauge(`marathon.${name}`, help, value);
  const count = (condition: (instance: Instance) => boolean): number =>
    read(({ instances }) => [...instances.values()].filter(condition).length);
  gauge('apps.active.gauge', 'Apps', () => read(({ apps }) => apps.size));
  gauge('pods.active.gauge', 'Pods', () => read(({ pods }) => pods.size));
  gauge('groups.active.gauge', 'Groups', () => read(({ groups }) => groups.size));
  gauge('deployments.active.gauge', 'Deployments', () => read(({ deployments }) => deployments.size));
  gauge('instances.running.gauge', 'Instances that run', () =>
    count(({ condition }) => condition === 'Running'),
  );
  gauge('instances.staged.gauge', 'Instances being started', () => count(isStaged));
  gauge('instances.launch-overdue.gauge', 'Instances that take too long to start', () =>
    read((state) => {
      const moment = { state, now: now() };
      return [...state.instances.values()].filter((instance) => isOverdue(moment, instance)).length;
    }),
  );
  gauge('instances.inflight-kills.gauge', 'Tasks being killed', () => read(({ kills }) => kills.size));
  gauge('http.event-streams.active.gauge', 'Readers of the event stream', streams);
  for (const [name, help, value] of MEMORY) gauge(`jvm.memory.${name}.gauge.bytes`, help, value);
  gauge('invariant-violations.gauge', 'Violations of invariants of the state since the start', violations);
  gauge('uptime.gauge.seconds', 'Seconds since the start', () => (now() - startedAt) / 1000);
  gauge('leadership.duration.gauge.seconds', 'Seconds as leader', () => (now() - startedAt) / 1000);
  const counters = COUNTERS.map(([name, from]): [Counter, CounterName, { seen: number }] => [
    metrics.counter(`marathon.${name}`, name),
    from,
    { seen: 0 },
  ]);
  const sent = metrics.counter(
    'marathon.http.responses.event-stream.size.counter.bytes',
    'Bytes of events that were sent',
  );
  let sentBefore = 0;
  const sync = (): void => {
    sent.inc(streamed() - sentBefore);
    sentBefore = streamed();
    for (const [counter, from, last] of counters) {
      const value = read((state) => state.counters[from]);
      counter.inc(value - last.seen);
      last.seen = value;
    }
  };
  return {
    snapshot: () => {
      sync();
      const { meters, timers } = http;
      return {
        ...grouped(metrics.snapshot()),
        meters: shown(meters, (meter) => ({ count: meter.count, ...meter.snapshot(), units: UNITS })),
        timers: shown(timers, (timer) => timer.snapshot()),
      };
    },
    prometheus: async () => {
      sync();
      return (await metrics.prometheus('')) + rateLines(http);
    },
  };
}

type Memory = readonly [name: string, help: string, value: () => number];

/** The names of the original, for what comes near to them here. */
const MEMORY: readonly Memory[] = [
  ['heap.used', 'Bytes of the heap in use', () => process.memoryUsage().heapUsed],
  ['heap.committed', 'Bytes of the heap', () => process.memoryUsage().heapTotal],
  ['total.used', 'Bytes of memory in use', () => process.memoryUsage.rss()],
];

function shown<T>(entries: ReadonlyMap<string, T>, print: (entry: T) => object): Record<string, object> {
  return Object.fromEntries([...entries].map(([name, entry]) => [name, print(entry)]));
}

function isStaged({ condition }: Instance): boolean {
  return condition === 'Provisioned' || condition === 'Staging' || condition === 'Starting';
}

function grouped(snapshot: Readonly<Record<string, number>>): object {
  const counters: Record<string, { count: number }> = {};
  const gauges: Record<string, { value: number }> = {};
  for (const [name, value] of Object.entries(snapshot)) {
    if (/\.counter(\.|$)/.test(name)) counters[name] = { count: value };
    else gauges[name] = { value };
  }
  return { version: '4.0.0', counters, gauges, histograms: {} };
}

/**
 * Adds up HAProxy's counters of servers by app and version of their tasks.
 *
 * Always true: a sum never shrinks when servers are removed or a new worker counts from zero. Versions without servers
 * are forgotten when there are too many, the oldest first.
 */

import type { Model } from '../model/model';

/** The counters of one server in the answer to `show stat`. */
export interface ServerCount {
  readonly backend: string;
  readonly server: string;
  readonly connections: number;
  readonly queued: number;
  readonly sessions: number;
  readonly errors: number;
  readonly responses: Readonly<Record<ResponseClass, number>>;
  /** HAProxy's average of the last 1024 requests. */
  readonly responseMs: number;
  readonly status: string;
}
export const RESPONSE_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const;
export type ResponseClass = (typeof RESPONSE_CLASSES)[number];

/** The traffic of one version of one app. */
export interface VersionTraffic {
  readonly app: string;
  readonly version: string;
  readonly servers: number;
  readonly connections: number;
  readonly requests: number;
  readonly errors: number;
  readonly responses: Readonly<Record<ResponseClass, number>>;
  readonly responseMs: number;
}

/** Reads the answer to `show stat -1 4 -1`: servers only. */
export function readServerCounts(csv: string): ServerCount[] {
  const lines = csv.split('\n').filter(Boolean);
  const names = (lines[0] ?? '').replace(/^# /, '').split(',');
  const place = new Map(names.map((name, index) => [name, index]));
  return lines.slice(1).flatMap((line): ServerCount[] => {
    const fields = line.split(',');
    const text = (name: string): string => fields[place.get(name) ?? -1] ?? '';
    const number = (name: string): number => Number(text(name)) || 0;
    if (text('svname') === '' || text('svname') === 'BACKEND' || text('svname') === 'FRONTEND') return [];
    const responses = Object.fromEntries(
      RESPONSE_CLASSES.map((name) => [name, number(`hrsp_${name}`)]),
    ) as Record<ResponseClass, number>;
    return [
      {
        backend: text('pxname'),
        server: text('svname'),
        connections: number('scur'),
        queued: number('qcur'),
        sessions: number('stot'),
        errors: number('econ') + number('eresp'),
        responses,
        responseMs: number('rtime'),
        status: text('status'),
      },
    ];
  });
}

/** Connections in use by a server, from the answer to `show servers conn`. */
export function readUsed(answer: string, server: string): number {
  const lines = answer.split('\n');
  const names = (lines.find((line) => line.startsWith('# ')) ?? '').slice(2).split(' ');
  const row = lines.find((line) => line.startsWith(`${server} `))?.split(' ');
  return Number(row?.[names.indexOf('used_cur')]) || 0;
}

interface TrafficSum {
  readonly requests: number;
  readonly errors: number;
  readonly responses: Readonly<Record<ResponseClass, number>>;
}

export interface TrafficSums {
  /** A new worker counts from zero. */
  restart(): void;
  /** Adds the current counters and returns the traffic of each version that has servers or had some. */
  add(counts: readonly ServerCount[], model: Model): VersionTraffic[];
}

/** Limit of the sums; only those of versions without servers are dropped. */
const VERSIONS_MAX = 2000;

interface ServerOwner {
  readonly app: string;
  readonly version: string;
}

interface CurrentLoad {
  servers: number;
  connections: number;
  timed: number;
  ms: number;
}

export function createTrafficSums(): TrafficSums {
  const sums = new Map<string, TrafficSum>();
  let last = new Map<string, ServerCount>();
  /** Owners of the servers of the last call: HAProxy goes on counting servers that are being removed. */
  let lastOwners = new Map<string, ServerOwner>();
  const see = (now: Map<string, CurrentLoad>, key: string, count: ServerCount): void => {
    const seen = now.get(key) ?? { servers: 0, connections: 0, timed: 0, ms: 0 };
    const timed = count.responseMs > 0 ? 1 : 0;
    now.set(key, {
      servers: seen.servers + 1,
      connections: seen.connections + count.connections,
      timed: seen.timed + timed,
      ms: seen.ms + count.responseMs,
    });
  };
  const add = (counts: readonly ServerCount[], model: Model): VersionTraffic[] => {
    const served = new Map<string, ServerOwner>();
    for (const { name, servers } of model.backends)
      for (const server of servers) served.set(`${name}/${server.name}`, server);
    const now = new Map<string, CurrentLoad>();
    const owners = new Map<string, ServerOwner>();
    const latest = new Map<string, ServerCount>();
    for (const count of counts) {
      const name = `${count.backend}/${count.server}`;
      const owner = served.get(name) ?? lastOwners.get(name);
      if (!owner) continue;
      const key = `${owner.app} ${owner.version}`;
      sums.set(key, added(sums.get(key), count, last.get(name)));
      owners.set(name, owner);
      latest.set(name, count);
      if (served.has(name)) see(now, key, count);
    }
    lastOwners = owners;
    last = latest;
    for (const key of sums.keys()) {
      if (sums.size <= VERSIONS_MAX) break;
      if (!now.has(key)) sums.delete(key);
    }
    return [...sums].sort().map(([key, sum]): VersionTraffic => {
      const [app = '', version = ''] = key.split(' ');
      const { servers = 0, connections = 0, timed = 0, ms = 0 } = now.get(key) ?? {};
      return { app, version, servers, connections, ...sum, responseMs: timed === 0 ? 0 : ms / timed };
    });
  };
  const restart = (): void => {
    last = new Map();
  };
  return { restart, add };
}

const NO_RESPONSES = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, other: 0 } as const;

/** Adds to a sum what a server counted since the last call; a counter that shrank has started again from zero. */
function added(sum: TrafficSum | undefined, count: ServerCount, before: ServerCount | undefined): TrafficSum {
  const fresh = before !== undefined && count.sessions < before.sessions ? undefined : before;
  const responses: Record<ResponseClass, number> = { ...(sum?.responses ?? NO_RESPONSES) };
  let answered = 0;
  for (const name of RESPONSE_CLASSES) {
    const more = count.responses[name] - (fresh?.responses[name] ?? 0);
    responses[name] += more;
    answered += more;
  }
  return {
    requests: (sum?.requests ?? 0) + Math.max(answered, count.sessions - (fresh?.sessions ?? 0)),
    errors: (sum?.errors ?? 0) + count.errors - (fresh?.errors ?? 0),
    responses,
  };
}

/** The traffic in Prometheus' text format. */
export function printTraffic(traffic: readonly VersionTraffic[]): string {
  const lines: string[] = [];
  const metric = (name: string, kind: string, help: string, rows: readonly string[]): void => {
    lines.push(`# HELP meseta_lb_${name} ${help}`, `# TYPE meseta_lb_${name} ${kind}`);
    lines.push(...rows.map((row) => `meseta_lb_${name}${row}`));
  };
  const labels = ({ app, version }: VersionTraffic): string => `app="${app}",version="${version}"`;
  const each = (read: (entry: VersionTraffic) => number): string[] =>
    traffic.map((entry) => `{${labels(entry)}} ${read(entry)}`);
  metric(
    'version_requests_total',
    'counter',
    'Requests by app and version',
    each((entry) => entry.requests),
  );
  metric(
    'version_errors_total',
    'counter',
    'Connections and answers that failed',
    each((entry) => entry.errors),
  );
  metric(
    'version_responses_total',
    'counter',
    'Answers by class of status',
    traffic.flatMap((entry) =>
      RESPONSE_CLASSES.map((name) => `{${labels(entry)},class="${name}"} ${entry.responses[name]}`),
    ),
  );
  metric(
    'version_connections',
    'gauge',
    'Open connections',
    each((entry) => entry.connections),
  );
  metric(
    'version_servers',
    'gauge',
    'Servers',
    each((entry) => entry.servers),
  );
  metric(
    'version_response_milliseconds',
    'gauge',
    'Average of the last requests until the answer begins',
    each((entry) => Math.round(entry.responseMs)),
  );
  return `${lines.join('\n')}\n`;
}

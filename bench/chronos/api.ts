/** The API over very many jobs: search, lists, graph and metrics, and how long `/ping` takes meanwhile. */

import { request } from 'node:http';
import { systemClock } from '../../cluster/runtime/clock';
import { startHttpServer } from '../../cluster/runtime/http/server';
import { silentLogger } from '../../cluster/runtime/log';
import { Metrics } from '../../cluster/runtime/metrics';
import { UTC } from '../../frameworks/chronos/core/schedule/zone';
import type { ChronosState } from '../../frameworks/chronos/core/state/state';
import { chronosRest } from '../../frameworks/chronos/edge/rest/server';
import { DEFAULTS, type Driven, RULES } from './jobs';

const SEARCHES = 200;
const LISTS = 10;
/** The pause between two pings: short, so that one of them comes into each hold-up. */
const PING_MS = 1;

const BASE = 'v1/scheduler/';

/** Pages about all jobs, each asked of a server that has answered none before. */
const FIRST_PAGES = [
  ...['jobs', 'jobs/summary', 'graph/dot', 'graph/csv', 'graph/json'].map((page) => `${BASE}${page}`),
  ...['metrics', 'metrics/prometheus'],
];

export async function benchApi({ state }: Driven): Promise<void> {
  await withServer(state, async (url) => {
    await measure('search', url, SEARCHES, (index) => `${BASE}jobs/search?name=job-${index}7&limit=50`);
    await measure('summary', url, LISTS, () => `${BASE}jobs/summary`);
    await measure('list', url, LISTS, () => `${BASE}jobs`);
    await measure('graph', url, LISTS, () => `${BASE}graph/json`);
    await measure('Prometheus metrics', url, LISTS, () => 'metrics/prometheus');
  });
  for (const page of FIRST_PAGES)
    await withServer(state, (url) => measure(`first ${page}`, url, 1, () => page));
}

async function withServer(state: ChronosState, act: (url: string) => Promise<void>): Promise<void> {
  const settings = { defaults: DEFAULTS, serverZone: UTC, historyLimit: 5, isCompressing: true };
  const access = {
    address: '127.0.0.1',
    port: 0,
    https: undefined,
    isSecureOnly: false,
    insecure: false,
    hosts: {},
    credentials: undefined,
    bearer: undefined,
    realm: 'bench',
    concurrentMax: undefined,
  };
  const { plan, changes } = chronosRest(settings, access, {
    read: (view) => view(state),
    ask: () => Promise.reject(new Error('the bench only reads')),
    leader: () => '',
    setLogLevel: () => undefined,
    rules: RULES,
    clock: systemClock(),
    metrics: new Metrics(),
    startedAt: Date.now(),
    violations: () => 0,
    counters: () => ({}),
  });
  const server = await startHttpServer({ ...plan, log: silentLogger });
  try {
    await act(server.url);
  } finally {
    changes.stop();
    await server.close();
  }
}

async function measure(
  what: string,
  url: string,
  count: number,
  path: (index: number) => string,
): Promise<void> {
  const pings: number[] = [];
  const times: number[] = [];
  let isDone = false;
  const pinging = (async (): Promise<void> => {
    while (!isDone) {
      pings.push((await timed(`${url}/ping`)).ms);
      await new Promise((resolve) => setTimeout(resolve, PING_MS));
    }
  })();
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const answer = await timed(`${url}/${path(index)}`);
    times.push(answer.ms);
    bytes = answer.bytes;
  }
  isDone = true;
  await pinging;
  process.stdout.write(
    `${what}: p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms, ${(bytes / 1e6).toFixed(2)} MB; ` +
      `/ping meanwhile p50 ${at(pings, 0.5)} ms, p99 ${at(pings, 0.99)} ms, at most ${at(pings, 1)} ms\n`,
  );
}

interface Timed {
  readonly ms: number;
  readonly bytes: number;
}

/** Reads an answer to its end, and no more: decoding it would hold up the server in the same process. */
function timed(url: string): Promise<Timed> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(url, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ ms: performance.now() - began, bytes }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

export function at(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
}

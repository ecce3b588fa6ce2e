/**
 * `npm run bench -- dns-explain`: time that an explanation takes from the thread that makes the zone, beside a comparison
 * with every name. `BENCH_TASKS` is the size of the cluster (default 100,000).
 */

import { explain } from '../../dns/core/answer/explain';
import { createLiveZone, type LiveZone } from '../../dns/core/live/live-zone';
import { createStateReader } from '../../dns/core/read/state-json';
import type { ZoneOptions } from '../../dns/core/zone/zone';
import { statePieces } from './cluster';
import { median } from './load';

const TASKS = Number(process.env['BENCH_TASKS'] ?? 100_000);
const ROUNDS = 9;
const ignore = (): void => undefined;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const OPTIONS: ZoneOptions = {
  ...{ domain: 'mesos', compat: 'mesos-dns', healthy: false, labelRule: 'rfc1123' },
  ...{ ipSources: ['netinfo', 'mesos', 'host'], ownAddresses: ['127.0.0.1'] },
  authority: {
    ...{ mname: 'ns1.mesos', rname: 'root.ns1.mesos', refresh: 60, retry: 600, expire: 86_400 },
    ...{ minimum: 60, ttl: 60, srvWeight: 1 },
  },
};

export async function benchExplain(): Promise<void> {
  for (const perName of [1, 10, 400, TASKS]) {
    const live = zoneOf(perName);
    print(`\n${TASKS} tasks, ${perName} of each name:`);
    for (const [about, name] of questions(live)) {
      const times = Array.from({ length: ROUNDS }, () => timeOf(() => explain(live, name)));
      print(
        `  ${about.padEnd(28)} median ${median(times).toFixed(2)} ms, worst ${Math.max(...times).toFixed(2)} ms`,
      );
    }
    const names = timeOf(() => everyDistance(live, 'svx-12345.marathon.mesos'));
    print(`  every name compared          ${names.toFixed(0)} ms`);
  }
}

function zoneOf(perName: number): LiveZone {
  const reader = createStateReader(ignore);
  for (const record of statePieces({ tasks: TASKS, perName }, 5050)) reader.feed(Buffer.from(record));
  const live = createLiveZone(OPTIONS, ignore);
  live.replace(reader.finish().cluster);
  return live;
}

/** Names of each kind, missing and present. */
function questions(live: LiveZone): readonly (readonly [about: string, name: string])[] {
  const target = explain(live, '_svc-0._tcp.marathon.mesos').records.at(-1)?.record.split(' ').at(-1) ?? '';
  return [
    ['a missing name', 'svx-12345.marathon.mesos'],
    ['a missing service', '_htpt._svx-12345._tcp.marathon.mesos'],
    ['nothing like it', 'quite-another-name-of-some-length.example'],
    ['a wrong framework', 'svc-0.marathn.mesos'],
    ['a wrong canonical name', target.replace(/-[^-]*(-[^-]*)$/, '-zzzzz$1')],
    ['a name', 'svc-0.marathon.mesos'],
    ['a canonical name', target],
    ['all agents', 'slave.mesos'],
  ];
}

function timeOf(run: () => unknown): number {
  const begun = performance.now();
  run();
  return performance.now() - begun;
}

/** Levenshtein's distance of a name to every name of the zone. */
function everyDistance(live: LiveZone, name: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [other] of live.nodes()) least = Math.min(least, distance(name, other));
  return least;
}

function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_unused, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/**
 * Valid things in one line: zone options, zones out of state documents, states with one task.
 */

import { type Cluster, emptyCluster } from '../../dns/core/facts/cluster';
import type { HostPort, Note } from '../../dns/core/facts/cluster-facts';
import { createLiveZone, type LiveZone } from '../../dns/core/live/live-zone';
import { createStateReader } from '../../dns/core/read/state-json';
import { createTable } from '../../dns/core/table/zone-table';
import type { Zone, ZoneChange, ZoneNode, ZoneOptions } from '../../dns/core/zone/zone';

export const AUTHORITY = {
  mname: 'ns1.mesos',
  rname: 'root.ns1.mesos',
  refresh: 60,
  retry: 600,
  expire: 86_400,
  minimum: 60,
  ttl: 60,
  srvWeight: 1,
};

export function zoneOptions(overrides: Partial<ZoneOptions> = {}): ZoneOptions {
  return {
    domain: 'mesos',
    compat: 'mesos-dns',
    healthy: false,
    authority: AUTHORITY,
    labelRule: 'rfc1123',
    ipSources: ['netinfo', 'mesos', 'host'],
    ownAddresses: ['127.0.0.1'],
    ...overrides,
  };
}

/** The facts in a document; none when it cannot be used. */
export function readState(document: unknown, note: Note = () => undefined): Cluster {
  const reader = createStateReader(note);
  try {
    reader.feed(Buffer.from(JSON.stringify(document) ?? ''));
    return reader.finish().cluster;
  } catch {
    return emptyCluster();
  }
}

export interface Made {
  readonly zone: Zone;
  readonly live: LiveZone;
  readonly notes: readonly string[];
  /** All that was published to make the zone. */
  readonly changes: readonly ZoneChange[];
}

export type MadeOptions = Partial<ZoneOptions> & { readonly masters?: readonly HostPort[] };

/** The zone out of a state document. */
export function zoneOf(
  state: unknown,
  { masters = [], ...options }: MadeOptions = {},
  hosts: Readonly<Record<string, readonly string[]>> = {},
): Made {
  const notes: string[] = [];
  const note = (text: string): void => void (notes.includes(text) || notes.push(text));
  const live = createLiveZone(zoneOptions(options), note);
  live.setMasters(masters);
  for (const [host, addresses] of Object.entries(hosts)) live.setHost(host, addresses);
  live.replace(readState(state, note));
  const changes = [...live.takeChanges(1)];
  return { zone: zoneFrom(changes), live, notes, changes };
}

/** The zone that changes make. */
export function zoneFrom(changes: readonly ZoneChange[]): Zone {
  const table = createTable();
  for (const change of changes) table.apply(change);
  const zone = table.zone();
  if (!zone) throw new Error('no zone');
  return zone;
}

/** Every name of a live zone with what stands at it. */
export function nodesOf(live: LiveZone): Map<string, ZoneNode> {
  return new Map(live.nodes());
}

/** A state with one framework, one agent at 10.0.0.2 and the given tasks on it. */
export function stateWith(...tasks: readonly object[]): object {
  return {
    leader: 'master@10.0.0.1:5050',
    slaves: [{ id: 'x-S0', pid: 'slave(1)@10.0.0.2:5051' }],
    frameworks: [
      {
        id: 'f1',
        name: 'marathon',
        hostname: 'host',
        tasks: tasks.map((task, index) => ({
          id: `t${index}`,
          name: `task${index}`,
          slave_id: 'x-S0',
          state: 'TASK_RUNNING',
          resources: { ports: '[31000-31000]' },
          ...task,
        })),
      },
    ],
  };
}

/** A status with one container address. */
export function runningAt(address: string, timestamp = 1): object {
  return {
    state: 'TASK_RUNNING',
    timestamp,
    container_status: { network_infos: [{ ip_addresses: [{ ip_address: address }] }] },
  };
}

/** One line a record, sorted. A name that only has names below it has a dash, an empty one of its own a plus. */
export function printZone(live: LiveZone): string {
  const lines = [...nodesOf(live)].flatMap(([name, { a, aaaa, services, named }]) => [
    ...a.map((address) => `${name} A ${address}`),
    ...aaaa.map((address) => `${name} AAAA ${address}`),
    ...services.map(({ port, target }) => `${name} SRV ${port} ${target}`),
    ...(a.length + aaaa.length + services.length === 0 ? [`${name} ${named ? '+' : '-'}`] : []),
  ]);
  return `${lines.sort().join('\n')}\n`;
}

/** Waits until a check holds, for things that really take time. Fails with what was seen last. */
export async function eventually<T>(check: () => T | Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = await check();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`not in time; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

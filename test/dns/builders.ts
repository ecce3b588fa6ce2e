/**
 * Valid things in one line: zone options, zones out of state documents, states with one task.
 */

import type { Zone, ZoneOptions } from '../../dns/core/book';
import { readState } from '../../dns/core/state-json';
import { buildZone } from '../../dns/core/zone';

export const AUTHORITY = {
  primary: 'ns1.mesos',
  admin: 'root.ns1.mesos',
  refresh: 60,
  retry: 600,
  expire: 86_400,
  minimum: 60,
  ttl: 60,
  srvWeight: 1,
};

export function zoneOptions(given: Partial<ZoneOptions> = {}): ZoneOptions {
  return {
    domain: 'mesos',
    authority: AUTHORITY,
    labelRule: 'rfc1123',
    ipSources: ['netinfo', 'mesos', 'host'],
    masters: [],
    ownAddresses: ['127.0.0.1'],
    ...given,
  };
}

export function zoneOf(
  state: unknown,
  options: Partial<ZoneOptions> = {},
  hosts: Readonly<Record<string, readonly string[]>> = {},
): { zone: Zone; notes: string[] } {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const zone = buildZone({
    snapshot: readState(state, note),
    options: zoneOptions(options),
    serial: 1,
    lookup: (host) => hosts[host] ?? [],
    note,
  });
  return { zone, notes };
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

/** One line a record, sorted. A name with nothing at it has a dash. */
export function printZone(zone: Zone): string {
  const lines = [...zone.nodes].flatMap(([name, node]) => [
    ...[...node.a].map((address) => `${name} A ${address}`),
    ...[...node.aaaa].map((address) => `${name} AAAA ${address}`),
    ...[...node.srv.values()].map(({ port, target }) => `${name} SRV ${port} ${target}`),
    ...(node.a.size + node.aaaa.size + node.srv.size === 0 ? [`${name} -`] : []),
  ]);
  return `${lines.sort().join('\n')}\n`;
}

/** Waits until a check holds, for things that really take time. Fails with what was seen last. */
export async function eventually<T>(check: () => T | Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const seen = await check();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`not in time; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

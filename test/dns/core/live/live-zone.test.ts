import fc from 'fast-check';
import { type Cluster, emptyCluster, type Snapshot } from '../../../../dns/core/facts/cluster';
import type { TaskFacts } from '../../../../dns/core/facts/cluster-facts';
import { createLiveZone, type LiveZone } from '../../../../dns/core/live/live-zone';
import { createTable } from '../../../../dns/core/table/zone-table';
import type { ZoneNode } from '../../../../dns/core/zone/zone';
import { nodesOf, printZone, runningAt, stateWith, zoneFrom, zoneOf, zoneOptions } from '../../builders';

function task(id: string, overrides: Partial<TaskFacts> = {}): TaskFacts {
  return {
    ...{ key: `f1 ${id}`, id, frameworkId: 'f1', agentId: 'x-S0', name: id, state: 'TASK_RUNNING' },
    ...{ ports: [], discovery: undefined, running: undefined },
    ...overrides,
  };
}

function at(address: string, healthy = true): TaskFacts['running'] {
  return { timestamp: 1, healthy, netinfo: [address], mesos: [], docker: [] };
}

function copyOf({ leader, agents, frameworks, tasks }: Snapshot): Cluster {
  const copy = { ...emptyCluster(), leader, agents: new Map(agents), frameworks: new Map(frameworks) };
  for (const facts of tasks.values()) copy.tasks.set(facts);
  return copy;
}

/** The order of records is that of the changes. */
function sorted(node: ZoneNode | undefined): unknown {
  if (!node) return undefined;
  const services = node.services.map(({ port, target }) => `${port} ${target}`).sort();
  return { own: node.named, a: [...node.a].sort(), aaaa: [...node.aaaa].sort(), services };
}

type Step = (live: LiveZone) => void;

const ids = fc.constantFrom('a', 'b', 'c', 'A.b');
const addresses = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', 'odd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({
      id: ids,
      name: ids,
      agent: fc.constantFrom('S0', 'S1'),
      address: addresses,
      healthy: fc.boolean(),
    })
    .map(
      (r): Step =>
        (live) =>
          live.setTask(
            task(r.id, {
              ...{ name: r.name, agentId: r.agent, running: at(r.address, r.healthy), ports: [[1, 2]] },
              discovery:
                r.id === 'c' ? { name: r.name, ports: [{ number: 5, name: 'p', protocol: '' }] } : undefined,
            }),
          ),
    ),
  ids.map(
    (id): Step =>
      (live) =>
        live.removeTask(`f1 ${id}`),
  ),
  fc.tuple(fc.constantFrom('S0', 'S1'), fc.option(fc.constantFrom('10.0.0.3', 'host', 'other'))).map(
    ([id, host]): Step =>
      (live) =>
        live.setAgent(id, host === null ? undefined : { id, endpoint: { host, port: 5051 } }),
  ),
  fc.option(fc.constantFrom('marathon', 'a.marathon', 'leader')).map(
    (name): Step =>
      (live) =>
        live.setFramework('f1', name === null ? undefined : { id: 'f1', name, host: 'host', port: 9 }),
  ),
  fc.tuple(fc.constantFrom('host', 'other'), fc.subarray(['10.0.0.8', '10.0.0.9'])).map(
    ([host, hostAddresses]): Step =>
      (live) =>
        live.setHost(host, hostAddresses),
  ),
  fc.constantFrom('10.0.0.1', 'host').map(
    (host): Step =>
      (live) =>
        live.setLeader({ host, port: 5050 }),
  ),
  fc.subarray(['10.0.0.1', 'host', 'other']).map(
    (hosts): Step =>
      (live) =>
        live.setMasters(hosts.map((host) => ({ host, port: 5050 }))),
  ),
);

test.each(['mesos-dns', 'standard'] as const)(
  '%s: whatever happens, the zone is what it would be when built anew',
  (compat) => {
    const options = zoneOptions({ compat, healthy: true });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), (steps, split) => {
        const live = createLiveZone(options, () => undefined);
        const table = createTable();
        const hosts = new Map<string, readonly string[]>();
        let masters: Parameters<LiveZone['setMasters']>[0] = [];
        const watched: LiveZone = {
          ...live,
          setHost: (host, hostAddresses) => {
            hosts.set(host, hostAddresses);
            live.setHost(host, hostAddresses);
          },
          setMasters: (list) => {
            masters = list;
            live.setMasters(list);
          },
        };
        for (const [index, current] of steps.entries()) {
          current(watched);
          if (index % (split + 1) === 0) for (const change of live.takeChanges(1)) table.apply(change);
        }
        for (const change of live.takeChanges(2)) table.apply(change);
        const anew = createLiveZone(options, () => undefined);
        for (const [host, hostAddresses] of hosts) anew.setHost(host, hostAddresses);
        anew.setMasters(masters);
        anew.replace(copyOf(live.cluster));
        expect(printZone(live)).toBe(printZone(anew));
        const zone = table.zone();
        const nodes = [...nodesOf(anew)];
        // The original does not know names that only have others below them.
        for (const [name, node] of nodes)
          if (node.named || compat === 'standard') expect(sorted(zone?.node(name))).toEqual(sorted(node));
        expect(table.size()).toBe(nodes.filter(([, { named }]) => named).length);
        for (const name of ['_tcp.marathon.mesos', 'a.marathon.mesos', 'leader.mesos', 'slave.mesos'])
          if (!nodesOf(anew).has(name)) expect(zone?.node(name)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  },
);

test('one change of many tells of its own names only', () => {
  const { live, changes: first } = zoneOf(stateWith(...Array.from({ length: 500 }, () => ({}))));
  const table = createTable();
  const { zone } = table;
  for (const change of first) table.apply(change);
  const existing = [...live.cluster.tasks.values()][7];
  if (!existing) throw new Error('no task');
  live.setTask({ ...existing, running: at('10.7.7.7') });
  const changes = [...live.takeChanges(2)];
  expect(changes.map(({ fresh, last, entryNumbers }) => [fresh, last, entryNumbers.length])).toEqual([
    [false, true, 1],
  ]);
  const touched = changes.map((change) => table.apply(change))[0] ?? [];
  expect(touched).toContain('task7.marathon.mesos');
  expect([...touched].every((name) => name.includes('task7'))).toBe(true);
  expect(zone()?.node('task7.marathon.mesos')?.a).toEqual(['10.7.7.7']);
});

test('a fresh zone in parts replaces the old one with the last of them', () => {
  const parts = zoneOf(stateWith(...Array.from({ length: 600 }, () => ({})))).changes;
  expect(parts.length).toBeGreaterThan(1);
  const table = createTable();
  for (const change of zoneOf({ leader: 'master@10.0.0.7:5050' }).changes) table.apply(change);
  for (const part of parts.slice(0, -1)) expect(table.apply(part)).toBe('none');
  expect(table.zone()?.node('leader.mesos')?.a).toEqual(['10.0.0.7']);
  expect(table.apply(parts.at(-1) ?? parts[0] ?? fail())).toBe('all');
  expect(table.zone()?.node('leader.mesos')?.a).toEqual(['10.0.0.1']);
});

function fail(): never {
  throw new Error('no part');
}

test('unhealthy instances are left out, but never all of them', () => {
  const status = (address: string, healthy: boolean) => ({ statuses: [{ ...runningAt(address), healthy }] });
  const web = [status('10.1.0.1', true), status('10.1.0.2', false)].map((runningStatus) => ({
    name: 'web',
    ...runningStatus,
  }));
  const state = stateWith(...web, { name: 'unwell', ...status('10.1.0.3', false) });
  const zone = zoneFrom(zoneOf(state, { healthy: true }).changes);
  expect(zone.node('web.marathon.mesos')?.a).toEqual(['10.1.0.1']);
  expect(zone.node('_web._tcp.marathon.mesos')?.services).toHaveLength(1);
  expect(zone.node('unwell.marathon.mesos')?.a).toEqual(['10.1.0.3']);
  expect(zoneOf(state).zone.node('web.marathon.mesos')?.a).toEqual(['10.1.0.1', '10.1.0.2']);
});

test('the host names that are wanted are the same set until something with a host changes', () => {
  const { live } = zoneOf(stateWith({}));
  const hosts = live.hosts();
  live.setTask(task('x'));
  expect(live.hosts()).toBe(hosts);
  live.setAgent('S9', { id: 'S9', endpoint: { host: 'agent.example', port: 5051 } });
  expect([...live.hosts()].sort()).toEqual(['agent.example', 'host']);
  live.setFramework('f9', { id: 'f9', name: 'f9', host: 'fw.example', port: undefined });
  live.setLeader({ host: 'm.example', port: 5050 });
  live.setMasters([{ host: 'm2.example', port: 5050 }]);
  expect(live.hosts().size).toBe(5);
});

test('agents and frameworks that come and go leave nothing behind', () => {
  const { live, changes } = zoneOf(stateWith({}));
  const table = createTable();
  for (const change of changes) table.apply(change);
  const size = table.size();
  const entryNumbers = new Set<number>();
  for (let turn = 0; turn < 50; turn++) {
    const [agent, framework] = [`S${turn + 1}`, `g${turn}`];
    live.setAgent(agent, { id: agent, endpoint: { host: '10.0.9.9', port: 6000 + turn } });
    live.setFramework(framework, { id: framework, name: framework, host: '10.0.9.9', port: 1 });
    live.setTask(task(`t${turn}`, { key: `x ${turn}` }));
    for (const change of live.takeChanges(turn)) table.apply(change);
    live.setAgent(agent, undefined);
    live.setFramework(framework, undefined);
    live.removeTask(`x ${turn}`);
    for (const change of live.takeChanges(turn)) {
      for (const entryNumber of change.entryNumbers) entryNumbers.add(entryNumber);
      table.apply(change);
    }
  }
  expect(table.size()).toBe(size);
  expect(entryNumbers.size).toBe(3);
});

test('so many changes that one message would hold up the questions go out as a fresh zone', () => {
  const { live } = zoneOf(stateWith(...Array.from({ length: 6000 }, () => ({}))));
  live.setAgent('x-S0', { id: 'x-S0', endpoint: { host: '10.0.0.77', port: 5051 } });
  const changes = [...live.takeChanges(3)];
  expect(changes.every(({ fresh }) => fresh)).toBe(true);
  expect(changes.length).toBeGreaterThan(10);
  expect(zoneFrom(changes).node('task5999.marathon.slave.mesos')?.a).toEqual(['10.0.0.77']);
});

test('a raw name that is far too long is not kept, and no task has endless addresses', () => {
  const long = 'x'.repeat(100_000);
  const infos = Array.from({ length: 3000 }, (_, index) => ({
    ip_address: `10.7.${index >> 8}.${index & 255}`,
  }));
  const { live, notes } = zoneOf(
    stateWith(
      { discovery: { name: long, ports: { ports: [{ number: 1 }] } } },
      { name: 'many', statuses: [{ ...runningAt('10.0.0.1'), container_status: { network_infos: infos } }] },
    ),
  );
  const nodes = nodesOf(live);
  expect([...nodes.keys()].filter((name) => name.length > 300)).toEqual([]);
  expect(nodes.get(`${'x'.repeat(63)}.marathon.mesos`)?.named).toBe(true);
  expect(nodes.get('many.marathon.mesos')?.a).toHaveLength(1024);
  expect(notes.join()).toContain('a discovery name of 100000 characters');
});

test('a process that starts while a zone is on its way gets all of it', () => {
  const parts = zoneOf(stateWith(...Array.from({ length: 900 }, () => ({})))).changes;
  const [table, late] = [createTable(), createTable()];
  for (const change of zoneOf({ leader: 'master@10.0.0.7:5050' }).changes) table.apply(change);
  for (const part of parts.slice(0, 2)) table.apply(part);
  for (const part of table.parts()) late.apply(part);
  expect(late.zone()?.node('leader.mesos')?.a).toEqual(['10.0.0.7']);
  for (const part of parts.slice(2)) late.apply(part);
  expect(late.zone()?.node('leader.mesos')?.a).toEqual(['10.0.0.1']);
  expect(late.size()).toBe(zoneTable(parts).size());
});

function zoneTable(parts: Parameters<typeof zoneFrom>[0]) {
  const table = createTable();
  for (const part of parts) table.apply(part);
  return table;
}

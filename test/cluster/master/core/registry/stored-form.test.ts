import fc from 'fast-check';
import { decodeProtobuf, encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { machineKey } from '../../../../../cluster/master/core/registry/machines';
import { emptyRecord, type RegistryRecord } from '../../../../../cluster/master/core/registry/record';
import { loadRecord, writeRecord } from '../../../../../cluster/master/core/registry/stored-form';

const slave = (id: string) => ({ id: { value: id }, hostname: `${id}.test`, resources: [], attributes: [] });
const names = (prefix: string) =>
  fc.uniqueArray(
    fc.integer({ min: 0, max: 9 }).map((index) => `${prefix}${index}`),
    { maxLength: 4 },
  );

/** Registries as a master makes them: drains and deactivations belong to agents that are there. */
const registries = fc
  .record({
    agents: names('A'),
    unreachable: names('U'),
    gone: names('G'),
    roles: names('r'),
    machines: names('m'),
    since: fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }),
    drained: fc.boolean(),
    capabilities: fc.uniqueArray(fc.constantFrom('AGENT_DRAINING', 'QUOTA_V2')),
  })
  .map((parts): RegistryRecord => {
    const record = emptyRecord();
    for (const id of parts.agents) record.agents.set(id, slave(id));
    for (const [index, id] of parts.unreachable.entries()) record.unreachable.set(id, parts.since + index);
    for (const [index, id] of parts.gone.entries()) record.gone.set(id, parts.since + index);
    for (const id of [...parts.agents, ...parts.unreachable].slice(0, 2)) {
      record.deactivated.add(id);
      record.drains.set(id, {
        state: parts.drained ? 'DRAINED' : 'DRAINING',
        config: { mark_gone: parts.drained },
      });
    }
    for (const [index, role] of parts.roles.entries()) {
      record.weights.set(role, index + 0.5);
      record.quotas.set(role, {
        role,
        guarantees: { cpus: { value: index } },
        limits: { cpus: { value: 9 } },
      });
    }
    const machine_ids = parts.machines.map((hostname) => ({ hostname, ip: '10.0.0.1' }));
    const unavailability = { start: { nanoseconds: BigInt(parts.since) * 1_000_000n } };
    for (const id of machine_ids) record.machines.set(machineKey(id), { id, mode: 'DOWN', unavailability });
    record.schedules = machine_ids.length > 0 ? [{ windows: [{ machine_ids, unavailability }] }] : [];
    for (const capability of parts.capabilities) record.minimumCapabilities.add(capability);
    return record;
  });

/** In their order, to the millisecond: nanoseconds of today are more than a number holds exactly. */
function inMillis(times: ReadonlyMap<string, number>): [string, number][] {
  return [...times].map(([id, time]) => [id, Math.round(time)]);
}

test('a registry comes back from its bytes as it was, in its order', () => {
  fc.assert(
    fc.property(registries, (record) => {
      const bytes = encodeProtobuf('mesos.internal.Registry', writeRecord(record));
      const again = emptyRecord();
      loadRecord(again, decodeProtobuf('mesos.internal.Registry', bytes));
      expect({ ...again, agents: new Map(), unreachable: new Map(), gone: new Map() }).toMatchObject({
        ...record,
        agents: new Map(),
        unreachable: new Map(),
        gone: new Map(),
      });
      expect([...again.agents.keys()]).toEqual([...record.agents.keys()]);
      expect(inMillis(again.unreachable)).toEqual(inMillis(record.unreachable));
      expect(inMillis(again.gone)).toEqual(inMillis(record.gone));
    }),
  );
});

test('an agent without an id, which no master stores, is left out', () => {
  const record = emptyRecord();
  loadRecord(record, { slaves: { slaves: [{ info: { hostname: 'x', resources: [], attributes: [] } }] } });
  expect(record.agents.size).toBe(0);
});

import fc from 'fast-check';
import type { TaskEntry } from '../../../../dns/core/records/task-entry';
import { emitTask } from '../../../../dns/core/records/task-records';
import { expandEntry, expandNames, packRecords, packTask } from '../../../../dns/core/table/zone-entry';
import type { RecordSink } from '../../../../dns/core/zone/record-sink';

const raw = fc.oneof(fc.string(), fc.constantFrom('a\tb', 'a\nb', '\\', '', 'Liquor.Store'));
const clean = fc.constantFrom('tcp', 'http', 'a-b');
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1');
const entries: fc.Arbitrary<TaskEntry> = fc.record({
  ...{ unhealthy: fc.boolean(), framework: clean, labels: fc.array(raw, { minLength: 1, maxLength: 2 }) },
  ...{ ending: raw, addresses: fc.array(address), agentAddresses: fc.array(address) },
  ports: fc.constantFrom(
    [],
    [[1, 3]] as const,
    [
      [1, 1],
      [70_000, 70_001],
    ] as const,
  ),
  discovery: fc.option(
    fc.array(
      fc.record({
        port: fc.integer(),
        protocols: fc.array(clean, { minLength: 1, maxLength: 2 }),
        label: fc.constantFrom('', 'http'),
      }),
    ),
    { nil: undefined },
  ),
});

function listing(): { lines: string[]; sink: RecordSink & { unhealthy: RecordSink } } {
  const lines: string[] = [];
  const sink = (mark: string): RecordSink => ({
    address: (name, value) => void lines.push(`${mark}${name} ${value}`),
    service: (name, { port, target }) => void lines.push(`${mark}${name} ${port} ${target}`),
    exists: (name) => void lines.push(`${mark}${name}`),
  });
  return { lines, sink: { ...sink(''), unhealthy: sink('unhealthy ') } };
}

test.each(['mesos-dns', 'standard'] as const)(
  '%s: a packed entry expands to the records of the entry',
  (compat) => {
    fc.assert(
      fc.property(entries, (entry) => {
        const zone = { domain: 'mesos', compat };
        const [direct, packed] = [listing(), listing()];
        emitTask(zone, direct.sink, entry);
        expandEntry(zone, packTask(entry), packed.sink);
        const spelled = compat === 'standard' ? direct.lines.map((line) => line.toLowerCase()) : direct.lines;
        expect(packed.lines).toEqual(spelled);
      }),
      { numRuns: 500 },
    );
  },
);

test.each(['mesos-dns', 'standard'] as const)(
  '%s: the names that are shown are those of the records',
  (compat) => {
    fc.assert(
      fc.property(entries, (entry) => {
        const zone = { domain: 'mesos', compat };
        const [owners, names] = [new Set<string>(), new Set<string>()];
        const addOwner = (name: string): void => void owners.add(name);
        const sink = { address: addOwner, service: addOwner, exists: addOwner };
        expandEntry(zone, packTask(entry), { ...sink, unhealthy: sink });
        expandNames(zone, packTask(entry), (labels, suffix) => void names.add(`${labels}.${suffix}`));
        expect(names).toEqual(owners);
      }),
      { numRuns: 500 },
    );
  },
);

test('records that are written out are expanded as they were', () => {
  const entry = packRecords((sink) => {
    sink.address('leader.mesos', '10.0.0.1');
    sink.service('_leader._tcp.mesos', { port: 5050, target: 'leader.mesos' });
    sink.exists('master.mesos');
  });
  const { lines, sink } = listing();
  expandEntry({ domain: 'mesos', compat: 'mesos-dns' }, entry ?? '', sink);
  expect(lines).toEqual(['leader.mesos 10.0.0.1', '_leader._tcp.mesos 5050 leader.mesos', 'master.mesos']);
  const names = new Set<string>();
  expandNames(
    { domain: 'mesos', compat: 'standard' },
    entry ?? '',
    (...parts) => void names.add(parts.join('|')),
  );
  expect([...names]).toEqual(['leader.mesos|', '_leader._tcp.mesos|', 'master.mesos|']);
  expect(packRecords(() => undefined)).toBeUndefined();
});

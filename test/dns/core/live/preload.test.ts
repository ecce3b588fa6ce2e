import fc from 'fast-check';
import { createLiveZone, type LiveZone } from '../../../../dns/core/live/live-zone';
import { createStateReader } from '../../../../dns/core/read/state-json';
import { createTable, PART_ENTRIES } from '../../../../dns/core/table/zone-table';
import type { ZoneChange } from '../../../../dns/core/zone/zone';
import { nodesOf, runningAt, stateWith, zoneOptions } from '../../builders';

const silent = (): void => undefined;

/** Reads a document as the builder does, in chunks. What goes out ahead is added to `sent`. */
function load(live: LiveZone, text: string, sent: ZoneChange[], meanwhile = silent): void {
  const reader = createStateReader(
    silent,
    live.preload(1, (part) => void sent.push(part)),
  );
  const bytes = Buffer.from(text);
  const half = bytes.length >> 1;
  reader.feed(bytes.subarray(0, half));
  meanwhile();
  reader.feed(bytes.subarray(half));
  live.replace(reader.finish().cluster);
}

/** What stands at each name once all has gone out, with values in one order. */
function nodesSent(live: LiveZone, sent: readonly ZoneChange[]): string[] {
  const table = createTable();
  for (const change of sent) table.apply(change);
  return [...nodesOf(live).keys()].sort().map((name) => {
    const node = table.zone()?.node(name);
    const services = node?.services.map(({ port, target }) => `${port} ${target}`);
    return [name, ...[node?.a, node?.aaaa, services].map((values) => [...(values ?? [])].sort())].join(' ');
  });
}

interface Odd {
  readonly frameworksFirst: boolean;
  readonly nameLast: boolean;
  readonly agentTwice: boolean;
  readonly broken: boolean;
  readonly hostMoves: boolean;
  readonly taskMoves: boolean;
  readonly every: number;
}

/** A document with enough tasks for two parts, some of them odd. */
function documentOf(odd: Odd): string {
  const slaves = [
    { id: 'x-S0', pid: 'slave(1)@10.0.0.2:5051' },
    { id: 'x-S1', pid: 'slave(1)@host:5051' },
    ...(odd.agentTwice ? [{ id: 'x-S0', pid: 'slave(1)@10.0.0.9:5051' }] : []),
  ];
  const tasks = Array.from({ length: PART_ENTRIES * 2 + 50 }, (_, index) => ({
    id: `t${index % 840}`,
    name: `web-${index % 300}`,
    slave_id: index % odd.every === 1 ? 'late' : `x-S${index % 2}`,
    state: index % odd.every === 2 ? 'TASK_STAGING' : 'TASK_RUNNING',
    statuses: index % 3 === 0 ? [] : [runningAt(`10.2.0.${index % 250}`)],
    resources: { ports: `[${31_000 + index}-${31_000 + index}]` },
  }));
  const framework = odd.nameLast
    ? { id: 'f1', tasks, name: 'marathon' }
    : { id: 'f1', name: 'marathon', tasks };
  const late = { id: 'late', pid: 'slave(1)@10.0.0.7:5051' };
  const lists = odd.frameworksFirst
    ? { frameworks: [framework], slaves: [...slaves, late] }
    : { slaves: odd.every % 2 ? slaves : [...slaves, late], frameworks: [framework] };
  return JSON.stringify({ leader: 'master@10.0.0.1:5050', ...lists });
}

test('a zone whose first parts go out while the state is read is what it is without', () => {
  const oddities = fc.record({
    ...{ frameworksFirst: fc.boolean(), nameLast: fc.boolean(), agentTwice: fc.boolean() },
    ...{ broken: fc.boolean(), hostMoves: fc.boolean(), taskMoves: fc.boolean() },
    every: fc.integer({ min: 3, max: 40 }),
  });
  fc.assert(
    fc.property(oddities, (odd) => {
      const text = documentOf(odd);
      const live = createLiveZone(zoneOptions(), silent);
      const sent: ZoneChange[] = [];
      live.setHost('host', ['10.0.3.3']);
      if (odd.broken) expect(() => load(live, text.slice(0, -20), sent)).toThrow('ends early');
      load(live, text, sent, () => odd.hostMoves && live.setHost('host', ['10.0.3.4']));
      const moved = [...live.cluster.tasks.values()][5];
      if (odd.taskMoves && moved) {
        live.setTask({ ...moved, state: 'TASK_FAILED' });
        live.setHost('host', ['10.0.3.5']);
      }
      sent.push(...live.takeChanges(2));
      expect(sent.filter(({ last }) => last)).toHaveLength(1);
      const all = createLiveZone(zoneOptions(), silent);
      all.setHost('host', odd.taskMoves ? ['10.0.3.5'] : odd.hostMoves ? ['10.0.3.4'] : ['10.0.3.3']);
      const reader = createStateReader(silent);
      reader.feed(Buffer.from(text));
      all.replace(reader.finish().cluster);
      if (odd.taskMoves && moved) all.setTask({ ...moved, state: 'TASK_FAILED' });
      expect(nodesSent(live, sent)).toEqual(nodesSent(all, [...all.takeChanges(2)]));
    }),
    { numRuns: 25 },
  );
});

const many = Array.from({ length: PART_ENTRIES * 3 + 10 }, () => ({}));

test('nearly all of an ordinary state has gone out before its end', () => {
  const live = createLiveZone(zoneOptions(), silent);
  const sent: ZoneChange[] = [];
  load(live, JSON.stringify(stateWith(...many)), sent);
  expect(sent.map(({ fresh, first, last }) => [fresh, first, last])).toEqual([
    [true, true, false],
    [true, false, false],
    [true, false, false],
  ]);
  const rest = [...live.takeChanges(1)];
  expect(rest.map(({ fresh, first, last }) => [fresh, first, last])).toEqual([[true, false, true]]);
  expect(rest[0]?.entryNumbers.length).toBeLessThan(20);
});

test('once a zone has gone out nothing goes out ahead', () => {
  const live = createLiveZone(zoneOptions(), silent);
  const text = JSON.stringify(stateWith(...many));
  load(live, text, []);
  expect([...live.takeChanges(1)]).toHaveLength(1);
  expect(live.preload(2, silent)).toBeUndefined();
  load(live, text, []);
  expect([...live.takeChanges(2)]).toHaveLength(0);
});

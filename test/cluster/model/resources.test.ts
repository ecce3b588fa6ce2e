import fc from 'fast-check';
import {
  addResources,
  allocateTo,
  containsResources,
  equalResources,
  milliOf,
  NO_RESOURCES,
  printResources,
  type Resources,
  rangesOf,
  readResources,
  reservedRole,
  scalarOf,
  subtractResources,
  unallocated,
  type WireResource,
  writeLegacyResources,
  writeResources,
} from '../../../cluster/model/resources';

const reserved = (role: string, type: 'STATIC' | 'DYNAMIC' = 'STATIC') => ({
  reservations: [{ type, role }],
});
const scalar = (name: string, value: number, rest: object = {}): WireResource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  ...rest,
});
const ports = (begin: number, end: number, rest: object = {}): WireResource => ({
  name: 'ports',
  type: 'RANGES',
  ranges: { range: [{ begin, end }] },
  ...rest,
});

const rest = fc.constantFrom({}, reserved('web'), reserved('db', 'DYNAMIC'));
const wire: fc.Arbitrary<WireResource> = fc.oneof(
  fc
    .tuple(fc.constantFrom('cpus', 'mem', 'disk'), fc.integer({ min: 0, max: 100_000 }), rest)
    .map(([name, milli, other]) => scalar(name, milli / 1000, other)),
  fc
    .tuple(fc.integer({ min: 1000, max: 1100 }), fc.integer({ min: 0, max: 20 }), rest)
    .map(([begin, more, other]) => ports(begin, begin + more, other)),
  fc
    .tuple(fc.subarray(['sda', 'sdb', 'sdc']), rest)
    .map(([item, other]): WireResource => ({ name: 'disks', type: 'SET', set: { item }, ...other })),
);
const resources = fc.array(wire, { maxLength: 10 }).map(readResources);
/** Resources with nothing that is in the others: ranges and sets of one agent are in one place only. */
const scalars = fc
  .array(fc.tuple(fc.constantFrom('cpus', 'mem'), fc.integer({ min: 0, max: 9999 }), rest), { maxLength: 6 })
  .map((all) => readResources(all.map(([name, milli, other]) => scalar(name, milli / 1000, other))));

describe('resources', () => {
  it('give back what was there when the same is added and subtracted', () => {
    fc.assert(
      fc.property(resources, scalars, (left, right) => {
        expect(subtractResources(addResources(left, right), right)).toEqual(left);
      }),
    );
  });

  it('give back what was there when a part is subtracted and added', () => {
    fc.assert(
      fc.property(resources, resources, (left, right) => {
        fc.pre(containsResources(left, right));
        expect(addResources(subtractResources(left, right), right)).toEqual(left);
      }),
    );
    const all = readResources([scalar('cpus', 4), ports(1, 10)]);
    const part = readResources([scalar('cpus', 1.5), ports(3, 4)]);
    expect(addResources(subtractResources(all, part), part)).toEqual(all);
  });

  it('contain themselves, each of two added, and nothing', () => {
    fc.assert(
      fc.property(resources, resources, (left, right) => {
        const both = addResources(left, right);
        expect(containsResources(both, left)).toBe(true);
        expect(containsResources(both, right)).toBe(true);
        expect(equalResources(both, addResources(right, left))).toBe(true);
        expect(containsResources(left, NO_RESOURCES)).toBe(true);
      }),
    );
  });

  it('are nothing when all is subtracted', () => {
    fc.assert(fc.property(resources, (all) => expect(subtractResources(all, all)).toEqual(NO_RESOURCES)));
  });

  it.each<[string, WireResource[], WireResource[], boolean]>([
    ['as much', [scalar('cpus', 1)], [scalar('cpus', 1)], true],
    ['a thousandth more', [scalar('cpus', 1)], [scalar('cpus', 1.001)], false],
    ['of another role', [scalar('cpus', 1)], [scalar('cpus', 1, reserved('web'))], false],
    ['of another name', [scalar('cpus', 1)], [scalar('gpus', 1)], false],
    ['ports inside', [ports(1, 9)], [ports(2, 3)], true],
    ['ports across the end', [ports(1, 9)], [ports(9, 10)], false],
    ['of another type', [scalar('ports', 10)], [ports(1, 1)], false],
  ])('know whether they contain %s', (_name, outer, inner, expected) => {
    expect(containsResources(readResources(outer), readResources(inner))).toBe(expected);
  });

  it('keep three decimals, so that tenths add up exactly', () => {
    const tenth = readResources([scalar('cpus', 0.1)]);
    const sum = Array.from({ length: 10 }).reduce<Resources>((all) => addResources(all, tenth), []);
    expect(writeResources(sum)).toEqual([scalar('cpus', 1)]);
    expect(milliOf(readResources([scalar('cpus', 0.0004)]), 'cpus')).toBe(0);
    expect(scalarOf(readResources([scalar('cpus', 0.0006)]), 'cpus')).toBe(0.001);
  });

  it('have no empty pieces', () => {
    const empty: WireResource[] = [
      scalar('cpus', 0),
      { name: 'ports', type: 'RANGES', ranges: {} },
      { name: 'disks', type: 'SET' },
    ];
    expect(readResources(empty)).toEqual(NO_RESOURCES);
    expect(readResources(undefined)).toEqual(NO_RESOURCES);
  });

  it('count a name over all roles', () => {
    const all = readResources([
      scalar('cpus', 1),
      scalar('cpus', 2, reserved('web')),
      ports(1, 2),
      ports(3, 4, reserved('web')),
    ]);
    expect(scalarOf(all, 'cpus')).toBe(3);
    expect(rangesOf(all, 'ports')).toEqual([[1, 4]]);
    expect(scalarOf(all, 'ports')).toBe(0);
  });

  it('are marked as allocated and unmarked again', () => {
    fc.assert(
      fc.property(resources, (all) => {
        const marked = allocateTo(all, 'web');
        expect(marked.every((resource) => 'allocation_info' in resource.meta)).toBe(true);
        expect(unallocated(marked)).toEqual(all);
      }),
    );
  });

  it('are the same volume wherever it is mounted and whoever made it, and another one by its id', () => {
    const volume = (id: string, container_path: string, principal?: string): WireResource =>
      scalar('disk', 10, {
        ...reserved('db'),
        disk: {
          persistence: { id, ...(principal && { principal }) },
          volume: { container_path, mode: 'RW' },
        },
      });
    const volumes = readResources([volume('v', 'data', 'ops')]);
    expect(equalResources(volumes, readResources([volume('v', 'logs')]))).toBe(true);
    expect(containsResources(volumes, readResources([volume('w', 'data', 'ops')]))).toBe(false);
    expect(subtractResources(volumes, readResources([volume('v', 'logs')]))).toEqual([]);
  });

  it('are the same reservation in whatever order its labels stand', () => {
    const labelled = (...labels: { key: string; value?: string }[]): Resources =>
      readResources([
        scalar('cpus', 1, { reservations: [{ type: 'DYNAMIC', role: 'web', labels: { labels } }] }),
      ]);
    const a = { key: 'a', value: '1' };
    const b = { key: 'b' };
    expect(equalResources(labelled(a, b), labelled({ key: 'b', value: '' }, a))).toBe(true);
    expect(equalResources(labelled(a), labelled(a, b))).toBe(false);
    expect(equalResources(labelled(a), labelled({ key: 'a', value: '2' }))).toBe(false);
  });

  it('are printed with the role of what is reserved', () => {
    const all = readResources([
      scalar('mem', 512.5),
      ports(31000, 31001, reserved('web')),
      { name: 'disks', type: 'SET', set: { item: ['b', 'a'] } },
    ]);
    expect(printResources(all).split('; ').sort()).toEqual([
      'disks:{a, b}',
      'mem:512.5',
      'ports(web):[31000-31001]',
    ]);
  });
});

describe('resources on the wire', () => {
  it('come back as they were written, in the new form and in the old', () => {
    fc.assert(
      fc.property(resources, (all) => {
        expect(readResources(writeResources(all))).toEqual(all);
        expect(readResources(writeLegacyResources(all))).toEqual(all);
      }),
    );
  });

  const labels = { labels: [{ key: 'rack', value: '1' }] };
  it.each<[string, WireResource, WireResource]>([
    ['unreserved', scalar('cpus', 1, { role: '*' }), scalar('cpus', 1)],
    ['static', scalar('cpus', 1, { role: 'web' }), scalar('cpus', 1, reserved('web'))],
    [
      'dynamic, with who asked for it',
      scalar('cpus', 1, { role: 'web', reservation: { principal: 'ops', labels } }),
      scalar('cpus', 1, {
        reservations: [{ type: 'DYNAMIC', role: 'web', principal: 'ops', labels }],
      }),
    ],
  ])('have an old form and a new one: %s', (_name, old, upgraded) => {
    expect(writeResources(readResources([old]))).toEqual([upgraded]);
    expect(writeLegacyResources(readResources([upgraded]))).toEqual([old]);
  });

  it('combine whether they came in the old form or the new', () => {
    const both = readResources([
      scalar('cpus', 1, { role: 'web' }),
      scalar('cpus', 2, reserved('web')),
      scalar('cpus', 4, { role: '*' }),
    ]);
    expect(both.map((resource) => [reservedRole(resource), resource.amount])).toEqual(
      expect.arrayContaining([
        ['web', { type: 'SCALAR', milli: 3000 }],
        ['*', { type: 'SCALAR', milli: 4000 }],
      ]),
    );
    expect(both).toHaveLength(2);
  });

  it('take ports as bigint and do not care about the order of members', () => {
    const big = readResources([
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 5n, end: 6n }] } },
    ]);
    expect(rangesOf(big, 'ports')).toEqual([[5, 6]]);
    const disk = (value: object): WireResource => scalar('disk', 1, { disk: value });
    const same = readResources([disk({ a: 1, b: 2 }), disk({ b: 2, a: 1 })]);
    expect(same).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { walk } from '../../../../../cluster/master/core/allocator/fair-order';
import {
  addUsage,
  clientOf,
  dominantShare,
  emptyTree,
  type RoleTree,
  setActive,
  sortQueues,
} from '../../../../../cluster/master/core/allocator/role-tree';
import { randomFrom } from '../../../../../cluster/model/random';
import { readResources } from '../../../../../cluster/model/resources';

interface Entry {
  readonly role: string;
  readonly id: string;
  readonly wants: boolean;
  readonly cpus: number;
  readonly mem: number;
  times: number;
}

const LOTS = { random: randomFrom(1), roles: false, frameworks: false };
const WEIGHTS = new Map([
  ['a', 2],
  ['a/b', 3],
]);

/** The same order the slow way: at each level of the tree everybody sorted anew. */
function sorted(entries: readonly Entry[], prefix = ''): string[] {
  const below = entries.filter(
    ({ role }) => prefix === '' || role === prefix || role.startsWith(`${prefix}/`),
  );
  const depth = prefix === '' ? 0 : prefix.split('/').length;
  const groups = new Map<string, Entry[]>();
  for (const entry of below) {
    const name = entry.role === prefix ? '.' : (entry.role.split('/')[depth] ?? '');
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const ranked = [...groups].map(([name, members]) => {
    const path = name === '.' ? undefined : prefix === '' ? name : `${prefix}/${name}`;
    const weight = path === undefined ? 1 : (WEIGHTS.get(path) ?? 1);
    return { name, path, members, share: shareOf(members) / weight, times: timesOf(members) };
  });
  ranked.sort(byRank);
  return ranked.flatMap(({ path, members }) => {
    if (path !== undefined) return sorted(members, path);
    const own = members.map((one) => ({ ...one, name: one.id, share: shareOf([one]) })).sort(byRank);
    return own.filter(({ wants }) => wants).map(({ role, id }) => `${role} ${id}`);
  });
}

function byRank(
  a: { share: number; times: number; name: string },
  b: { share: number; times: number; name: string },
): number {
  return a.share - b.share || a.times - b.times || (a.name < b.name ? -1 : 1);
}

const timesOf = (members: readonly Entry[]): number => members.reduce((sum, { times }) => sum + times, 0);

function shareOf(members: readonly Entry[]): number {
  const sum = (name: 'cpus' | 'mem'): number => members.reduce((all, one) => all + one[name], 0);
  return Math.max(sum('cpus') / 40, sum('mem') / 30);
}

function treeOf(entries: readonly Entry[]): RoleTree {
  const tree = emptyTree();
  tree.total.set('cpus', 40_000).set('mem', 30_000);
  tree.weights = WEIGHTS;
  for (const entry of entries) {
    const client = clientOf(tree, entry.id, entry.role);
    for (let left = entry.times; left > 0; left--) addUsage(tree, client, 'S', { resources: [], sign: 1 });
    give(tree, entry);
    setActive(tree, client, entry.wants);
  }
  return tree;
}

function give(tree: RoleTree, { id, role, cpus, mem }: Entry): void {
  const resources = readResources([
    { name: 'cpus', type: 'SCALAR', scalar: { value: cpus } },
    { name: 'mem', type: 'SCALAR', scalar: { value: mem } },
  ]);
  addUsage(tree, clientOf(tree, id, role), 'S', { resources, sign: 1 });
}

function shown(tree: RoleTree): string[] {
  const seen: string[] = [];
  sortQueues(tree);
  walk(
    tree,
    {
      concerns: () => true,
      visit: ({ name, role }) => {
        seen.push(`${role} ${name}`);
        return 'next';
      },
    },
    LOTS,
  );
  return seen;
}

const entries = fc
  .uniqueArray(
    fc.record({
      role: fc.constantFrom('*', 'a', 'a/b', 'a/b/c', 'a/d', 'e/f', 'web'),
      id: fc.constantFrom('f0', 'f1', 'f2', 'f3'),
      wants: fc.boolean(),
      cpus: fc.integer({ min: 0, max: 4 }),
      mem: fc.integer({ min: 0, max: 4 }),
      times: fc.integer({ min: 0, max: 2 }),
    }),
    { selector: ({ role, id }) => `${role} ${id}`, maxLength: 16 },
  )
  .map((all) => all.map((one) => ({ ...one })));

test('roles and frameworks come in the order of a plain sort at each level, before and after an allocation', () => {
  fc.assert(
    fc.property(entries, fc.nat(), (all, number) => {
      const tree = treeOf(all);
      const counted = all.map((one) => ({ ...one, times: one.times + 1 }));
      expect(shown(tree)).toEqual(sorted(counted));
      const taker = counted[number % Math.max(1, counted.length)];
      if (!taker) return;
      give(tree, { ...taker, cpus: 2, mem: 1 });
      const after = counted.map((one) =>
        one === taker ? { ...one, cpus: one.cpus + 2, mem: one.mem + 1, times: one.times + 1 } : one,
      );
      expect(shown(tree)).toEqual(sorted(after));
    }),
    { numRuns: 500 },
  );
});

test('a queue is complete after an interrupted walk', () => {
  const all = ['*', 'a', 'a/b'].map((role, index) => ({
    role,
    id: `f${index}`,
    wants: true,
    cpus: index,
    mem: 1,
    times: 0,
  }));
  const tree = treeOf(all);
  const before = shown(tree);
  walk(tree, { concerns: () => true, visit: () => 'done' }, LOTS);
  expect(shown(tree)).toEqual(before);
});

test('excluded resource names do not count for a share', () => {
  const tree = treeOf([]);
  const use = new Map([
    ['cpus', 4000],
    ['mem', 15_000],
  ]);
  expect(dominantShare(tree, use)).toBe(0.5);
  tree.excluded = new Set(['mem']);
  expect(dominantShare(tree, use)).toBe(0.1);
});

test('the random sorter visits each client once, and those of more weight more often first', () => {
  const tree = treeOf(
    ['light', 'a'].map((role) => ({ role, id: 'f0', wants: true, cpus: 1, mem: 1, times: 0 })),
  );
  const firsts = new Map<string, number>();
  const sorters = { random: randomFrom(7), roles: true, frameworks: true };
  for (let round = 0; round < 3000; round++) {
    const seen: string[] = [];
    const visit = ({ role }: { role: string }): 'next' => {
      seen.push(role);
      return 'next';
    };
    walk(tree, { concerns: () => true, visit }, sorters);
    expect([...seen].sort()).toEqual(['a', 'light']);
    firsts.set(seen[0] ?? '', (firsts.get(seen[0] ?? '') ?? 0) + 1);
  }
  expect((firsts.get('a') ?? 0) / (firsts.get('light') ?? 1)).toBeGreaterThan(1.7);
  expect((firsts.get('a') ?? 0) / (firsts.get('light') ?? 1)).toBeLessThan(2.35);
});

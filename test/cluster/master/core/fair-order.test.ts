import fc from 'fast-check';
import { dominantShare, fairOrder, visit } from '../../../../cluster/master/core/allocator/fair-order';
import {
  type AllocatorState,
  emptyAllocator,
  setFramework,
} from '../../../../cluster/master/core/allocator/state';

/** The same order the slow way: everybody sorted anew. */
function sorted(state: AllocatorState): string[] {
  const roleShare = new Map<string, Map<string, number>>();
  for (const { allocated } of state.frameworks.values()) {
    for (const [role, scalars] of allocated) {
      const sums = roleShare.get(role) ?? new Map<string, number>();
      for (const [name, milli] of scalars) sums.set(name, (sums.get(name) ?? 0) + milli);
      roleShare.set(role, sums);
    }
  }
  const all = [...state.frameworks.values()]
    .filter(({ active }) => active)
    .flatMap((framework) =>
      framework.roles.filter((role) => !framework.suppressed.has(role)).map((role) => ({ framework, role })),
    );
  const key = ({ framework, role }: (typeof all)[number]): [number, string, number, string] => [
    dominantShare(state.total, roleShare.get(role)),
    role,
    dominantShare(state.total, framework.allocated.get(role)),
    framework.id,
  ];
  all.sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    const at = left.findIndex((part, index) => part !== right[index]);
    return at < 0 ? 0 : (left[at] ?? 0) < (right[at] ?? 0) ? -1 : 1;
  });
  return all.map(({ framework, role }) => `${role} ${framework.id}`);
}

const framework = fc.record({
  active: fc.boolean(),
  roles: fc.uniqueArray(fc.constantFrom('*', 'web', 'batch'), { minLength: 1 }),
  suppressed: fc.uniqueArray(fc.constantFrom('*', 'web', 'batch')),
  cpus: fc.integer({ min: 0, max: 5 }),
  mem: fc.integer({ min: 0, max: 5 }),
});

test('the heaps show everybody in the order of a plain sort, before and after somebody took something', () => {
  fc.assert(
    fc.property(
      fc.array(framework, { maxLength: 12 }),
      fc.integer({ min: 0, max: 11 }),
      (frameworks, taker) => {
        const state = emptyAllocator();
        state.total.set('cpus', 40).set('mem', 30);
        for (const [index, { active, roles, suppressed, cpus, mem }] of frameworks.entries()) {
          const id = `f${String(index).padStart(2, '0')}`;
          setFramework(state, id, { active, roles, suppressed: new Set(suppressed) });
          state.frameworks.get(id)?.allocated.set(
            roles[0] ?? '*',
            new Map([
              ['cpus', cpus],
              ['mem', mem],
            ]),
          );
        }
        const order = fairOrder(state);
        const walk = (takes: number): string[] => {
          const seen: string[] = [];
          visit(order, ({ framework: one, role }) => {
            seen.push(`${role} ${one.id}`);
            if (seen.length - 1 !== takes) return { taken: undefined, done: false };
            const had = one.allocated.get(role) ?? new Map<string, number>();
            one.allocated.set(role, new Map([...had, ['cpus', (had.get('cpus') ?? 0) + 7]]));
            return { taken: new Map([['cpus', 7]]), done: false };
          });
          return seen;
        };
        const before = sorted(state);
        expect(walk(taker)).toEqual(before);
        expect(walk(-1)).toEqual(sorted(state));
      },
    ),
  );
});

/**
 * What dominant resource fairness promises, on one agent that frameworks fill task by task, against a plain
 * progressive filling.
 */

import fc from 'fast-check';
import { addAgent } from '../../../../../cluster/master/core/allocator/agents';
import { recoverResources } from '../../../../../cluster/master/core/allocator/allocated';
import { allocate } from '../../../../../cluster/master/core/allocator/allocation-run';
import { setFramework } from '../../../../../cluster/master/core/allocator/frameworks';
import { type AllocatorState, emptyAllocator } from '../../../../../cluster/master/core/allocator/state';
import { setWeights } from '../../../../../cluster/master/core/allocator/weights-and-quotas';
import { randomFrom } from '../../../../../cluster/model/random';
import {
  containsResources,
  type Resources,
  readResources,
  subtractResources,
} from '../../../../../cluster/model/resources';

interface Demand {
  readonly cpus: number;
  readonly mem: number;
}

const TOTAL = { cpus: 100, mem: 100 };

function resourcesOf({ cpus, mem }: Demand): Resources {
  return readResources([
    { name: 'cpus', type: 'SCALAR', scalar: { value: cpus } },
    { name: 'mem', type: 'SCALAR', scalar: { value: mem } },
  ]);
}

const nameOf = (index: number): string => `f${String(index).padStart(2, '0')}`;

/** Everybody launches tasks of its demand as long as it gets offers they fit in. The number of tasks of each. */
function fill(demands: readonly Demand[], weights: readonly number[]): number[] {
  const state = emptyAllocator();
  state.options = { ...state.options, minima: [] };
  addAgent(state, { id: 'S', total: resourcesOf(TOTAL) });
  setWeights(state, new Map(weights.map((weight, index) => [`r${index}`, weight])));
  for (const index of demands.keys()) join(state, index, true);
  const counts = demands.map(() => 0);
  for (let turn = 0; turn < 1000; turn++) {
    const [made] = allocate(state, randomFrom(turn), turn);
    if (!made) break;
    const index = Number(made.frameworkId.slice(1));
    const task = resourcesOf(demands[index] ?? TOTAL);
    const fits = containsResources(made.resources, task);
    recoverResources(state, made, fits ? subtractResources(made.resources, task) : made.resources);
    if (fits) counts[index] = (counts[index] ?? 0) + 1;
    else join(state, index, false);
  }
  return counts;
}

function join(state: AllocatorState, index: number, active: boolean): void {
  setFramework(state, nameOf(index), { active, roles: [`r${index}`], suppressed: new Set() });
}

const most = ({ cpus, mem }: Demand): number => Math.max(cpus / TOTAL.cpus, mem / TOTAL.mem);

/** The textbook: the least share gets its next task, until it does not fit; then that one is out. */
function progressiveFilling(demands: readonly Demand[], weights: readonly number[]): number[] {
  const counts = demands.map(() => 0);
  const chosen = demands.map(() => 0);
  const left = { ...TOTAL };
  const open = new Set(demands.keys());
  while (open.size > 0) {
    const key = (index: number): [number, number] => [
      ((counts[index] ?? 0) * most(demands[index] ?? TOTAL)) / (weights[index] ?? 1),
      chosen[index] ?? 0,
    ];
    const [next = 0] = [...open].sort((a, b) => {
      const [[shareA, timesA], [shareB, timesB]] = [key(a), key(b)];
      return Math.abs(shareA - shareB) > 1e-12 ? shareA - shareB : timesA - timesB || a - b;
    });
    chosen[next] = (chosen[next] ?? 0) + 1;
    const demand = demands[next] ?? TOTAL;
    if (demand.cpus > left.cpus || demand.mem > left.mem) open.delete(next);
    else {
      counts[next] = (counts[next] ?? 0) + 1;
      left.cpus -= demand.cpus;
      left.mem -= demand.mem;
    }
  }
  return counts;
}

const demand = fc.record({ cpus: fc.integer({ min: 1, max: 10 }), mem: fc.integer({ min: 1, max: 10 }) });
const demands = fc.array(demand, { minLength: 1, maxLength: 5 });
const equal = (all: readonly unknown[]): number[] => all.map(() => 1);

test('the allocator fills as progressive filling does, with and without weights', () => {
  const weighted = demands.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.array(fc.constantFrom(1, 2, 4), { minLength: all.length, maxLength: all.length }),
    ),
  );
  fc.assert(
    fc.property(weighted, ([all, weights]) => {
      expect(fill(all, weights)).toEqual(progressiveFilling(all, weights));
    }),
    { numRuns: 300 },
  );
});

test('no framework has less than its part of the cluster, up to a task each (sharing incentive)', () => {
  fc.assert(
    fc.property(demands, (all) => {
      const counts = fill(all, equal(all));
      const slack = 2 * Math.max(...all.map(most));
      for (const [index, one] of all.entries())
        expect((counts[index] ?? 0) * most(one) + slack).toBeGreaterThanOrEqual(1 / all.length - 1e-9);
    }),
    { numRuns: 200 },
  );
});

test('no resources are left that a framework could use (Pareto efficiency)', () => {
  fc.assert(
    fc.property(demands, (all) => {
      const counts = fill(all, equal(all));
      const used = (name: 'cpus' | 'mem'): number =>
        all.reduce((sum, one, index) => sum + one[name] * (counts[index] ?? 0), 0);
      const left = { cpus: TOTAL.cpus - used('cpus'), mem: TOTAL.mem - used('mem') };
      for (const one of all) expect(one.cpus <= left.cpus && one.mem <= left.mem).toBe(false);
    }),
    { numRuns: 200 },
  );
});

test('no framework could run more with the resources of another one, up to one task (envy-freeness)', () => {
  fc.assert(
    fc.property(demands, (all) => {
      const counts = fill(all, equal(all));
      for (const [index, own] of all.entries()) {
        for (const [other, theirs] of all.entries()) {
          // What the other had before its last task: then its share was at most ours, or ours had ended.
          const tasks = Math.max(0, (counts[other] ?? 0) - 1);
          const possible = Math.min((theirs.cpus * tasks) / own.cpus, (theirs.mem * tasks) / own.mem);
          if (!couldGoOn(all, counts, index)) continue;
          expect(Math.floor(possible)).toBeLessThanOrEqual((counts[index] ?? 0) + 1);
        }
      }
    }),
    { numRuns: 200 },
  );
});

/** Whether a framework stopped because the cluster was full for everybody, not for its large tasks alone. */
function couldGoOn(all: readonly Demand[], counts: readonly number[], index: number): boolean {
  const own = all[index] ?? TOTAL;
  const shares = all.map((one, at) => (counts[at] ?? 0) * most(one));
  return Math.max(...shares) <= (shares[index] ?? 0) + most(own) + Math.max(...all.map(most));
}

test('a framework that asks for more than it needs gains no more than a task (strategy-proofness)', () => {
  const lie = fc.record({ cpus: fc.integer({ min: 0, max: 5 }), mem: fc.integer({ min: 0, max: 5 }) });
  fc.assert(
    fc.property(demands, lie, (all, more) => {
      const [own] = all;
      if (!own) return;
      const honest = fill(all, equal(all))[0] ?? 0;
      const asked = { cpus: own.cpus + more.cpus, mem: own.mem + more.mem };
      const [got = 0] = fill([asked, ...all.slice(1)], equal(all));
      const slack = 1 + Math.ceil(most(asked) / most(own));
      expect(got).toBeLessThanOrEqual(honest + slack);
    }),
    { numRuns: 200 },
  );
});

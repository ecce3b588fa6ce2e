import fc from 'fast-check';
import { addAgent, allocatedOf } from '../../../../../cluster/master/core/allocator/agents';
import { recoverResources } from '../../../../../cluster/master/core/allocator/allocated';
import { type Allocation, allocate } from '../../../../../cluster/master/core/allocator/allocation-run';
import { type FrameworkFacts, PLAIN_FRAMEWORK } from '../../../../../cluster/master/core/allocator/facts';
import { setFramework } from '../../../../../cluster/master/core/allocator/frameworks';
import { consumedBy } from '../../../../../cluster/master/core/allocator/quota-use';
import { type AllocatorState, emptyAllocator } from '../../../../../cluster/master/core/allocator/state';
import { setQuota } from '../../../../../cluster/master/core/allocator/weights-and-quotas';
import { PLAIN_AGENT } from '../../../../../cluster/master/core/offer-constraints/agent-facts';
import { randomFrom } from '../../../../../cluster/model/random';
import {
  combine,
  printResources,
  type Resource,
  type ResourceMeta,
  type Resources,
  resourceOf,
} from '../../../../../cluster/model/resources';

const scalar = (name: string, value: number, rest: ResourceMeta = {}): Resource =>
  resourceOf(name, { type: 'SCALAR', milli: value * 1000 }, rest);
const reserved = (...roles: string[]): ResourceMeta => ({
  reservations: roles.map((role) => ({ type: 'DYNAMIC', role })),
});
const ports = resourceOf('ports', { type: 'RANGES', ranges: [[31_000, 32_000]] });

function agentWith(...resources: Resource[]): AllocatorState {
  const state = emptyAllocator();
  addAgent(state, { id: 'S', total: combine(resources) });
  return state;
}

function framework(
  state: AllocatorState,
  id: string,
  roles: string[],
  can: Partial<FrameworkFacts> = {},
): void {
  const facts = { ...PLAIN_FRAMEWORK, multiRole: true, ...can };
  setFramework(state, id, { active: true, roles, suppressed: new Set(), facts });
}

function run(state: AllocatorState): string[] {
  return allocate(state, randomFrom(1), 0).map(print);
}

const print = ({ frameworkId, role, resources }: Allocation): string =>
  `${frameworkId} ${role} ${printResources(resources)}`;

test('reservations are offered to their role and those below it, the rest to everybody', () => {
  const state = agentWith(
    scalar('cpus', 1),
    scalar('cpus', 2, reserved('web')),
    scalar('mem', 100, reserved('db')),
  );
  framework(state, 'a', ['batch']);
  framework(state, 'b', ['web/front'], { refined: true });
  expect(run(state)).toEqual(['a batch cpus:1', 'b web/front cpus(web):2']);
  framework(state, 'c', ['db']);
  expect(run(state)).toEqual(['c db mem(db):100']);
});

test('refined reservations and revocable resources are offered only to frameworks with the capability', () => {
  const state = agentWith(
    scalar('cpus', 1, reserved('web', 'web/front')),
    scalar('cpus', 2, { revocable: {} }),
    scalar('cpus', 4),
  );
  framework(state, 'plain', ['web/front']);
  expect(run(state)).toEqual(['plain web/front cpus:4']);
  framework(state, 'refined', ['web/front'], { refined: true });
  expect(run(state)).toEqual(['refined web/front cpus(web/front):1']);
  framework(state, 'revocable', ['web'], { revocable: true });
  expect(run(state)).toEqual(['revocable web cpus{REV}:2']);
});

test('a shared volume is offered to frameworks with the capability while others have it', () => {
  const disk = { persistence: { id: 'v' }, volume: { container_path: 'p', mode: 'RW' as const } };
  const state = agentWith(
    scalar('disk', 50, { ...reserved('web'), disk, shared: {} }),
    scalar('cpus', 2, reserved('web')),
  );
  state.options = { ...state.options, minima: [] };
  framework(state, 'alone', ['web']);
  expect(run(state)).toEqual(['alone web cpus(web):2']);
  framework(state, 'one', ['web'], { shared: true });
  const first = allocate(state, randomFrom(1), 0);
  expect(first.map(print)).toEqual(['one web disk(web)[v:p]<SHARED>:50']);
  framework(state, 'two', ['web'], { shared: true });
  const second = allocate(state, randomFrom(1), 0);
  expect(second).toHaveLength(1);
  const agent = state.agents.get('S');
  expect(agent && printResources(allocatedOf(agent))).toBe('cpus(web):2; disk(web)[v:p]<SHARED x2>:50');
  expect(state.roles.nodes.get('web')?.use).toEqual(
    new Map([
      ['cpus', 2000],
      ['disk', 50_000],
    ]),
  );
  for (const allocation of [...first, ...second]) recoverResources(state, allocation, allocation.resources);
  expect(state.roles.nodes.get('web')?.use).toEqual(new Map([['cpus', 2000]]));
});

test('agents with GPUs are offered only to frameworks that ask for GPUs, unless the filter is off', () => {
  const state = agentWith(scalar('cpus', 1), scalar('gpus', 1));
  framework(state, 'plain', ['*']);
  expect(run(state)).toEqual([]);
  state.options = { ...state.options, filterGpus: false };
  state.dirty.add('S');
  expect(run(state)).toEqual(['plain * cpus:1; gpus:1']);
});

test('agents of other regions are offered only to region-aware frameworks', () => {
  const state = emptyAllocator();
  state.options = { ...state.options, region: 'here' };
  addAgent(state, { id: 'S', total: [scalar('cpus', 1)], facts: { ...PLAIN_AGENT, region: 'there' } });
  framework(state, 'plain', ['*']);
  expect(run(state)).toEqual([]);
  framework(state, 'traveller', ['*'], { regionAware: true });
  expect(run(state)).toEqual(['traveller * cpus:1']);
});

test("agents without the capability for a framework's roles are not offered to it", () => {
  const state = emptyAllocator();
  const facts = { ...PLAIN_AGENT, multiRole: false, hierarchicalRole: false };
  addAgent(state, { id: 'S', total: [scalar('cpus', 1)], facts });
  framework(state, 'many', ['*']);
  framework(state, 'nested', ['a/b'], { multiRole: false });
  expect(run(state)).toEqual([]);
  framework(state, 'old', ['*'], { multiRole: false });
  expect(run(state)).toEqual(['old * cpus:1']);
});

test("a framework's own minima replace those of the master, lower or higher", () => {
  const state = agentWith(scalar('cpus', 0.005), scalar('mem', 10), ports);
  framework(state, 'plain', ['*']);
  expect(run(state)).toEqual([]);
  const minima = new Map([['*', [new Map([['mem', 5000]])]]]);
  framework(state, 'modest', ['*'], { minima });
  expect(run(state)).toEqual(['modest * cpus:0.005; mem:10; ports:[31000-32000]']);
  const greedy = agentWith(scalar('cpus', 4));
  framework(greedy, 'greedy', ['*'], { minima: new Map([['*', [new Map([['cpus', 5000]])]]]) });
  expect(run(greedy)).toEqual([]);
});

test('scalars are cut to a limit, exclusive disks are not, and ports go along', () => {
  const state = agentWith(
    scalar('cpus', 4),
    scalar('disk', 100, { disk: { source: { type: 'MOUNT' } } }),
    scalar('disk', 30),
    ports,
  );
  setQuota(state, 'web', {
    guarantees: new Map(),
    limits: new Map([
      ['cpus', 1500],
      ['disk', 80_000],
    ]),
  });
  framework(state, 'a', ['web']);
  expect(run(state)).toEqual(['a web cpus:1.5; disk:30; ports:[31000-32000]']);
});

test('agents on hosts that are not whitelisted are not offered', () => {
  const state = emptyAllocator();
  addAgent(state, { id: 'S', total: [scalar('cpus', 1)], facts: { ...PLAIN_AGENT, hostname: 'a' } });
  state.whitelist = new Set(['b']);
  framework(state, 'plain', ['*']);
  expect(run(state)).toEqual([]);
  state.whitelist = new Set(['a']);
  state.dirty.add('S');
  expect(run(state)).toEqual(['plain * cpus:1']);
});

const quantities = fc.record({ cpus: fc.integer({ min: 0, max: 6 }), mem: fc.integer({ min: 0, max: 6 }) });
const toMap = ({ cpus, mem }: { cpus: number; mem: number }): Map<string, number> =>
  new Map([
    ['cpus', cpus * 1000],
    ['mem', mem * 1000],
  ]);

test('whatever quotas are set, no role gets more than its limit, and guarantees of others stay possible', () => {
  const agents = fc.array(quantities, { minLength: 1, maxLength: 5 });
  const quota = fc.record({ guarantee: quantities, more: quantities, wants: fc.boolean() });
  fc.assert(
    fc.property(agents, quota, quota, fc.nat(), (sizes, left, right, seed) => {
      const state = emptyAllocator();
      state.options = { ...state.options, minima: [] };
      for (const [index, { cpus, mem }] of sizes.entries()) {
        const total: Resources = combine([scalar('cpus', cpus), scalar('mem', mem)]);
        addAgent(state, { id: `S${index}`, total });
      }
      const roles = { left, right };
      for (const [role, { guarantee, more, wants }] of Object.entries(roles)) {
        const limits = { cpus: guarantee.cpus + more.cpus, mem: guarantee.mem + more.mem };
        setQuota(state, role, { guarantees: toMap(guarantee), limits: toMap(limits) });
        if (wants) framework(state, role, [role === 'left' ? 'left/below' : role]);
      }
      framework(state, 'free', ['free']);
      allocate(state, randomFrom(seed), 0);
      for (const name of ['cpus', 'mem'] as const) {
        const all = sizes.reduce((sum, one) => sum + one[name] * 1000, 0);
        let promised = 0;
        let owed = 0;
        for (const [role, { guarantee, more }] of Object.entries(roles)) {
          const had = consumedBy(state.use, role).get(name) ?? 0;
          expect(had).toBeLessThanOrEqual((guarantee[name] + more[name]) * 1000);
          promised += guarantee[name] * 1000;
          owed += Math.max(0, guarantee[name] * 1000 - had);
        }
        if (promised <= all) expect(state.headroom.get(name) ?? 0).toBeGreaterThanOrEqual(owed);
      }
    }),
    { numRuns: 500 },
  );
});

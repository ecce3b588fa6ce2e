import fc from 'fast-check';
import { addAgent, allocatedOf, resizeAgent } from '../../../../../cluster/master/core/allocator/agents';
import { allocateResources, recoverResources } from '../../../../../cluster/master/core/allocator/allocated';
import { setFramework } from '../../../../../cluster/master/core/allocator/frameworks';
import { type AllocatorState, emptyAllocator } from '../../../../../cluster/master/core/allocator/state';
import {
  addResources,
  combine,
  equalResources,
  milliOf,
  printResources,
  type Resources,
  resourceOf,
  subtractResources,
} from '../../../../../cluster/model/resources';

const cpus = (value: number): Resources =>
  combine([resourceOf('cpus', { type: 'SCALAR', milli: value * 1000 })]);
const key = { frameworkId: 'f', agentId: 'S', role: 'web' };

function agentWith(total: Resources): AllocatorState {
  const state = emptyAllocator();
  setFramework(state, 'f', { active: true, roles: ['web'], suppressed: new Set() });
  addAgent(state, { id: 'S', total });
  return state;
}

function shown(state: AllocatorState): string {
  const agent = state.agents.get('S');
  if (!agent) throw new Error('the agent is gone');
  const parts = [agent.free, allocatedOf(agent)].map((part) => printResources(part) || 'nothing');
  return parts.join(' free, allocated ');
}

test('an agent that reports less than is used has nothing free until enough was recovered', () => {
  const state = agentWith(cpus(10));
  allocateResources(state, key, cpus(10));
  resizeAgent(state, 'S', cpus(5));
  expect(shown(state)).toBe('nothing free, allocated cpus:10');
  recoverResources(state, key, cpus(4));
  expect(shown(state)).toBe('nothing free, allocated cpus:6');
  recoverResources(state, key, cpus(2));
  expect(shown(state)).toBe('cpus:1 free, allocated cpus:4');
  expect(state.headroom.get('cpus')).toBe(1000);
});

test('resources used before their agent is added count, as after a failover of the master', () => {
  const state = agentWith(cpus(1));
  allocateResources(state, key, cpus(3));
  expect(shown(state)).toBe('nothing free, allocated cpus:3');
  expect(state.headroom.get('cpus') ?? 0).toBe(0);
  resizeAgent(state, 'S', cpus(4));
  expect(shown(state)).toBe('cpus:1 free, allocated cpus:3');
});

test('used resources count whatever the agent reports meanwhile', () => {
  const amount = fc.integer({ min: 0, max: 8 });
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('take' as const, 'recover' as const), by: amount }),
    fc.record({ kind: fc.constant('resize' as const), by: amount }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const state = agentWith(cpus(8));
      let [total, used] = [cpus(8), cpus(0)];
      for (const { kind, by } of steps) {
        if (kind === 'resize') {
          total = cpus(by);
          resizeAgent(state, 'S', total);
        } else if (kind === 'take') {
          allocateResources(state, key, cpus(by));
          used = addResources(used, cpus(by));
        } else {
          const back = subtractResources(used, subtractResources(used, cpus(by)));
          recoverResources(state, key, back);
          used = subtractResources(used, back);
        }
        const agent = state.agents.get('S');
        if (!agent) return false;
        const free = subtractResources(total, used);
        if (!equalResources(agent.free, free) || !equalResources(allocatedOf(agent), used)) return false;
        if ((state.headroom.get('cpus') ?? 0) !== milliOf(free, 'cpus')) return false;
      }
      return true;
    }),
  );
});

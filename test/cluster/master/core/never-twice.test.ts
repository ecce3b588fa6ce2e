import fc from 'fast-check';
import type { MasterState } from '../../../../cluster/master/core/state';
import {
  addResources,
  equalResources,
  NO_RESOURCES,
  type Resources,
} from '../../../../cluster/model/resources';
import { MasterScript } from '../interpreter';

/**
 * Free, offered and used together are exactly what an agent has, and every share is the sum of what was
 * taken.
 */
function check(state: MasterState): void {
  for (const entry of state.allocator.agents.values()) {
    const agent = state.agents.get(entry.id);
    const offered = [...state.offers.values()].filter((offer) => offer.agentId === entry.id);
    const used = [...(agent?.tasks.values() ?? [])].filter((task) => task.holdsResources);
    const all = [...offered, ...used].reduce<Resources>(
      (sum, { resources }) => addResources(sum, resources),
      entry.free,
    );
    expect(equalResources(all, entry.total)).toBe(true);
  }
  for (const { id, contenders } of state.allocator.frameworks.values()) {
    const holders = [...state.offers.values(), ...(state.frameworks.get(id)?.tasks.values() ?? [])];
    const held = holders.filter(
      (one) => one.frameworkId === id && (!('holdsResources' in one) || one.holdsResources),
    );
    const sum = held.reduce<Resources>((all, { resources }) => addResources(all, resources), NO_RESOURCES);
    const cpus = sum.reduce(
      (total, { name, amount }) => total + (name === 'cpus' && amount.type === 'SCALAR' ? amount.milli : 0),
      0,
    );
    const counted = [...contenders.values()].reduce((total, { use }) => total + (use.get('cpus') ?? 0), 0);
    expect(counted).toBe(cpus);
  }
  for (const offer of state.offers.values())
    expect(state.frameworks.get(offer.frameworkId)?.stream).toBeDefined();
}

const agent = fc.constantFrom('a', 'b', 'c');
const framework = fc.constantFrom('one', 'two', 'three');
const task = fc.constantFrom('t1', 't2', 't3');
const state = fc.constantFrom('TASK_RUNNING', 'TASK_FINISHED', 'TASK_FAILED');
const offer = fc.integer({ min: 0, max: 12 }).map((number) => `O${number}`);
const slave = fc.integer({ min: 0, max: 3 }).map((number) => `M-S${number}`);

const command = fc.oneof(
  fc.tuple(agent).map(([name]) => `agent ${name} cpus=4 mem=1000`),
  fc
    .tuple(agent, slave, framework, task)
    .map(([a, s, f, t]) => `reagent ${a} ${s} cpus=5 mem=900 tasks=${f}/${t} frameworks=${f}`),
  agent.map((name) => `exited ${name}`),
  fc.tuple(agent, slave).map(([name, id]) => `unregister ${name} ${id}`),
  agent.map((name) => `mute ${name}`),
  fc
    .tuple(framework, fc.constantFrom('', ' caps=PARTITION_AWARE', ' checkpoint=no', ' failover=30'))
    .map(([f, o]) => `framework ${f}${o}`),
  framework.map((name) => `reframework ${name} failover=20`),
  framework.map((name) => `disconnect ${name}`),
  fc
    .tuple(framework, offer, task, fc.integer({ min: 1, max: 5 }))
    .map(([f, o, t, cpus]) => `accept ${f} ${o} ${t} cpus=${cpus}`),
  fc
    .tuple(framework, offer, fc.constantFrom('0', '3', '100'))
    .map(([f, o, s]) => `decline ${f} ${o} refuse=${s}`),
  fc.tuple(agent, framework, task, state).map(([a, f, t, s]) => `status ${a} ${f} ${t} ${s}`),
  fc.tuple(framework, task, slave).map(([f, t, s]) => `acknowledge ${f} ${t} ${s}`),
  framework.map((name) => `revive ${name}`),
  framework.map((name) => `suppress ${name}`),
  framework.map((name) => `teardown ${name}`),
  fc.integer({ min: 0, max: 40 }).map((seconds) => `advance ${seconds}`),
);

test('whatever agents and frameworks do, each piece of an agent is free, offered or used, and only one of them', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const script = new MasterScript();
      for (const line of ['start', 'agent a', 'agent b', 'framework one', 'advance 1', ...commands]) {
        script.interpret(line.split(' '), line);
        check(script.state);
      }
    }),
    { numRuns: 400 },
  );
});

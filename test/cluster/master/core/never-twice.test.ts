import fc from 'fast-check';
import { checkMaster } from '../../../../cluster/master/core/state/check-master';
import type { MasterState } from '../../../../cluster/master/core/state/state';
import { MasterScript } from '../interpreter';

/** Schedules tried; more with `BOOKS_RUNS=20000`. */
const RUNS = Number(process.env['BOOKS_RUNS'] ?? 400);

/** The books are right, offers are for those who listen, and it is clear who those are. */
function check(state: MasterState): void {
  expect(checkMaster(state)).toEqual([]);
}

/** Only agents themselves can say that more is used than is left: the master never gives out too much. */
function overcommittedAgents(state: MasterState): string[] {
  return [...state.allocator.agents.values()].flatMap(({ id, overcommitted }) =>
    overcommitted.length > 0 ? id : [],
  );
}

const agent = fc.constantFrom('a', 'b', 'c');
const framework = fc.constantFrom('one', 'two', 'three');
const task = fc.constantFrom('t1', 't2', 't3');
const state = fc.constantFrom('TASK_RUNNING', 'TASK_FINISHED', 'TASK_FAILED');
const offer = fc.integer({ min: 0, max: 12 }).map((number) => `O${number}`);
const slave = fc.integer({ min: 0, max: 3 }).map((number) => `M-S${number}`);

/** Where drivers are; two of them may be at one place after each other. */
const place = fc.constantFrom('one', 'two', 'x');
const form = fc.constantFrom('', ' form=call');

const command = fc.oneof(
  fc.tuple(agent).map(([name]) => `agent ${name} cpus=4 mem=1000 disk=200`),
  fc
    .tuple(agent, slave, framework, task)
    .map(([a, s, f, t]) => `reagent ${a} ${s} cpus=5 mem=900 tasks=${f}/${t} frameworks=${f}`),
  agent.map((name) => `exited ${name}`),
  fc.tuple(agent, slave).map(([name, id]) => `unregister ${name} ${id}`),
  agent.map((name) => `mute ${name}`),
  fc
    .tuple(
      framework,
      fc.constantFrom(
        '',
        ' caps=PARTITION_AWARE',
        ' checkpoint=no',
        ' failover=30',
        ' role=web caps=RESERVATION_REFINEMENT',
        ' roles=web,web/front,* failover=30 caps=MULTI_ROLE,RESERVATION_REFINEMENT',
      ),
    )
    .map(([f, o]) => `framework ${f}${o}`),
  fc
    .tuple(framework, fc.constantFrom('web', '*,web/front', 'web/front,web', 'batch'), fc.boolean())
    .map(
      ([f, roles, some]) => `update ${f} roles=${roles}${some ? ` suppressed=${roles.split(',')[0]}` : ''}`,
    ),
  fc
    .tuple(
      fc.constantFrom('web', '*'),
      fc.constantFrom('', 'cpus:2', 'cpus:3,mem:500'),
      fc.constantFrom('', 'cpus:4', 'cpus:5,mem:1500'),
      fc.constantFrom('yes', 'no'),
    )
    .map(([role, low, high, force]) => `quota ${role} guarantee=${low} limit=${high} force=${force}`),
  fc
    .tuple(
      slave,
      fc.constantFrom(
        'RESERVE=cpus(web):1',
        'RESERVE=cpus(web):2;disk(web):100',
        'RESERVE=mem(batch):100',
        'UNRESERVE=cpus(web):1',
        'UNRESERVE=disk(web):100',
        'CREATE=disk(web)[v1]:100',
        'DESTROY=disk(web)[v1]:100',
      ),
    )
    .map(([s, operation]) => `wish ${s} ${operation}`),
  fc
    .tuple(
      framework,
      offer,
      fc.constantFrom(
        'RESERVE=cpus(web):1',
        'RESERVE=disk(web):100 CREATE=disk(web)[v2]:100',
        'RESERVE=cpus(web/front):1',
        'UNRESERVE=cpus(web):1',
        'CREATE=disk(web)[v3]:100 DESTROY=disk(web)[v3]:100',
        'RESERVE=cpus(web):1 LAUNCH=t1/cpus(web):1',
      ),
    )
    .map(([f, o, operations]) => `operate ${f} ${o} ${operations}`),
  framework.map((name) => `reframework ${name} failover=20`),
  framework.map((name) => `disconnect ${name}`),
  fc
    .tuple(
      framework,
      place,
      fc.constantFrom('', ' again=yes', ' again=yes force=yes', ' failover=30 form=call'),
    )
    .map(([f, at, how]) => `driver ${f} at=${at}${how}`),
  place.map((at) => `gone ${at}`),
  fc
    .tuple(framework, place, fc.constantFrom('stop', 'abort', 'revive', 'suppress', 'reconcile'), form)
    .map(([f, at, word, how]) => `say ${f} ${word} at=${at}${how}`),
  fc
    .tuple(framework, place, offer, task, form)
    .map(([f, at, o, t, how]) => `say ${f} launch ${o} ${t} at=${at}${how}`),
  fc.tuple(framework, place, offer, form).map(([f, at, o, how]) => `say ${f} decline ${o} at=${at}${how}`),
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

test('whatever agents, frameworks and operators do, each resource of an agent is exactly one of free, offered or used', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const script = new MasterScript();
      const isSaidByAgents = commands.some((line) => line.startsWith('reagent'));
      for (const line of [
        'start',
        'agent a disk=200',
        'agent b',
        'framework one',
        'advance 1',
        ...commands,
      ]) {
        script.interpret(line.split(' '), line);
        check(script.state);
        if (!isSaidByAgents) expect(overcommittedAgents(script.state)).toEqual([]);
      }
    }),
    { numRuns: RUNS },
  );
});

import fc from 'fast-check';
import { agentMachineKey } from '../../../../cluster/master/core/maintenance/agents';
import type { Continuation } from '../../../../cluster/master/core/registry/changes';
import type { RegistryRecord } from '../../../../cluster/master/core/registry/record';
import { writeRecord } from '../../../../cluster/master/core/registry/stored-form';
import type { MasterState } from '../../../../cluster/master/core/state/state';
import { MasterScript } from '../interpreter';

/** What is wrong with a state, whatever led to it. */
function problems(state: MasterState): string[] {
  return [
    ...recordProblems(state.registry, 'stored'),
    ...recordProblems(state.registry.ahead, 'ahead'),
    ...agentProblems(state),
    ...drainProblems(state),
    ...offerProblems(state),
    ...waitingProblems(state),
    ...taskProblems(state),
  ];
}

function recordProblems(record: RegistryRecord, name: string): string[] {
  const found: string[] = [];
  for (const id of [...record.agents.keys(), ...record.unreachable.keys(), ...record.gone.keys()]) {
    const places = [record.agents, record.unreachable, record.gone].filter((place) => place.has(id));
    if (places.length > 1) found.push(`${name}: ${id} is in several places`);
  }
  for (const id of [...record.deactivated, ...record.drains.keys()]) {
    if (!record.agents.has(id) && !record.unreachable.has(id))
      found.push(`${name}: ${id} is deactivated and away`);
    if (!record.deactivated.has(id)) found.push(`${name}: ${id} drains and is active`);
  }
  if (record.minimumCapabilities.has('AGENT_DRAINING') !== record.deactivated.size > 0) {
    found.push(`${name}: AGENT_DRAINING is needed, or is not, wrongly`);
  }
  const scheduled = record.schedules.flatMap(({ windows }) =>
    (windows ?? []).flatMap((one) => one.machine_ids ?? []),
  );
  if (scheduled.length !== record.machines.size) found.push(`${name}: machines differ from the schedule`);
  return found;
}

/** An agent that is to be emptied and is empty is on its way to be drained. */
function drainProblems({ agents, registry, leaving, emptied }: MasterState): string[] {
  return [...agents.values()]
    .filter(({ id, connected, tasks, operations, capabilities }) => {
      const isDue = registry.drains.get(id)?.state === 'DRAINING' && connected && !leaving.has(id);
      const reportsLater = capabilities.some(({ type }) => type === 'RESOURCE_PROVIDER');
      return isDue && !reportsLater && !emptied.has(id) && tasks.size + operations.size === 0;
    })
    .map(({ id }) => `${id} is empty and never drained`);
}

function agentProblems({ agents, recovered, registry, agentIdByPid, allocator }: MasterState): string[] {
  const found: string[] = [];
  for (const agent of agents.values()) {
    if (!registry.agents.has(agent.id)) found.push(`${agent.id} is registered, and not in the registry`);
    if (recovered.has(agent.id)) found.push(`${agent.id} is registered and expected`);
    if (agent.deactivated !== registry.deactivated.has(agent.id))
      found.push(`${agent.id} is wrongly deactivated`);
    const isOffered = agent.active && agent.connected && !agent.deactivated;
    if (allocator.agents.get(agent.id)?.active !== isOffered) found.push(`${agent.id} is wrongly offered`);
  }
  for (const id of recovered.keys()) if (!registry.agents.has(id)) found.push(`${id} is expected in vain`);
  for (const [pid, id] of agentIdByPid) if (agents.get(id)?.pid !== pid) found.push(`${pid} is not of ${id}`);
  return found;
}

function offerProblems(state: MasterState): string[] {
  const found: string[] = [];
  for (const { id, agentId } of state.offers.values()) {
    const agent = state.agents.get(agentId);
    if (!agent?.connected || agent.deactivated) found.push(`${id} offers an agent that is away`);
  }
  const { offers, outstanding } = state.inverse;
  const known = [...outstanding.values()].flatMap((byFramework) => [...byFramework.values()]);
  if (known.sort().join() !== [...offers.keys()].sort().join()) found.push('inverse offers are lost');
  for (const { id, agentId, frameworkId } of offers.values()) {
    const agent = state.agents.get(agentId);
    if (!agent?.connected || !state.registry.machines.has(agentMachineKey(agent)))
      found.push(`${id} asks in vain`);
    if (state.frameworks.get(frameworkId)?.stream === undefined) found.push(`${id} asks nobody`);
  }
  for (const id of [...state.inverse.answers.keys(), ...state.inverse.refusedUntil.keys()]) {
    if (!state.agents.has(id)) found.push(`answers about ${id} are kept for nothing`);
  }
  return found;
}

/** What waits for the registry waits for something that is on its way. */
function waitingProblems(state: MasterState): string[] {
  const found: string[] = [];
  const underWay = [...(state.registry.inFlight?.operations ?? []), ...state.registry.queued].map(
    ({ next }) => next,
  );
  for (const [id, what] of state.leaving) {
    const isAbout = (next: Continuation): boolean =>
      next.kind === 'operator.call'
        ? what === 'gone' && next.call.mark_agent_gone?.agent_id.value === id
        : next.kind === what && next.agentId === id;
    if (!underWay.some(isAbout)) found.push(`${id} leaves for ever`);
  }
  for (const id of state.emptied) {
    if (!underWay.some((next) => next.kind === 'drained' && next.agentId === id))
      found.push(`${id} drains for ever`);
  }
  const arrivals = underWay.flatMap((next) => {
    if (next.kind === 'registered') return [next.report.pid];
    return next.kind === 'reregistered' ? [next.report.pid, next.agentId] : [];
  });
  for (const who of state.registry.arriving)
    if (!arrivals.includes(who)) found.push(`${who} arrives for ever`);
  const counted = (name: string): number => state.counters.get(`master/slave_unreachable_${name}`) ?? 0;
  const waiting = counted('scheduled') - counted('completed') - counted('canceled');
  if (waiting !== state.unreachableQueue.waiting.size)
    found.push(`${waiting} removals wait, not ${state.unreachableQueue.waiting.size}`);
  return found;
}

function taskProblems({ agents, frameworks, unreachableByAgent }: MasterState): string[] {
  const found: string[] = [];
  const indexed = [...unreachableByAgent.values()].flatMap((tasks) => [...tasks]);
  const unreachable = [...frameworks.values()].flatMap((framework) => [
    ...framework.unreachableTasks.values(),
  ]);
  if (indexed.length !== unreachable.length || indexed.some((task) => !unreachable.includes(task))) {
    found.push('unreachable tasks are lost');
  }
  for (const agent of agents.values()) {
    for (const task of agent.tasks.values()) {
      if (frameworks.get(task.frameworkId)?.tasks.get(task.id) !== task)
        found.push(`${task.id} is of no framework`);
    }
  }
  for (const { tasks } of frameworks.values()) {
    for (const { id, agentId } of tasks.values())
      if (!agents.has(agentId)) found.push(`${id} is on no agent`);
  }
  return found;
}

const host = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3');
const id = fc.integer({ min: 0, max: 4 }).map((number) => `M-S${number}`);
const framework = fc.constantFrom('one', 'two');
const task = fc.constantFrom('t1', 't2');
const machine = host.map((ip) => `${ip}@${ip}`);
const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

const command = fc.oneof(
  often(
    4,
    fc
      .tuple(
        host,
        fc.constantFrom(
          '',
          '',
          ' caps=RESERVATION_REFINEMENT,RESOURCE_PROVIDER,AGENT_OPERATION_FEEDBACK,AGENT_DRAINING',
        ),
      )
      .map(([name, caps]) => `agent ${name}${caps}`),
  ),
  often(
    4,
    fc
      .tuple(host, id, framework, task, fc.constantFrom('4', '5'))
      .map(([a, s, f, t, cpus]) => `reagent ${a} ${s} cpus=${cpus} tasks=${f}/${t} frameworks=${f}`),
  ),
  often(
    2,
    fc.tuple(host, id).map(([a, s]) => `reagent ${a} ${s}`),
  ),
  often(
    2,
    host.map((name) => `exited ${name}`),
  ),
  often(
    1,
    fc.tuple(host, id).map(([name, one]) => `unregister ${name} ${one}`),
  ),
  often(
    2,
    host.map((name) => `dead ${name}`),
  ),
  often(
    1,
    host.map((name) => `unmute ${name}`),
  ),
  often(
    1,
    host.map((name) => `pong ${name}`),
  ),
  often(
    2,
    id.map((one) => `drain ${one}`),
  ),
  often(
    1,
    id.map((one) => `drain ${one} gone=yes`),
  ),
  often(
    2,
    id.map((one) => `deactivate ${one}`),
  ),
  often(
    3,
    id.map((one) => `reactivate ${one}`),
  ),
  often(
    1,
    id.map((one) => `markGone ${one}`),
  ),
  often(
    2,
    fc
      .array(
        machine.map((one) => `${one}:1`),
        { maxLength: 2 },
      )
      .map((all) => ['schedule', ...all].join(' ')),
  ),
  often(
    2,
    machine.map((one) => `machineDown ${one}`),
  ),
  often(
    2,
    machine.map((one) => `machineUp ${one}`),
  ),
  often(
    2,
    fc
      .tuple(
        framework,
        fc.constantFrom(
          ' role=db caps=RESERVATION_REFINEMENT',
          ' caps=PARTITION_AWARE',
          ' checkpoint=no',
          ' failover=90',
        ),
      )
      .map(([f, o]) => `framework ${f}${o}`),
  ),
  often(
    1,
    framework.map((name) => `reframework ${name} failover=200`),
  ),
  often(
    1,
    framework.map((name) => `disconnect ${name}`),
  ),
  often(
    1,
    framework.map((name) => `teardown ${name}`),
  ),
  often(
    3,
    fc.tuple(framework, fc.nat(9), task).map(([f, o, t]) => `accept ${f} O${o} ${t}`),
  ),
  often(
    1,
    fc
      .tuple(framework, fc.nat(12), fc.constantFrom('accept', 'decline'))
      .map(([f, o, how]) => `inverse ${f} ${how} O${o} refuse=3`),
  ),
  often(
    2,
    fc
      .tuple(host, framework, task, fc.constantFrom('TASK_RUNNING', 'TASK_KILLED'))
      .map(([a, f, t, s]) => `status ${a} ${f} ${t} ${s}`),
  ),
  often(
    2,
    fc.tuple(framework, task, id).map(([f, t, s]) => `acknowledge ${f} ${t} ${s}`),
  ),
  often(
    1,
    fc.tuple(host, id).map(([a, s]) => `agentUpdate ${a} ${s}`),
  ),
  often(
    1,
    fc.tuple(host, framework, id).map(([a, f, s]) => `exitedExecutor ${a} ${f} ${s} e`),
  ),
  often(
    2,
    fc
      .tuple(
        framework,
        fc.nat(9),
        fc.constantFrom('op1@RESERVE=cpus(db):1', 'RESERVE=mem(db):100', 'GROUP=e1/t1/cpus:1'),
      )
      .map(([f, o, word]) => `operate ${f} O${o} ${word}`),
  ),
  often(
    1,
    fc
      .tuple(host, fc.constantFrom('OPERATION_FINISHED', 'OPERATION_FAILED'))
      .map(([a, s]) => `operationStatus ${a} ${s}`),
  ),
  often(
    1,
    fc.tuple(framework, id).map(([f, one]) => `acknowledgeOperation ${f} op1 ${one}`),
  ),
  often(3, fc.constant('hold')),
  often(4, fc.constant('stored')),
  often(1, fc.constant('restart')),
  often(
    4,
    fc.constantFrom(1, 20, 80, 700).map((seconds) => `advance ${seconds}`),
  ),
);

const settings = fc.constantFrom(
  'settings',
  'settings agentRemovalEveryMs=60000',
  'settings registryMaxAgentCount=1 registryGcIntervalMs=50000',
  'settings maxUnreachableTasksPerFramework=1 maxCompletedTasksPerFramework=1',
);

test('whatever events come in whatever order, registry, agents, offers and tasks agree', () => {
  fc.assert(
    fc.property(settings, fc.array(command, { minLength: 30, maxLength: 80 }), (first, commands) => {
      const script = new MasterScript();
      for (const line of [first, 'start', ...commands, 'stored', 'advance 1']) {
        script.interpret(line.split(' '), line);
        expect(problems(script.state)).toEqual([]);
      }
      expect(writeRecord(script.state.registry)).toEqual(writeRecord(script.state.registry.ahead));
    }),
    { numRuns: 200 },
  );
});

/**
 * A master and its agents as a rehearsal has them: each launch runs at once and is healthy, each kill works, and what is
 * free is offered.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import {
  applyConversions,
  conversionsOf,
  type ResourceOperation,
} from '../../../../cluster/model/conversions';
import {
  addResources,
  allocateTo,
  type Resource,
  type Resources,
  readResources,
  reservedRole,
  resourceOf,
  subtractResources,
  unallocated,
  type WireResource,
  writeResources,
} from '../../../../cluster/model/resources';
import { addNeeds } from '../../../kit/core/match/scalars';
import { tasksOfOperation } from '../../../kit/core/session/calls';
import { definitionOf } from '../instances/definition';
import { rolesOf } from '../instances/instances';
import { tasksOf } from '../instances/tasks';
import { freeOn } from '../launch/known-agents';
import { reserved, withVolume } from '../residency/operations';
import { holderOf, persistenceId } from '../residency/reservations';
import type { NewMarathonEvent } from '../state/events';
import { isPod, persistentVolumesOf, type RunSpec } from '../state/run-spec';
import type { Instance, MarathonState } from '../state/state';

/** An instance that a rehearsal starts or stops, and its agent. */
export interface Move {
  readonly app: string;
  readonly instanceId: string;
  readonly agentId: string;
  readonly host: string;
}

interface WorldAgent {
  readonly offer: mesos.Offer;
  free: Resources;
}

interface WorldTask {
  readonly agentId: string;
  readonly resources: Resources;
}

export interface World {
  readonly agents: Map<string, WorldAgent>;
  readonly tasks: Map<string, WorldTask>;
  readonly started: Move[];
  readonly stopped: Move[];
  /** Roles and agents whose offers were declined since the last REVIVE. */
  readonly declined: Set<string>;
  /** The role and the agent of the offer that is out. */
  offered?: string | undefined;
}

/** The world as the state knows it. Tasks whose launch is not known take what their definitions ask for. */
export function worldOf(state: MarathonState): World {
  const agents = new Map<string, WorldAgent>();
  const tasks = new Map<string, WorldTask>();
  for (const [agentId, agent] of state.knownAgents) {
    agents.set(agentId, { offer: agent.offer, free: freeOn(state, agent) });
    for (const [taskId, resources] of [...agent.running, ...agent.launched])
      tasks.set(taskId, { agentId, resources });
  }
  return { agents, tasks, started: [], stopped: [], declined: new Set() };
}

/** The events that follow from a call, in their order. */
export function answerCall(world: World, state: MarathonState, call: scheduler.Call): NewMarathonEvent[] {
  switch (call.type) {
    case 'ACCEPT':
      convert(world, call.accept ?? {});
      world.offered = undefined;
      return [...launch(world, state, call.accept ?? {}), ...offersOf(world, state)];
    case 'DECLINE':
      for (const { value } of call.decline?.offer_ids ?? []) world.declined.add(value);
      world.offered = undefined;
      return offersOf(world, state);
    case 'REVIVE':
      world.declined.clear();
      return offersOf(world, state);
    case 'KILL':
      return [...kill(world, state, call.kill?.task_id.value ?? ''), ...offersOf(world, state)];
    default:
      return [];
  }
}

/** The next offer to a role that waits. One is out at a time, so that each has what those before left. */
function offersOf(world: World, state: MarathonState): NewMarathonEvent[] {
  if (world.offered !== undefined) return [];
  const asking = [...state.waiting.keys(), ...state.revive.wanted.keys()];
  const roles = new Set(asking.flatMap((id) => rolesOf(state, id)));
  for (const role of roles) {
    for (const [agentId, agent] of world.agents) {
      const id = `${role} ${agentId}`;
      if (world.declined.has(id)) continue;
      world.offered = id;
      return [{ kind: 'scheduler.offers', offers: [offerFor(agent, role, id)] }];
    }
  }
  return [];
}

/** The offer of an agent to a role. */
export function offerFor({ offer, free }: WorldAgent, role: string, id: string): mesos.Offer {
  const usable = free.filter((resource) => ['*', role].includes(reservedRole(resource)));
  return {
    ...offer,
    id: { value: id },
    allocation_info: { role },
    resources: writeResources(allocateTo(usable, role)) as unknown as mesos.Resource[],
  };
}

/** Reserves and frees resources of the agent whose offer is out. */
function convert({ agents, offered = '' }: World, { operations = [] }: scheduler.Call.Accept): void {
  const agent = agents.get(offered.slice(offered.indexOf(' ') + 1));
  if (!agent) return;
  for (const operation of operations) {
    const conversion = resourceOperation(operation);
    const free = conversion && applyConversions(agent.free, conversionsOf(conversion));
    if (free && !('error' in free)) agent.free = free;
  }
}

function resourceOperation(operation: mesos.Offer.Operation): ResourceOperation | undefined {
  const { reserve, unreserve, create, destroy } = operation;
  if (reserve) return { type: 'RESERVE', resources: wireResources(reserve.resources), source: [] };
  if (unreserve) return { type: 'UNRESERVE', resources: wireResources(unreserve.resources) };
  if (create) return { type: 'CREATE', volumes: wireResources(create.volumes) };
  return destroy && { type: 'DESTROY', volumes: wireResources(destroy.volumes) };
}

function launch(world: World, state: MarathonState, accept: scheduler.Call.Accept): NewMarathonEvent[] {
  return (accept.operations ?? []).flatMap((operation) => {
    const infos = tasksOfOperation(operation);
    const group = operation.launch_group;
    // A group counts as its first task, as it does with known agents.
    for (const info of group ? infos.slice(0, 1) : infos) {
      const parts = group ? [group.executor, ...infos] : [info, info.executor];
      const resources = wireResources(parts.flatMap((part) => part?.resources ?? []));
      startTask(world, state, info, resources);
    }
    return infos.map((info) => running(info.task_id.value, info.agent_id));
  });
}

function startTask(world: World, state: MarathonState, info: mesos.TaskInfo, resources: Resources): void {
  const agentId = info.agent_id.value;
  const taskId = info.task_id.value;
  const agent = world.agents.get(agentId);
  if (agent) agent.free = subtractResources(agent.free, resources);
  world.tasks.set(taskId, { agentId, resources });
  const instance = state.instances.get(state.byTask.get(taskId) ?? '');
  if (instance) world.started.push(moveOf(instance));
}

/** The update of a task that runs and is healthy. */
export function running(taskId: string, agent: mesos.AgentID): NewMarathonEvent {
  const status: mesos.TaskStatus = {
    task_id: { value: taskId },
    agent_id: agent,
    state: 'TASK_RUNNING',
    healthy: true,
  };
  return { kind: 'scheduler.update', status };
}

function kill(world: World, state: MarathonState, taskId: string): NewMarathonEvent[] {
  const instance = state.instances.get(state.byTask.get(taskId) ?? '');
  if (!instance) return [];
  const [first] = tasksOf(instance);
  if (first?.id !== taskId) return [ended(taskId)];
  const task = world.tasks.get(taskId);
  const agent = world.agents.get(instance.agent?.agentId ?? '');
  if (agent) agent.free = addResources(agent.free, task?.resources ?? definedResources(state, instance));
  world.tasks.delete(taskId);
  for (const id of world.declined) if (id.endsWith(` ${instance.agent?.agentId}`)) world.declined.delete(id);
  world.stopped.push(moveOf(instance));
  return [ended(taskId)];
}

/** The update of a task that was killed. */
export function ended(taskId: string): NewMarathonEvent {
  return { kind: 'scheduler.update', status: { task_id: { value: taskId }, state: 'TASK_KILLED' } };
}

function moveOf({ appId, id, agent }: Instance): Move {
  return { app: appId, instanceId: id, agentId: agent?.agentId ?? '', host: agent?.host ?? '' };
}

/** The resources of a task that was launched before this process began, as its definition asks for them. */
function definedResources(state: MarathonState, instance: Instance): Resources {
  const spec = definitionOf(state, instance);
  if (!spec) return [];
  const need = isPod(spec) ? addNeeds(spec, { ...spec.pod.executorResources, gpus: 0 }) : spec;
  const scalar = (name: string, amount: number): Resource[] =>
    amount > 0 ? [resourceOf(name, { type: 'SCALAR', milli: Math.round(amount * 1000) })] : [];
  const ports = tasksOf(instance)
    .flatMap(({ hostPorts }) => hostPorts)
    .map((port) => resourceOf('ports', { type: 'RANGES', ranges: [[port, port]] }));
  const resources = [
    ...scalar('cpus', need.cpus),
    ...scalar('mem', need.mem),
    ...scalar('disk', need.disk),
    ...scalar('gpus', need.gpus),
    ...ports,
  ];
  return heldBy(state, { instance, spec }, resources);
}

/** The resources of an instance, as reserved ones with its volumes where it has a reservation. */
function heldBy(
  state: MarathonState,
  { instance, spec }: { readonly instance: Instance; readonly spec: RunSpec },
  resources: Resources,
): Resources {
  const { reservation } = instance;
  if (!reservation) return resources;
  const holder = holderOf(state, instance, reservation);
  const sizes = new Map(
    persistentVolumesOf(spec).map(({ containerPath, persistent }) => [containerPath, persistent.size]),
  );
  const volumes = reservation.volumes.map((volume) => {
    const { containerPath } = volume;
    const milli = (sizes.get(containerPath) ?? 0) * 1000;
    const disk = resourceOf('disk', { type: 'SCALAR', milli });
    return withVolume({ containerPath, disk, persistenceId: persistenceId(instance, volume) }, holder);
  });
  return [...resources.map((resource) => reserved(resource, holder)), ...volumes];
}

function wireResources(resources: readonly mesos.Resource[] | undefined): Resources {
  return unallocated(readResources(resources as readonly WireResource[] | undefined));
}

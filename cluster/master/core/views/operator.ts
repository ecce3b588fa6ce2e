/**
 * The master's state in the words of the v1 operator API (mesos.v1.master).
 */

import type * as api from '../../../api/generated/master';
import type * as mesos from '../../../api/generated/mesos';
import { addQuantities } from '../../../model/quantities';
import type { Millis } from '../../../model/time';
import { type SeenState, wholeOf } from '../authorize/sight';
import { MASTER_CAPABILITIES } from '../capabilities';
import { inverseOffersOf, printInverseOffer } from '../inverse-offers';
import { printOffer } from '../offers';
import { printOperation } from '../operations/record';
import {
  type Agent,
  type ExecutorRecord,
  type Framework,
  isOffered,
  type MasterState,
  type TaskRecord,
} from '../state';
import { executorsByFramework, offeredIn, onlySeen, printResources, usedBy, usedOn } from './held';
import { type RoleSummary, roleSummaries } from './roles';

function printTime(at: Millis | undefined): mesos.TimeInfo | undefined {
  return at === undefined ? undefined : { nanoseconds: BigInt(Math.round(at)) * 1_000_000n };
}

/** The network address of a dotted IPv4 text as the old number: network byte order read as little-endian. */
export function ipNumber(ip: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
  return ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
}

export function printMasterInfo({ boot }: MasterState): mesos.MasterInfo {
  return {
    id: boot.id,
    ip: ipNumber(boot.ip),
    port: boot.port,
    pid: `master@${boot.ip}:${boot.port}`,
    hostname: boot.hostname,
    version: boot.version,
    address: { hostname: boot.hostname, ip: boot.ip, port: boot.port },
    domain: boot.settings.domain,
    capabilities: MASTER_CAPABILITIES.map((type) => ({ type })),
  };
}

export function printTask(task: TaskRecord): mesos.Task {
  return { ...printTaskHead(task), resources: task.resources.length === 0 ? [] : withRole(task) };
}

/** A task without its resources, which cost the most to print. */
export function printTaskHead(task: TaskRecord): Omit<mesos.Task, 'resources'> {
  return {
    name: task.name,
    task_id: { value: task.id },
    framework_id: { value: task.frameworkId },
    executor_id: task.executorId === undefined ? undefined : { value: task.executorId },
    agent_id: { value: task.agentId },
    state: task.state,
    statuses: task.statuses,
    status_update_state: task.forwarded?.state,
    status_update_uuid: task.forwarded?.uuid,
    ...task.parts,
  };
}

function withRole(task: TaskRecord): mesos.Resource[] {
  return printResources(task.resources).map((resource) => ({
    ...resource,
    allocation_info: { role: task.role },
  }));
}

type PrintedAgent = api.Response.GetAgents.Agent;

/** An agent with all of its resources; see `shownAgent` for those who may not see them all. */
export function printAgent(state: SeenState, agent: Agent): PrintedAgent {
  const whole = wholeOf(state).agents.get(agent.id) ?? agent;
  return {
    agent_info: agent.info,
    active: isOffered(agent),
    deactivated: agent.deactivated,
    drain_info: state.registry.drains.get(agent.id),
    estimated_drain_start_time: printTime(
      agent.drainStartedAt && Math.floor(agent.drainStartedAt / 1000) * 1000,
    ),
    version: agent.version,
    pid: agent.pid,
    registered_time: printTime(agent.registeredAt),
    reregistered_time: printTime(agent.reregisteredAt),
    total_resources: printResources(agent.total),
    allocated_resources: printResources(usedOn(whole)),
    offered_resources: printResources(offeredIn(state, agent.offers)),
    capabilities: agent.capabilities,
  };
}

/** An agent without the resources of roles that may not be seen. */
export function shownAgent(printed: PrintedAgent, seesRole: (role: string) => boolean): PrintedAgent {
  return {
    ...printed,
    agent_info: shownInfo(printed.agent_info, seesRole),
    total_resources: onlySeen(printed.total_resources, seesRole),
    allocated_resources: onlySeen(printed.allocated_resources, seesRole),
    offered_resources: onlySeen(printed.offered_resources, seesRole),
  };
}

function shownInfo(info: mesos.AgentInfo, seesRole: (role: string) => boolean): mesos.AgentInfo {
  return info.resources ? { ...info, resources: onlySeen(info.resources, seesRole) } : info;
}

/** A framework with all it has. Its executors are looked for when they are not given. */
export function printFramework(
  state: SeenState,
  framework: Framework,
  executors?: readonly ExecutorRecord[],
): api.Response.GetFrameworks.Framework {
  const whole = wholeOf(state);
  const used = usedBy(whole, whole.frameworks.get(framework.id) ?? framework, executors);
  return {
    framework_info: framework.info,
    active: framework.active,
    connected: framework.stream !== undefined,
    recovered: framework.recovered,
    registered_time: printTime(framework.registeredAt),
    reregistered_time: printTime(framework.reregisteredAt ?? framework.registeredAt),
    unregistered_time: whole.frameworks.has(framework.id) ? undefined : printTime(framework.unregisteredAt),
    allocated_resources: printResources(used),
    offered_resources: printResources(offeredIn(state, framework.offers)),
    offers: [...framework.offers].flatMap((id) => {
      const offer = state.offers.get(id);
      return offer ? [printOffer(state, framework, offer)] : [];
    }),
    offer_constraints: framework.offerConstraints ?? {},
    inverse_offers: inverseOffersOf(state, framework.id).map((offer) => printInverseOffer(state, offer)),
  };
}

export function getAgents(state: SeenState): api.Response.GetAgents {
  const agents = [...state.agents.values()].map((agent) => printAgent(state, agent));
  const recovered = [...state.recovered.values()].map(({ checkpoint: _checkpoint, ...info }) => info);
  const seesRole = state.seen?.role;
  if (!seesRole) return { agents, recovered_agents: recovered };
  return {
    agents: agents.map((agent) => shownAgent(agent, seesRole)),
    recovered_agents: recovered.map((info) => shownInfo(info, seesRole)),
  };
}

export function getFrameworks(state: SeenState): api.Response.GetFrameworks {
  const executors = executorsByFramework(wholeOf(state));
  const print = (framework: Framework): api.Response.GetFrameworks.Framework =>
    printFramework(state, framework, executors.get(framework.id) ?? []);
  return {
    frameworks: [...state.frameworks.values()].map(print),
    completed_frameworks: [...state.completed.values()].map(print),
  };
}

export function getTasks(state: MasterState): api.Response.GetTasks {
  const all = [...state.frameworks.values(), ...state.completed.values()];
  return {
    tasks: all.flatMap((framework) => [...framework.tasks.values()].map(printTask)),
    unreachable_tasks: all.flatMap((framework) => [...framework.unreachableTasks.values()].map(printTask)),
    completed_tasks: all.flatMap((framework) => framework.completedTasks.map(printTask)),
  };
}

/** Executors that frameworks brought along. */
export function getExecutors(state: MasterState): api.Response.GetExecutors {
  return {
    executors: [...state.agents.values()].flatMap(({ id, executors }) =>
      [...executors.values()].map(({ info }) => ({ executor_info: info, agent_id: { value: id } })),
    ),
  };
}

/** Operations under way. */
export function getOperations(state: MasterState): api.Response.GetOperations {
  return {
    operations: [...state.agents.values()].flatMap(({ operations }) =>
      [...operations.values()].map(printOperation),
    ),
  };
}

/** The whole state, as GET_STATE and the first event of a stream have it. */
export function getState(state: SeenState): api.Response.GetState {
  return {
    get_tasks: getTasks(state),
    get_executors: getExecutors(state),
    get_frameworks: getFrameworks(state),
    get_agents: getAgents(state),
  };
}

/** Every role that anything makes known, with what it and the roles below it use and are offered. */
export function getRoles(state: MasterState): api.Response.GetRoles {
  return { roles: roleSummaries(state).map(printRole) };
}

/** Names that are scalars for certain. */
const SHOWN = new Set(['cpus', 'mem', 'disk', 'gpus']);

function printRole({ name, weight, frameworks, allocated, offered }: RoleSummary): mesos.Role {
  const all = new Map(allocated);
  addQuantities(all, offered);
  const shown = [...all].filter(([resource, milli]) => SHOWN.has(resource) && milli > 0).sort();
  return {
    name,
    weight,
    frameworks: frameworks.map((value) => ({ value })),
    resources: shown.map(([resource, milli]) => ({
      name: resource,
      type: 'SCALAR',
      scalar: { value: milli / 1000 },
    })),
  };
}

export function getWeights(state: MasterState): api.Response.GetWeights {
  return { weight_infos: [...state.registry.weights].map(([role, weight]) => ({ role, weight })) };
}

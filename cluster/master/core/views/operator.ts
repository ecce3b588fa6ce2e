/**
 * The master's state in the words of the v1 operator API (mesos.v1.master).
 */

import type * as api from '../../../api/generated/master';
import type * as mesos from '../../../api/generated/mesos';
import { lazyList } from '../../../model/lazy-list';
import { addQuantities } from '../../../model/quantities';
import { writeResources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { type SeenState, wholeOf } from '../authorize/sight';
import { MASTER_CAPABILITIES } from '../capabilities';
import { inverseOffersOf, printInverseOffer } from '../inverse-offers';
import { offerPrinter } from '../offers';
import { printOperation } from '../operations/record';
import {
  type Agent,
  type ExecutorRecord,
  type Framework,
  isOffered,
  type MasterState,
  type TaskRecord,
} from '../state';
import {
  executorsByFramework,
  holdersOf,
  holdersOn,
  offersOf,
  onlySeen,
  printResources,
  sumByRole,
} from './held';
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
  return writeResources(task.resources).map(
    (resource) => ({ ...resource, allocation_info: { role: task.role } }) as mesos.Resource,
  );
}

type PrintedAgent = api.Response.GetAgents.Agent;
type PrintedFramework = api.Response.GetFrameworks.Framework;

/** An agent with all of its resources; see `shownAgent` for those who may not see them all. */
export function printAgent(state: SeenState, agent: Agent): PrintedAgent {
  return agentPrinter(state, agent)();
}

/** Gathers what printing an agent needs, and prints it later as of now. */
function agentPrinter(state: SeenState, agent: Agent): () => PrintedAgent {
  const asNow = { ...agent };
  const holders = holdersOn(wholeOf(state).agents.get(agent.id) ?? agent);
  const offers = offersOf(state, agent.offers);
  const drain = state.registry.drains.get(agent.id);
  return () => ({
    agent_info: asNow.info,
    active: isOffered(asNow),
    deactivated: asNow.deactivated,
    drain_info: drain,
    estimated_drain_start_time: printTime(
      asNow.drainStartedAt && Math.floor(asNow.drainStartedAt / 1000) * 1000,
    ),
    version: asNow.version,
    pid: asNow.pid,
    registered_time: printTime(asNow.registeredAt),
    reregistered_time: printTime(asNow.reregisteredAt),
    total_resources: printResources(asNow.total),
    allocated_resources: printResources(sumByRole(holders)),
    offered_resources: printResources(sumByRole(offers)),
    capabilities: asNow.capabilities,
  });
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
): PrintedFramework {
  return frameworkPrinter(state, framework, executors)();
}

/** Gathers what printing a framework needs, and prints it later as of now. */
function frameworkPrinter(
  state: SeenState,
  framework: Framework,
  executors?: readonly ExecutorRecord[],
): () => PrintedFramework {
  const whole = wholeOf(state);
  const isRegistered = whole.frameworks.has(framework.id);
  const asNow = { ...framework };
  const holders = holdersOf(whole, whole.frameworks.get(framework.id) ?? framework, executors);
  const offers = offersOf(state, framework.offers);
  const printers = offers.map((offer) => offerPrinter(state, framework, offer));
  const inverse = inverseOffersOf(state, framework.id).map((offer) => printInverseOffer(state, offer));
  return () => ({
    framework_info: asNow.info,
    active: asNow.active,
    connected: asNow.stream !== undefined,
    recovered: asNow.recovered,
    registered_time: printTime(asNow.registeredAt),
    reregistered_time: printTime(asNow.reregisteredAt ?? asNow.registeredAt),
    unregistered_time: isRegistered ? undefined : printTime(asNow.unregisteredAt),
    allocated_resources: printResources(sumByRole(holders)),
    offered_resources: printResources(sumByRole(offers)),
    offers: printers.map((print) => print()),
    offer_constraints: asNow.offerConstraints ?? {},
    inverse_offers: inverse,
  });
}

/** The lists of a reply: gathered at one moment, their items printed when they are read. */
export type Lists<Reply, Names extends keyof Reply> = {
  readonly [Name in Names]-?: Iterable<ItemOf<Reply[Name]>>;
};
type ItemOf<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never;

const call = <Item>(print: () => Item): Item => print();

export function getAgents(state: SeenState): Lists<api.Response.GetAgents, 'agents' | 'recovered_agents'> {
  const printers = [...state.agents.values()].map((agent) => agentPrinter(state, agent));
  const recovered = [...state.recovered.values()].map((info) => ({
    ...info,
    checkpoint: info.checkpoint ?? false,
  }));
  const seesRole = state.seen?.role;
  if (!seesRole) return { agents: lazyList(printers, call), recovered_agents: recovered };
  return {
    agents: lazyList(printers, (print) => shownAgent(print(), seesRole)),
    recovered_agents: recovered.map((info) => shownInfo(info, seesRole)),
  };
}

export function getFrameworks(
  state: SeenState,
): Lists<api.Response.GetFrameworks, 'frameworks' | 'completed_frameworks'> {
  const executors = executorsByFramework(wholeOf(state));
  const printer = (framework: Framework): (() => PrintedFramework) =>
    frameworkPrinter(state, framework, executors.get(framework.id) ?? []);
  return {
    frameworks: lazyList([...state.frameworks.values()].map(printer), call),
    completed_frameworks: lazyList([...state.completed.values()].map(printer), call),
  };
}

/** Records change with their tasks: a list is one of copies. */
export function getTasks(
  state: MasterState,
): Lists<api.Response.GetTasks, 'tasks' | 'unreachable_tasks' | 'completed_tasks'> {
  const tasks: TaskRecord[] = [];
  const unreachable: TaskRecord[] = [];
  const completed: TaskRecord[] = [];
  for (const framework of [...state.frameworks.values(), ...state.completed.values()]) {
    for (const record of framework.tasks.values()) tasks.push({ ...record });
    for (const record of framework.unreachableTasks.values()) unreachable.push({ ...record });
    for (const record of framework.completedTasks) completed.push({ ...record });
  }
  return {
    tasks: lazyList(tasks, printTask),
    unreachable_tasks: lazyList(unreachable, printTask),
    completed_tasks: lazyList(completed, printTask),
  };
}

/** Executors that frameworks brought along. */
export function getExecutors(state: MasterState): Lists<api.Response.GetExecutors, 'executors'> {
  const records = [...state.agents.values()].flatMap(({ executors }) => [...executors.values()]);
  return {
    executors: lazyList(records, ({ info, agentId }) => ({
      executor_info: info,
      agent_id: { value: agentId },
    })),
  };
}

/** Operations under way. */
export function getOperations(state: MasterState): Lists<api.Response.GetOperations, 'operations'> {
  const records = [...state.agents.values()].flatMap(({ operations }) =>
    [...operations.values()].map((record) => ({ ...record })),
  );
  return { operations: lazyList(records, printOperation) };
}

/** The whole state of one moment, as GET_STATE and the first event of a stream have it. */
export function getState(state: SeenState) {
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

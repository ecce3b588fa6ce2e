/**
 * The master's state, changed only by the transitions of core.
 *
 * Always true: each resource of an agent is exactly one of free, offered or used (see allocator/); every offer
 * belongs to one framework and one registered agent; every task belongs to one framework.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { OfferConstraints } from '../../../api/generated/scheduler';
import type {
  AgentId,
  ExecutorId,
  FrameworkId,
  OfferId,
  OperationId,
  StreamId,
  TaskId,
} from '../../../model/ids';
import { type Random, randomFrom } from '../../../model/random';
import type { Resources } from '../../../model/resources';
import type { TaskState } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { createAllocator } from '../allocator/settings';
import type { AllocatorState } from '../allocator/state';
import type { Constraints } from '../offer-constraints/constraints';
import { emptyRegistry, type RegistryState } from '../registry/state';
import type { MasterBoot } from './events';
import { type InverseOffers, noInverseOffers } from './inverse-offers';
import { emptyUnreachableQueue, type UnreachableQueue } from './pending-unreachable';

export interface MasterState {
  readonly boot: MasterBoot;
  readonly random: Random;
  /** Time when this master began to lead, with the registry recovered; undefined before. */
  electedAt: Millis | undefined;
  readonly next: { agent: number; framework: number; offer: number; ticket: number };
  readonly registry: RegistryState;
  /** Registered agents, connected or not. */
  readonly agents: Map<AgentId, Agent>;
  readonly agentIdByPid: Map<string, AgentId>;
  /** Agents of the registry that have not reregistered since this master leads. */
  readonly recovered: Map<AgentId, internal.SlaveInfo>;
  readonly frameworks: Map<FrameworkId, Framework>;
  /** Frameworks that have ended, oldest first, bounded. */
  readonly completed: Map<FrameworkId, Framework>;
  readonly frameworkByStream: Map<StreamId, FrameworkId>;
  /** Drivers, connected or not. */
  readonly frameworkByPid: Map<string, FrameworkId>;
  /** Unreachable tasks by agent; see tasks/unreachable.ts. */
  readonly unreachableByAgent: Map<AgentId, Set<TaskRecord>>;
  readonly offers: Map<OfferId, OfferRecord>;
  readonly allocator: AllocatorState;
  readonly inverse: InverseOffers;
  /** Agents whose removal is on its way into the registry. */
  readonly leaving: Map<AgentId, Leaving>;
  readonly unreachableQueue: UnreachableQueue;
  /** Number of agents in the registry when this master was elected. */
  expectedAgents: number;
  /** Draining agents whose DRAINED state is on its way into the registry. */
  readonly emptied: Set<AgentId>;
  /** Streams of operators that follow events. */
  readonly operators: Set<StreamId>;
  /** Counters by their name in /metrics/snapshot. */
  readonly counters: Map<string, number>;
}

/** The list of the registry that a leaving agent moves to, or `removed` for none. */
export type Leaving = 'unreachable' | 'removed' | 'gone';

export interface Agent {
  readonly id: AgentId;
  info: mesos.AgentInfo;
  pid: string;
  version: string;
  capabilities: readonly mesos.AgentInfo.Capability[];
  total: Resources;
  connected: boolean;
  active: boolean;
  /** True when an operator wants no offers of it. */
  deactivated: boolean;
  readonly registeredAt: Millis;
  reregisteredAt: Millis | undefined;
  /** Pings sent since the last pong. */
  pingsUnanswered: number;
  /** Time of the drain order. */
  drainStartedAt: Millis | undefined;
  readonly tasks: Map<string, TaskRecord>;
  /** Executors that frameworks define; see tasks/executors.ts. */
  readonly executors: Map<string, ExecutorRecord>;
  /** Operations under way, by their uuid in base64; see operations/. */
  readonly operations: Map<string, OperationRecord>;
  /** Version of its resources, a uuid in base64: the agent refuses launches and operations for another version. */
  resourceVersion: string | undefined;
  readonly offers: Set<OfferId>;
}

export interface ExecutorRecord {
  readonly id: ExecutorId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  readonly info: mesos.ExecutorInfo;
  readonly resources: Resources;
  /** The same with their allocation, as they were launched: a task that joins the executor has to name the same. */
  readonly allocated: Resources;
}

export interface OperationRecord {
  readonly uuid: string;
  readonly agentId: AgentId;
  /** Undefined for an operator's. */
  readonly frameworkId: FrameworkId | undefined;
  readonly info: mesos.Offer.Operation;
  latest: mesos.OperationStatus;
  statuses: readonly mesos.OperationStatus[];
}

export interface Framework {
  readonly id: FrameworkId;
  info: mesos.FrameworkInfo;
  /** The stream it is connected by, a driver's pid; undefined while it is disconnected. */
  stream: StreamId | undefined;
  /** The pid of its driver, also while that is disconnected; undefined for a framework over HTTP. */
  pid: string | undefined;
  active: boolean;
  /** True when only agents have reported it since this master leads; false once it subscribes. */
  recovered: boolean;
  registeredAt: Millis | undefined;
  reregisteredAt: Millis | undefined;
  unregisteredAt: Millis | undefined;
  roles: readonly string[];
  suppressedRoles: ReadonlySet<string>;
  /** Its offer constraints on the wire, and with compiled patterns. */
  offerConstraints: OfferConstraints | undefined;
  constraints: Constraints;
  readonly tasks: Map<TaskId, TaskRecord>;
  readonly unreachableTasks: Map<TaskId, TaskRecord>;
  readonly completedTasks: TaskRecord[];
  /** Its operations with an id, by that id. */
  readonly operations: Map<OperationId, OperationRecord>;
  readonly offers: Set<OfferId>;
  /** Calls, events, operations and the like by what follows its name in the metrics, such as `calls/revive`. */
  readonly counts: Map<string, number>;
}

export interface TaskRecord {
  readonly id: TaskId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly name: string;
  readonly executorId: ExecutorId | undefined;
  /** The latest state. Once terminal it never changes. */
  state: TaskState;
  statuses: readonly mesos.TaskStatus[];
  /** The last status forwarded to the framework, which may be acknowledged. */
  forwarded: { readonly state: TaskState; readonly uuid: string } | undefined;
  readonly resources: Resources;
  /** True while its resources count as used. */
  holdsResources: boolean;
  readonly role: string;
  /** Members that the master only passes on to endpoints. */
  readonly parts: Pick<
    mesos.Task,
    'labels' | 'discovery' | 'container' | 'health_check' | 'kill_policy' | 'user' | 'limits'
  >;
  /** True after a KILL: repeated when the agent comes back, which may have missed it. */
  killWanted: boolean;
}

export interface OfferRecord {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  readonly resources: Resources;
}

export function initMaster(boot: MasterBoot): MasterState {
  return {
    boot,
    random: randomFrom(boot.seed),
    electedAt: undefined,
    next: { agent: 0, framework: 0, offer: 0, ticket: 0 },
    registry: emptyRegistry(),
    agents: new Map(),
    agentIdByPid: new Map(),
    recovered: new Map(),
    frameworks: new Map(),
    completed: new Map(),
    frameworkByStream: new Map(),
    frameworkByPid: new Map(),
    unreachableByAgent: new Map(),
    offers: new Map(),
    allocator: createAllocator(boot.settings.allocator, boot.settings.domain?.fault_domain?.region.name),
    inverse: noInverseOffers(),
    leaving: new Map(),
    unreachableQueue: emptyUnreachableQueue(),
    expectedAgents: 0,
    emptied: new Set(),
    operators: new Set(),
    counters: new Map(),
  };
}

/** Adds to a counter by its name in /metrics/snapshot. */
export function count(state: MasterState, name: string, by = 1): void {
  state.counters.set(name, (state.counters.get(name) ?? 0) + by);
}

/** Adds to a counter of one framework. */
export function countOf({ counts }: Framework, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** Names of counters by type, made once: there are thousands of calls and events a second, and few types. */
const NAMES = { calls: new Map<string, string>(), events: new Map<string, string>() };

/** Counts a call or an event of one framework by its type. */
export function countType(framework: Framework, group: keyof typeof NAMES, type: string): void {
  const name = NAMES[group].get(type) ?? `${group}/${type.toLowerCase()}`;
  NAMES[group].set(type, name);
  countOf(framework, name);
}

/** True when a framework has a capability of this type. */
export function isCapable(
  framework: Pick<Framework, 'info'>,
  type: mesos.FrameworkInfo.Capability.Type,
): boolean {
  return framework.info.capabilities?.some((capability) => capability.type === type) ?? false;
}

/** True when an agent's resources may be offered: `active` in Mesos' endpoints. */
export function isOffered({ active, connected, deactivated }: Agent): boolean {
  return active && connected && !deactivated;
}

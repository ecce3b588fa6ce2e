/**
 * A model of the master in a simulation of long times, as the session of a framework sees it: subscriptions, offers, calls that
 * arrive late or are lost, reconciliation, broken connections, new masters, and frameworks that are removed.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type { Call } from '../../../cluster/api/generated/scheduler';
import type { ResourceOperation } from '../../../cluster/model/conversions';
import type { Unstamped } from '../../../cluster/model/event';
import {
  allocateTo,
  containsResources,
  milliOf,
  type Resources,
  reservedRole,
  subtractResources,
  writeLegacyResources,
} from '../../../cluster/model/resources';
import type { TaskState } from '../../../cluster/model/task-state';
import { tasksOfOperation } from '../../../frameworks/kit/core/session/calls';
import type { SessionEvents } from '../../../frameworks/kit/core/session/effects';
import { conversionOf, converted } from '../../frameworks/marathon/conversion-of';
import { type AgentsOutside, type ModelAgent, ModelAgents, resourcesOf } from './agents';

/** The process of the framework, as the master has to do with it. */
interface SchedulerEnd {
  readonly isUp: boolean;
  readonly life: number;
  hasBeenAwakeFor(ms: number): boolean;
  post(event: Unstamped<SessionEvents>): void;
}

export interface MasterOutside<Facts> extends Omit<AgentsOutside<Facts>, 'tell' | 'changed' | 'lost'> {
  readonly scheduler: SchedulerEnd;
  /** A framework that is away for so long is removed. */
  readonly failoverMs: number;
  /** Called as a launch leaves the framework. */
  readonly launching: (task: mesos.TaskInfo, agent: ModelAgent<Facts>, resources: Resources) => Facts;
  /** Called as an operation on resources leaves the framework. */
  readonly converting?: ((operation: ResourceOperation) => void) | undefined;
}

/** The stream of events to one life of the framework. */
interface Connection {
  readonly frameworkId: string;
  readonly life: number;
  /** The arrival of its last event: the stream keeps the order. */
  lastAt: number;
}

interface Framework {
  readonly id: string;
  disconnectedAt: number | undefined;
}

interface ModelOffer<Facts> {
  readonly agent: ModelAgent<Facts>;
  readonly role: string;
  readonly resources: Resources;
}

interface Launch<Facts> {
  readonly facts: Facts;
  readonly resources: Resources;
  readonly executor: Resources;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Heartbeats that fail to come show a broken connection after so long. */
const HEARTBEATS_MS = 75 * SECOND;
/** An offer that is not answered for so long was forgotten. */
const ANSWER_MS = MINUTE;

export class ModelMaster<Facts> {
  readonly agents: ModelAgents<Facts>;
  readonly offers = new Map<string, ModelOffer<Facts>>();
  /** All offers that the framework has got, until it answers them. */
  private readonly open = new Map<string, ModelOffer<Facts>>();
  private readonly launches = new Map<string, Launch<Facts>>();
  private readonly launched = new Set<string>();
  private readonly suppressed = new Set<string>();
  /** The ends of the filters, by agent and role. */
  private readonly filters = new Map<string, number>();
  private info: mesos.FrameworkInfo | undefined;
  private framework: Framework | undefined;
  private connection: Connection | undefined;
  private lastCallAt = 0;
  private downUntil = 0;
  /** No offers until then: others have the resources. */
  private fullUntil = 0;
  private nextAllocation: number | undefined;
  private frameworks = 0;
  private offered = 0;

  constructor(private readonly outside: MasterOutside<Facts>) {
    this.agents = new ModelAgents({
      ...outside,
      tell: (task, update) => this.tell({ taskId: task.id, agent: task.agent, ...update }),
      changed: () => this.allocateSoon(),
      lost: (agent) => this.rescind(agent),
    });
  }

  /** The cluster has no offers for a while. */
  fill(ms: number): void {
    this.fullUntil = this.outside.timeline.now + ms;
    this.allocateSoon();
  }

  /** The FrameworkInfo from now on; the first one of a life starts its session. */
  setFramework(info: mesos.FrameworkInfo): void {
    const isFirst = this.info === undefined;
    this.info = info;
    if (isFirst) this.connectLater(this.outside.chance.between(10, 2000));
  }

  /** A call leaves the framework; calls keep their order. */
  call(call: Call): void {
    const { timeline, chance, scheduler } = this.outside;
    const { connection } = this;
    const { life } = scheduler;
    this.checkAnswer(call);
    this.lastCallAt = Math.max(this.lastCallAt, timeline.now + chance.between(5, 500));
    timeline.at(this.lastCallAt, () => {
      if (!scheduler.isUp || scheduler.life !== life) return;
      const isHeard = connection !== undefined && connection === this.connection;
      if (isHeard) this.handle(call);
      if (isHeard && !(this.agents.hasFaults && chance.is(this.outside.faults.lostAnswers))) return;
      if (isHeard) this.breakConnection();
      scheduler.post({ kind: 'scheduler.refused', call, reason: 'no answer' });
    });
  }

  /** The process of the framework has died. */
  processDied(): void {
    this.info = undefined;
    this.leave();
  }

  /** The framework finds out sooner or later, and subscribes again. */
  breakConnection(): void {
    const { timeline, chance, scheduler } = this.outside;
    const { connection } = this;
    if (connection === undefined) return;
    this.leave();
    timeline.after(chance.between(10, HEARTBEATS_MS), () => {
      if (!scheduler.isUp || scheduler.life !== connection.life) return;
      scheduler.post({ kind: 'scheduler.disconnected', reason: 'the connection broke' });
      this.connectLater(chance.between(100, 5 * SECOND));
    });
  }

  /** The master dies; another leads after a while. */
  failOver(ms: number): void {
    const { timeline } = this.outside;
    this.downUntil = timeline.now + ms;
    this.breakConnection();
    this.agents.failOver(ms);
  }

  private leave(): void {
    const { timeline } = this.outside;
    const { framework } = this;
    this.connection = undefined;
    this.offers.clear();
    if (framework === undefined || framework.disconnectedAt !== undefined) return;
    const left = timeline.now;
    framework.disconnectedAt = left;
    timeline.after(this.outside.failoverMs, () => {
      if (framework.disconnectedAt === left && this.framework === framework) this.remove();
    });
  }

  /** An operator removes the framework. */
  tearDown(): void {
    if (this.framework === undefined) return;
    this.breakConnection();
    this.remove();
  }

  /** The master takes back some of the offers that have no answer. */
  rescindSome(): void {
    for (const { agent } of [...this.offers.values()])
      if (this.outside.chance.is(0.5)) {
        this.rescind(agent);
        this.allocateSoon();
      }
  }

  private remove(): void {
    this.framework = undefined;
    this.agents.removeTasks();
  }

  private connectLater(ms: number): void {
    const { timeline, scheduler } = this.outside;
    const { life } = scheduler;
    timeline.at(Math.max(timeline.now + ms, this.downUntil), () => {
      if (scheduler.isUp && scheduler.life === life && this.connection === undefined) this.connect();
    });
  }

  private connect(): void {
    const { timeline, chance, scheduler } = this.outside;
    if (timeline.now < this.downUntil) return this.connectLater(SECOND);
    const id = this.info?.id?.value;
    if (id !== undefined && id !== this.framework?.id) {
      scheduler.post({ kind: 'scheduler.error', message: 'Framework has been removed' });
      return this.connectLater(chance.between(100, 5 * SECOND));
    }
    if (id === undefined) {
      if (this.agents.tasks.size > 0) throw new Error('a framework that has tasks subscribes as a new one');
      this.framework = { id: `F${++this.frameworks}`, disconnectedAt: undefined };
    }
    const { framework } = this;
    if (framework === undefined) return;
    framework.disconnectedAt = undefined;
    this.connection = { frameworkId: framework.id, life: scheduler.life, lastAt: 0 };
    this.suppressed.clear();
    this.filters.clear();
    this.send({ kind: 'scheduler.subscribed', frameworkId: framework.id, master: 'M' });
    this.allocateSoon();
  }

  private send(event: Unstamped<SessionEvents>): void {
    const { timeline, chance, scheduler } = this.outside;
    const { connection } = this;
    if (connection === undefined) return;
    connection.lastAt = Math.max(connection.lastAt, timeline.now + chance.between(5, 500));
    timeline.at(connection.lastAt, () => {
      if (connection === this.connection && scheduler.life === connection.life) scheduler.post(event);
    });
  }

  private handle(call: Call): void {
    switch (call.type) {
      case 'ACCEPT':
        return this.accept(call.accept);
      case 'DECLINE':
        for (const { value } of call.decline?.offer_ids ?? [])
          this.free(value, call.decline?.filters?.refuse_seconds);
        return;
      case 'REVIVE':
        return this.revive(this.rolesOf(call.revive?.roles));
      case 'SUPPRESS':
        for (const role of this.rolesOf(call.suppress?.roles)) this.suppressed.add(role);
        return;
      case 'UPDATE_FRAMEWORK':
        return this.updateFramework(call.update_framework);
      case 'KILL':
        return this.kill(call.kill?.task_id.value ?? '');
      case 'ACKNOWLEDGE':
        return this.agents.acknowledge(call.acknowledge?.task_id.value ?? '', call.acknowledge?.uuid ?? '');
      case 'RECONCILE':
        return this.reconcile(call.reconcile?.tasks ?? []);
      default:
        throw new Error(`a call of the type ${call.type}`);
    }
  }

  private rolesOf(roles: readonly string[] | undefined): readonly string[] {
    return roles !== undefined && roles.length > 0 ? roles : (this.info?.roles ?? []);
  }

  private revive(roles: readonly string[]): void {
    for (const role of roles) {
      this.suppressed.delete(role);
      for (const { id } of this.agents.agents) this.filters.delete(`${id} ${role}`);
    }
    this.allocateSoon();
  }

  private updateFramework(update: Call.UpdateFramework | undefined): void {
    this.info = update?.framework_info ?? this.info;
    this.suppressed.clear();
    for (const role of update?.suppressed_roles ?? []) this.suppressed.add(role);
    this.allocateSoon();
  }

  /** An answer to an offer leaves: it is the only one, and its tasks fit into the offer. */
  private checkAnswer({ type, accept, decline }: Call): void {
    const offerIds = [...(accept?.offer_ids ?? []), ...(decline?.offer_ids ?? [])];
    for (const { value } of offerIds) {
      const offer = this.open.get(value);
      if (!this.open.delete(value) || !offer) throw new Error(`the offer ${value} is answered without need`);
      if (type === 'ACCEPT') this.checkOperations(offer, accept?.operations ?? []);
    }
  }

  private checkOperations(offer: ModelOffer<Facts>, operations: readonly mesos.Offer.Operation[]): void {
    let left = offer.resources;
    for (const operation of operations) {
      const conversion = conversionOf(operation);
      if (conversion) {
        left = converted(left, conversion);
        this.outside.converting?.(conversion);
      } else left = this.checkLaunches(offer, left, tasksOf(operation));
    }
  }

  private checkLaunches(
    offer: ModelOffer<Facts>,
    free: Resources,
    tasks: readonly LaunchedTask[],
  ): Resources {
    let left = free;
    const ofExecutor = tasks[0]?.executor ?? [];
    for (const { info, resources, executor } of tasks) {
      const taskId = info.task_id.value;
      const all = info === tasks[0]?.info ? [...resources, ...executor] : resources;
      if (!containsResources(left, all)) throw new Error(`${taskId} does not fit into its offer`);
      if (info.agent_id?.value !== offer.agent.id) throw new Error(`${taskId} is launched on another agent`);
      if (this.launches.has(taskId) || this.launched.has(taskId))
        throw new Error(`${taskId} is launched twice`);
      left = subtractResources(left, all);
      const facts = this.outside.launching(info, offer.agent, [...resources, ...ofExecutor]);
      this.launches.set(taskId, { resources, executor, facts });
    }
    return left;
  }

  private accept(accept: Call.Accept | undefined): void {
    const offerIds = (accept?.offer_ids ?? []).map(({ value }) => value);
    const offer = this.offers.get(offerIds[0] ?? '');
    for (const offerId of offerIds) this.free(offerId, accept?.filters?.refuse_seconds);
    for (const operation of accept?.operations ?? []) {
      const conversion = conversionOf(operation);
      if (conversion && offer) this.agents.convert(offer.agent, conversion);
      this.launch(offer, tasksOf(operation));
    }
  }

  private launch(offer: ModelOffer<Facts> | undefined, tasks: readonly LaunchedTask[]): void {
    const { timeline } = this.outside;
    for (const { info, group } of tasks) {
      const { task_id } = info;
      const launch = this.launches.get(task_id.value);
      this.launches.delete(task_id.value);
      if (launch === undefined || this.launched.has(task_id.value))
        throw new Error(`${task_id.value} is launched twice`);
      this.launched.add(task_id.value);
      if (offer === undefined) this.tell({ taskId: task_id.value, agent: undefined, state: 'TASK_DROPPED' });
      else
        this.agents.launch(
          {
            ...launch.facts,
            id: task_id.value,
            group,
            resources: launch.resources,
            launchedAt: timeline.now,
            agent: offer.agent,
            state: 'TASK_STAGING',
            forwarded: 'TASK_STAGING',
            updates: [],
          },
          launch.executor,
        );
    }
  }

  private kill(taskId: string): void {
    const task = this.agents.tasks.get(taskId);
    if (task === undefined) this.answer(taskId, undefined);
    else if (task.agent.standing === 'registered') this.agents.kill(task);
  }

  private reconcile(queries: readonly Call.Reconcile.Task[]): void {
    if (queries.length === 0)
      for (const task of this.agents.tasks.values()) {
        if (task.agent.standing !== 'transitioning') this.answer(task.id, task.agent.id);
      }
    for (const { task_id, agent_id } of queries) this.answer(task_id.value, agent_id?.value);
  }

  /** There is no answer while the agent, or any of them, has yet to register with a new master. */
  private answer(taskId: string, agentId: string | undefined): void {
    const agent = this.agents.find(agentId);
    const isWaiting = agent
      ? agent.standing === 'transitioning'
      : this.agents.agents.some(({ standing }) => standing === 'transitioning');
    if (isWaiting) return;
    const task = this.agents.tasks.get(taskId);
    const state = task?.forwarded ?? stateOnAgent(agent);
    this.tell({ taskId, agent, state, healthy: task?.healthy });
  }

  private tell(news: {
    readonly taskId: string;
    readonly agent: ModelAgent<Facts> | undefined;
    readonly state: TaskState;
    readonly uuid?: string | undefined;
    readonly healthy?: boolean | undefined;
  }): void {
    const { taskId, agent, state, uuid, healthy } = news;
    if (this.outside.timeline.now < this.downUntil) return;
    this.send({
      kind: 'scheduler.update',
      status: {
        task_id: { value: taskId },
        state,
        ...(agent && { agent_id: { value: agent.id } }),
        ...(uuid !== undefined && { uuid }),
        ...(healthy !== undefined && { healthy }),
      },
    });
  }

  /** The roles that offers are made for. */
  private get wantedRoles(): readonly string[] {
    return (this.info?.roles ?? []).filter((role) => !this.suppressed.has(role));
  }

  private allocateSoon(): void {
    const { timeline, chance } = this.outside;
    if (this.connection === undefined || this.wantedRoles.length === 0) return;
    this.allocateAt(Math.max(timeline.now, this.fullUntil) + chance.between(10, 2000));
  }

  private allocateAt(time: number): void {
    if (this.nextAllocation !== undefined && this.nextAllocation <= time) return;
    this.nextAllocation = time;
    this.outside.timeline.at(time, () => {
      if (this.nextAllocation !== time) return;
      this.nextAllocation = undefined;
      this.allocate();
    });
  }

  /** All that is free on an agent is one offer, to one of the roles. */
  private allocate(): void {
    const { timeline } = this.outside;
    if (this.connection === undefined || timeline.now < this.fullUntil) return;
    const offers = this.agents.agents.flatMap((agent) => {
      if (agent.standing !== 'registered') return [];
      const role = this.roleFor(agent);
      return role === undefined ? [] : this.offerOf(agent, role);
    });
    if (offers.length > 0) this.send({ kind: 'scheduler.offers', offers });
  }

  /** A role that has no filter on the agent; without one another allocation follows. */
  private roleFor({ id }: ModelAgent<Facts>): string | undefined {
    const { timeline, chance } = this.outside;
    const end = (role: string): number => this.filters.get(`${id} ${role}`) ?? 0;
    const roles = this.wantedRoles.filter((role) => end(role) <= timeline.now);
    const filtered = this.wantedRoles.filter((role) => end(role) > timeline.now);
    for (const role of filtered) this.allocateAt(end(role));
    return roles.length > 1 ? chance.pick(roles) : roles[0];
  }

  private offerOf(agent: ModelAgent<Facts>, role: string): mesos.Offer[] {
    const { shape } = agent;
    if ([...this.offers.values()].some((offer) => offer.agent === agent)) return [];
    const resources = this.agents
      .freeOf(agent)
      .filter((resource) => reservedRole(resource) === '*' || reservedRole(resource) === role);
    if (milliOf(resources, 'cpus') === 0 && milliOf(resources, 'mem') === 0) return [];
    const id = `O${++this.offered}`;
    const offer = { agent, role, resources };
    this.offers.set(id, offer);
    this.open.set(id, offer);
    this.outside.timeline.after(ANSWER_MS, () => this.checkAnswered(id));
    return [
      {
        id: { value: id },
        framework_id: { value: this.connection?.frameworkId ?? '' },
        agent_id: { value: agent.id },
        hostname: shape.hostname ?? agent.id,
        resources: writeLegacyResources(allocateTo(resources, role)) as mesos.Resource[],
        attributes: [...(shape.attributes ?? [])],
        ...(shape.domain && { domain: shape.domain }),
        allocation_info: { role },
      },
    ];
  }

  private checkAnswered(offerId: string): void {
    const { scheduler } = this.outside;
    if (this.offers.has(offerId) && scheduler.hasBeenAwakeFor(ANSWER_MS))
      throw new Error(`the offer ${offerId} has no answer`);
  }

  private free(offerId: string, refuseSeconds = 5): void {
    const { timeline } = this.outside;
    const offer = this.offers.get(offerId);
    if (offer === undefined) return;
    this.offers.delete(offerId);
    if (refuseSeconds > 0) {
      const until = timeline.now + refuseSeconds * SECOND;
      this.filters.set(`${offer.agent.id} ${offer.role}`, until);
      if (this.wantedRoles.length > 0) this.allocateAt(until);
    } else this.allocateSoon();
  }

  rescind(agent: ModelAgent<Facts>): void {
    for (const [offerId, offer] of this.offers) {
      if (offer.agent !== agent) continue;
      this.offers.delete(offerId);
      this.send({ kind: 'scheduler.rescind', offerId });
    }
  }
}

/** The state of a task that the master does not know. */
function stateOnAgent(agent: ModelAgent<unknown> | undefined): TaskState {
  if (agent?.standing === 'registered') return 'TASK_GONE';
  if (agent?.standing === 'unreachable') return 'TASK_UNREACHABLE';
  return agent?.standing === 'gone' ? 'TASK_GONE_BY_OPERATOR' : 'TASK_UNKNOWN';
}

/** A task that a call launches; one of a group with the executor of the group. */
interface LaunchedTask {
  readonly info: mesos.TaskInfo;
  readonly resources: Resources;
  readonly group: string | undefined;
  readonly executor: Resources;
}

function tasksOf(operation: mesos.Offer.Operation): LaunchedTask[] {
  const executor = operation.launch_group?.executor;
  return tasksOfOperation(operation).map((info) => ({
    info,
    resources: resourcesOf(info.resources),
    group: executor?.executor_id.value,
    executor: resourcesOf(executor?.resources),
  }));
}

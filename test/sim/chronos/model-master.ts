/**
 * A model of the master in a simulation of years, as the session of a framework sees it: subscriptions, offers, calls that
 * arrive late or are lost, reconciliation, broken connections, new masters, and frameworks that are removed.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type { Call } from '../../../cluster/api/generated/scheduler';
import type { Unstamped } from '../../../cluster/model/event';
import { isTerminal, type TaskState } from '../../../cluster/model/task-state';
import { launchedTasks } from '../../../frameworks/kit/core/session/calls';
import type { SessionEvents } from '../../../frameworks/kit/core/session/effects';
import type { Chance } from './chance';
import type { ChronosProcess } from './chronos-process';
import { type AgentsOutside, type ModelAgent, ModelAgents, type ModelTask } from './model-agents';
import type { Timeline } from './timeline';

export type LaunchFacts = Pick<ModelTask, 'id' | 'runId' | 'jobName' | 'createdAt' | 'isBeside'>;

export interface MasterOutside extends Pick<AgentsOutside, 'duration' | 'started' | 'ended'> {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly chronos: ChronosProcess;
  /** Called as a launch leaves the framework. */
  readonly launching: (taskId: string) => LaunchFacts;
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

interface ModelOffer {
  readonly agent: ModelAgent;
  readonly sentAt: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 1440 * MINUTE;
export const FAILOVER_MS = 7 * DAY;
/** Heartbeats that fail to come show a broken connection after so long. */
const HEARTBEATS_MS = 75 * SECOND;
/** An offer that is not answered for so long was forgotten. */
const ANSWER_MS = MINUTE;
const CPUS = 6;

export class ModelMaster {
  readonly agents: ModelAgents;
  isSuppressed = false;
  readonly offers = new Map<string, ModelOffer>();
  private readonly launches = new Map<string, LaunchFacts>();
  private readonly launched = new Set<string>();
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

  constructor(private readonly outside: MasterOutside) {
    this.agents = new ModelAgents({
      ...outside,
      tell: (task, { state, uuid }) => this.tell({ taskId: task.id, agent: task.agent, state, uuid }),
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
    const { timeline, chance, chronos } = this.outside;
    const { connection } = this;
    const { life } = chronos;
    for (const taskId of launchedTasks(call)) this.launches.set(taskId, this.outside.launching(taskId));
    this.lastCallAt = Math.max(this.lastCallAt, timeline.now + chance.between(5, 500));
    timeline.at(this.lastCallAt, () => {
      if (!chronos.isUp || chronos.life !== life) return;
      const isHeard = connection !== undefined && connection === this.connection;
      if (isHeard) this.handle(call);
      if (isHeard && !(this.agents.hasFaults && chance.is(0.004))) return;
      if (isHeard) this.breakConnection();
      chronos.post({ kind: 'scheduler.refused', call, reason: 'no answer' });
    });
  }

  /** The process of the framework has died. */
  processDied(): void {
    this.info = undefined;
    this.leave();
  }

  /** The framework finds out sooner or later, and subscribes again. */
  breakConnection(): void {
    const { timeline, chance, chronos } = this.outside;
    const { connection } = this;
    if (connection === undefined) return;
    this.leave();
    timeline.after(chance.between(10, HEARTBEATS_MS), () => {
      if (!chronos.isUp || chronos.life !== connection.life) return;
      chronos.post({ kind: 'scheduler.disconnected', reason: 'the connection broke' });
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
    timeline.after(FAILOVER_MS, () => {
      if (framework.disconnectedAt === left && this.framework === framework) this.remove();
    });
  }

  private remove(): void {
    this.framework = undefined;
    this.agents.removeTasks();
  }

  private connectLater(ms: number): void {
    const { timeline, chronos } = this.outside;
    const { life } = chronos;
    timeline.at(Math.max(timeline.now + ms, this.downUntil), () => {
      if (chronos.isUp && chronos.life === life && this.connection === undefined) this.connect();
    });
  }

  private connect(): void {
    const { timeline, chance, chronos } = this.outside;
    if (timeline.now < this.downUntil) return this.connectLater(SECOND);
    const id = this.info?.id?.value;
    if (id !== undefined && id !== this.framework?.id) {
      chronos.post({ kind: 'scheduler.error', message: 'Framework has been removed' });
      return this.connectLater(chance.between(100, 5 * SECOND));
    }
    if (id === undefined) {
      if (this.agents.tasks.size > 0) throw new Error('a framework that has tasks subscribes as a new one');
      this.framework = { id: `F${++this.frameworks}`, disconnectedAt: undefined };
    }
    const { framework } = this;
    if (framework === undefined) return;
    framework.disconnectedAt = undefined;
    this.connection = { frameworkId: framework.id, life: chronos.life, lastAt: 0 };
    this.isSuppressed = false;
    this.filters.clear();
    this.send({ kind: 'scheduler.subscribed', frameworkId: framework.id, master: 'M' });
    this.allocateSoon();
  }

  private send(event: Unstamped<SessionEvents>): void {
    const { timeline, chance, chronos } = this.outside;
    const { connection } = this;
    if (connection === undefined) return;
    connection.lastAt = Math.max(connection.lastAt, timeline.now + chance.between(5, 500));
    timeline.at(connection.lastAt, () => {
      if (connection === this.connection && chronos.life === connection.life) chronos.post(event);
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
        this.isSuppressed = false;
        this.filters.clear();
        return this.allocateSoon();
      case 'SUPPRESS':
        this.isSuppressed = true;
        return;
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

  private accept(accept: Call.Accept | undefined): void {
    const { timeline } = this.outside;
    const offerIds = (accept?.offer_ids ?? []).map(({ value }) => value);
    const offer = this.offers.get(offerIds[0] ?? '');
    for (const offerId of offerIds) this.free(offerId, accept?.filters?.refuse_seconds);
    for (const taskId of launchedTasks({ type: 'ACCEPT', accept })) {
      const facts = this.launches.get(taskId);
      this.launches.delete(taskId);
      if (facts === undefined || this.launched.has(taskId)) throw new Error(`${taskId} is launched twice`);
      this.launched.add(taskId);
      if (offer === undefined) this.tell({ taskId, agent: undefined, state: 'TASK_DROPPED' });
      else
        this.agents.launch({
          ...facts,
          launchedAt: timeline.now,
          agent: offer.agent,
          state: 'TASK_STAGING',
          forwarded: 'TASK_STAGING',
          updates: [],
        });
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
    const state = this.agents.tasks.get(taskId)?.forwarded ?? stateOnAgent(agent);
    this.tell({ taskId, agent, state });
  }

  private tell(news: {
    readonly taskId: string;
    readonly agent: ModelAgent | undefined;
    readonly state: TaskState;
    readonly uuid?: string | undefined;
  }): void {
    const { taskId, agent, state, uuid } = news;
    if (this.outside.timeline.now < this.downUntil) return;
    this.send({
      kind: 'scheduler.update',
      status: {
        task_id: { value: taskId },
        state,
        ...(agent && { agent_id: { value: agent.id } }),
        ...(uuid !== undefined && { uuid }),
      },
    });
  }

  private allocateSoon(): void {
    const { timeline, chance } = this.outside;
    if (this.isSuppressed || this.connection === undefined) return;
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

  /** All that is free on an agent is one offer. */
  private allocate(): void {
    const { timeline } = this.outside;
    if (this.isSuppressed || this.connection === undefined || timeline.now < this.fullUntil) return;
    const sent: mesos.Offer[] = [];
    for (const agent of this.agents.agents) {
      if (agent.standing !== 'registered') continue;
      const filteredUntil = this.filters.get(agent.id) ?? 0;
      if (filteredUntil > timeline.now) this.allocateAt(filteredUntil);
      else sent.push(...this.offerOf(agent));
    }
    if (sent.length > 0) this.send({ kind: 'scheduler.offers', offers: sent });
  }

  private offerOf(agent: ModelAgent): mesos.Offer[] {
    const { timeline } = this.outside;
    if ([...this.offers.values()].some((offer) => offer.agent === agent)) return [];
    const used = [...agent.tasks].filter(({ state }) => !isTerminal(state)).length;
    if (used >= CPUS) return [];
    const id = `O${++this.offered}`;
    this.offers.set(id, { agent, sentAt: timeline.now });
    timeline.after(ANSWER_MS, () => this.checkAnswered(id));
    const scalar = (name: string, value: number): mesos.Resource => ({
      name,
      type: 'SCALAR',
      scalar: { value },
      allocation_info: { role: '*' },
    });
    return [
      {
        id: { value: id },
        framework_id: { value: this.connection?.frameworkId ?? '' },
        agent_id: { value: agent.id },
        hostname: agent.id,
        resources: [scalar('cpus', CPUS - used), scalar('mem', 1000), scalar('disk', 1000)],
        allocation_info: { role: '*' },
      },
    ];
  }

  private checkAnswered(offerId: string): void {
    const { chronos } = this.outside;
    if (this.offers.has(offerId) && chronos.hasBeenAwakeFor(ANSWER_MS))
      throw new Error(`the offer ${offerId} has no answer`);
  }

  private free(offerId: string, refuseSeconds = 5): void {
    const { timeline } = this.outside;
    const offer = this.offers.get(offerId);
    if (offer === undefined) return;
    this.offers.delete(offerId);
    if (refuseSeconds > 0) {
      const until = timeline.now + refuseSeconds * SECOND;
      this.filters.set(offer.agent.id, until);
      if (!this.isSuppressed) this.allocateAt(until);
    } else this.allocateSoon();
  }

  private rescind(agent: ModelAgent): void {
    for (const [offerId, offer] of this.offers) {
      if (offer.agent !== agent) continue;
      this.offers.delete(offerId);
      this.send({ kind: 'scheduler.rescind', offerId });
    }
  }
}

/** The state of a task that the master does not know. */
function stateOnAgent(agent: ModelAgent | undefined): TaskState {
  if (agent?.standing === 'registered') return 'TASK_GONE';
  if (agent?.standing === 'unreachable') return 'TASK_UNREACHABLE';
  return agent?.standing === 'gone' ? 'TASK_GONE_BY_OPERATOR' : 'TASK_UNKNOWN';
}

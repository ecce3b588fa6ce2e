/**
 * A model of the agents in a simulation of long times: launches that get lost, processes that end in all ways, updates that
 * are sent until they are acknowledged, and agents that are cut off, come back, or are given up.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type { ResourceOperation } from '../../../cluster/model/conversions';
import {
  NO_RESOURCES,
  type Resources,
  readResources,
  subtractResources,
  unallocated,
} from '../../../cluster/model/resources';
import { isTerminal, type TaskState } from '../../../cluster/model/task-state';
import { converted } from '../../frameworks/marathon/conversion-of';
import type { Chance } from './chance';
import type { Timeline } from './timeline';

/** Agents that a new master expects are transitioning until they have registered with it. */
type Standing = 'registered' | 'transitioning' | 'unreachable' | 'gone';

/** A machine of the cluster; an agent that is given up is followed by another one on its machine. */
export interface AgentShape {
  /** The id of the agent without it. */
  readonly hostname?: string | undefined;
  readonly resources: Resources;
  readonly attributes?: readonly mesos.Attribute[] | undefined;
  readonly domain?: mesos.DomainInfo | undefined;
}

export interface ModelAgent<Facts> {
  readonly id: string;
  readonly shape: AgentShape;
  /** All that it has, with what frameworks have reserved and made of it. */
  total: Resources;
  /** Executors of task groups, which end after their tasks. */
  readonly executors: Map<string, Resources>;
  standing: Standing;
  /** Nothing reaches it, and nothing comes from it. */
  isCut: boolean;
  /** What other frameworks use. */
  occupied: Resources;
  readonly tasks: Set<ModelTask<Facts>>;
}

export interface ModelUpdate {
  readonly uuid: string;
  readonly state: TaskState;
  readonly healthy?: boolean | undefined;
}

/** A task, with what the framework notes about it at its launch. */
export type ModelTask<Facts> = Facts & {
  readonly id: string;
  /** The executor of a task group: the tasks of a group end with the first that does not end well. */
  readonly group?: string | undefined;
  readonly resources: Resources;
  readonly launchedAt: number;
  readonly agent: ModelAgent<Facts>;
  /** TASK_STAGING until its process begins. */
  state: TaskState;
  /** The last result of the checks that Mesos performs. */
  healthy?: boolean | undefined;
  /** The state that the master has. */
  forwarded: TaskState;
  /** Updates that are not acknowledged, oldest first. */
  readonly updates: ModelUpdate[];
  /** The update that was sent last. */
  newest?: ModelUpdate | undefined;
};

/** The probabilities of faults, and their longest times. */
export interface Faults {
  readonly lostLaunches: number;
  readonly lostForMs: number;
  /** That an agent is cut off after a task has begun there. */
  readonly cuts: number;
  readonly lateUpdates: number;
  readonly lateForMs: number;
  readonly repeatedUpdates: number;
  readonly repeatedForMs: number;
  /** Repeated updates may come after later ones, which Mesos does not do. */
  readonly anyOrder: boolean;
  /** The time that agents have to register with a new master. */
  readonly reregisterMs: number;
  /** Calls that arrive, and whose answers do not. */
  readonly lostAnswers: number;
}

export interface AgentsOutside<Facts> {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly shapes: readonly AgentShape[];
  readonly faults: Faults;
  /** The time after which a process ends by itself, and how. */
  readonly duration: (task: ModelTask<Facts>) => number;
  readonly endOf: (task: ModelTask<Facts>) => TaskState;
  readonly started: (task: ModelTask<Facts>) => void;
  readonly ended: (task: ModelTask<Facts>) => void;
  /** The master tells the framework; nothing without a connection. */
  readonly tell: (
    task: ModelTask<Facts>,
    update: Omit<ModelUpdate, 'uuid'> & { readonly uuid?: string },
  ) => void;
  /** Resources are free, or an agent is back. */
  readonly changed: () => void;
  /** The master has found out that an agent cannot be reached. */
  readonly lost: (agent: ModelAgent<Facts>) => void;
  /** An operator has given an agent up. */
  readonly givenUp?: ((agent: ModelAgent<Facts>) => void) | undefined;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const RESEND_MS = 20 * SECOND;
const RESEND_MAX_MS = 10 * MINUTE;
/** The time after which the master gives up pinging. */
const PINGS_MS = 75 * SECOND;

export class ModelAgents<Facts> {
  readonly agents: ModelAgent<Facts>[] = [];
  /** The tasks of the framework whose end is not acknowledged. */
  readonly tasks = new Map<string, ModelTask<Facts>>();
  /** With faults, launches get lost and agents unreachable. */
  hasFaults = true;
  private created = 0;
  private uuids = 0;

  constructor(private readonly outside: AgentsOutside<Facts>) {
    for (const shape of outside.shapes) this.agents.push(this.newAgent(shape));
  }

  find(agentId: string | undefined): ModelAgent<Facts> | undefined {
    return this.agents.find(({ id }) => id === agentId);
  }

  /** A framework reserves, frees, makes or destroys some of what is free. */
  convert(agent: ModelAgent<Facts>, conversion: ResourceOperation): void {
    if (conversion.type === 'DESTROY') converted(this.freeOf(agent), conversion);
    agent.total = converted(agent.total, conversion);
  }

  launch(task: ModelTask<Facts>, executor: Resources = NO_RESOURCES): void {
    const { timeline, chance, faults } = this.outside;
    if (task.group !== undefined && executor.length > 0) task.agent.executors.set(task.group, executor);
    this.tasks.set(task.id, task);
    task.agent.tasks.add(task);
    if (this.hasFaults && chance.is(faults.lostLaunches)) {
      timeline.after(chance.between(SECOND, faults.lostForMs), () => this.drop(task));
      return;
    }
    timeline.after(chance.between(5, 500), () => {
      if (task.state !== 'TASK_STAGING' || task.agent.isCut) return;
      this.begin(task);
    });
  }

  kill(task: ModelTask<Facts>): void {
    const { timeline, chance } = this.outside;
    if (task.agent.isCut) return;
    timeline.after(chance.between(5, 2000), () => {
      if (task.state === 'TASK_STAGING') this.drop(task);
      else this.end(task, 'TASK_KILLED');
    });
  }

  acknowledge(taskId: string, uuid: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.agent.isCut || task.updates[0]?.uuid !== uuid) return;
    task.updates.shift();
    if (task.updates.length > 0) this.send(task);
    else if (isTerminal(task.state)) this.forget(task);
  }

  /** An agent is cut off for a while; in the end it is back, or an operator has given it up. */
  cut(agent: ModelAgent<Facts>, ms: number, isGivenUp: boolean): void {
    const { timeline } = this.outside;
    if (agent.isCut || agent.standing === 'gone') return;
    agent.isCut = true;
    timeline.after(PINGS_MS, () => {
      if (agent.isCut && agent.standing === 'registered') this.markUnreachable(agent);
    });
    timeline.after(ms, () => {
      agent.isCut = false;
      if (isGivenUp) this.giveUp(agent);
      else if (agent.standing !== 'gone') this.register(agent);
    });
  }

  /** A new master leads after a while: it knows the agents by its registry, and their tasks once they have registered. */
  failOver(ms: number): void {
    const { timeline, chance, faults } = this.outside;
    for (const agent of this.agents) {
      if (agent.standing !== 'registered') continue;
      agent.standing = 'transitioning';
      for (const task of [...agent.tasks]) if (task.state === 'TASK_STAGING') this.forget(task);
      timeline.after(ms + chance.between(10, faults.reregisterMs), () => {
        if (agent.standing === 'transitioning' && !agent.isCut) this.register(agent);
      });
      timeline.after(ms + faults.reregisterMs, () => {
        if (agent.standing !== 'transitioning') return;
        if (agent.isCut) this.markUnreachable(agent);
        else this.register(agent);
      });
    }
  }

  /** The framework was removed: nothing of it is left, and it will not know the ends that were not told. */
  removeTasks(): void {
    for (const task of [...this.tasks.values()]) this.lose(task, 'TASK_GONE');
  }

  /** What an agent has for further tasks. */
  freeOf({ total, occupied, tasks, executors }: ModelAgent<Facts>): Resources {
    let free = subtractResources(total, occupied);
    for (const { state, resources } of tasks)
      if (!isTerminal(state)) free = subtractResources(free, resources);
    for (const resources of executors.values()) free = subtractResources(free, resources);
    return free;
  }

  /** Other frameworks take some of an agent, or give it back. */
  occupy(agent: ModelAgent<Facts>, resources: Resources): void {
    agent.occupied = resources;
    this.outside.changed();
  }

  /** The process of a task has ended by itself or by somebody else. */
  fail(task: ModelTask<Facts>, state: TaskState): void {
    if (task.state === 'TASK_RUNNING') this.end(task, state);
  }

  /** A check of a task that Mesos performs has another result than before. */
  report(task: ModelTask<Facts>, healthy: boolean): void {
    if (task.state !== 'TASK_RUNNING' || task.healthy === healthy) return;
    task.healthy = healthy;
    this.update(task, 'TASK_RUNNING');
  }

  private newAgent(shape: AgentShape): ModelAgent<Facts> {
    const id = `S${++this.created}`;
    return {
      id,
      shape,
      total: shape.resources,
      executors: new Map(),
      standing: 'registered',
      isCut: false,
      occupied: NO_RESOURCES,
      tasks: new Set(),
    };
  }

  private begin(task: ModelTask<Facts>): void {
    const { timeline, chance, faults, duration, endOf, started } = this.outside;
    task.state = 'TASK_RUNNING';
    started(task);
    this.update(task, 'TASK_RUNNING');
    const durationMs = duration(task);
    if (Number.isFinite(durationMs)) timeline.after(durationMs, () => this.end(task, endOf(task)));
    if (this.hasFaults && chance.is(faults.cuts))
      timeline.after(chance.between(100, 30 * MINUTE), () =>
        this.cut(task.agent, chance.between(10 * SECOND, 300 * MINUTE), chance.is(0.1)),
      );
  }

  /** The task has not reached its agent, and the agent tells so. */
  private drop(task: ModelTask<Facts>): void {
    if (task.state !== 'TASK_STAGING' || task.agent.isCut || !this.tasks.has(task.id)) return;
    task.state = 'TASK_DROPPED';
    this.update(task, 'TASK_DROPPED');
    this.endGroup(task);
    this.endExecutor(task);
  }

  private end(task: ModelTask<Facts>, state: TaskState): void {
    if (isTerminal(task.state)) return;
    this.stop(task, state);
    this.update(task, state);
    if (state !== 'TASK_FINISHED') this.endGroup(task);
    this.outside.changed();
  }

  private endGroup({ group, agent }: ModelTask<Facts>): void {
    if (group === undefined) return;
    for (const other of agent.tasks) if (other.group === group && !isTerminal(other.state)) this.kill(other);
  }

  private stop(task: ModelTask<Facts>, state: TaskState): void {
    if (isTerminal(task.state)) return;
    const hadProcess = task.state !== 'TASK_STAGING';
    task.state = state;
    if (hadProcess) this.outside.ended(task);
    this.endExecutor(task);
  }

  /** An executor ends a while after the last of its tasks. */
  private endExecutor({ group, agent }: ModelTask<Facts>): void {
    if (group === undefined || !agent.executors.has(group)) return;
    for (const task of agent.tasks) if (task.group === group && !isTerminal(task.state)) return;
    const executor = agent.executors.get(group);
    this.outside.timeline.after(this.outside.chance.between(5, 5000), () => {
      if (agent.executors.get(group) !== executor) return;
      agent.executors.delete(group);
      this.outside.changed();
    });
  }

  private forget(task: ModelTask<Facts>): void {
    this.tasks.delete(task.id);
    task.agent.tasks.delete(task);
    task.updates.length = 0;
    this.endExecutor(task);
  }

  private lose(task: ModelTask<Facts>, state: TaskState): void {
    this.stop(task, state);
    task.state = state;
    this.forget(task);
  }

  private markUnreachable(agent: ModelAgent<Facts>): void {
    agent.standing = 'unreachable';
    this.outside.lost(agent);
    for (const task of agent.tasks) {
      if (isTerminal(task.forwarded)) continue;
      task.forwarded = 'TASK_UNREACHABLE';
      this.outside.tell(task, { state: 'TASK_UNREACHABLE' });
    }
  }

  private register(agent: ModelAgent<Facts>): void {
    const wasUnreachable = agent.standing === 'unreachable';
    agent.standing = 'registered';
    for (const task of [...agent.tasks]) {
      if (task.state === 'TASK_STAGING') this.drop(task);
      if (isTerminal(task.state)) continue;
      task.forwarded = task.state;
      if (wasUnreachable) this.outside.tell(task, { state: task.state, healthy: task.healthy });
    }
    this.outside.changed();
  }

  /** Nobody will know how the tasks ended whose end was not told. */
  private giveUp(agent: ModelAgent<Facts>): void {
    agent.standing = 'gone';
    this.outside.givenUp?.(agent);
    for (const task of [...agent.tasks]) {
      this.lose(task, 'TASK_GONE_BY_OPERATOR');
      this.outside.tell(task, { state: 'TASK_GONE_BY_OPERATOR' });
    }
    this.outside.lost(agent);
    this.agents.push(this.newAgent(agent.shape));
    this.outside.changed();
  }

  private update(task: ModelTask<Facts>, state: TaskState): void {
    const { healthy } = task;
    task.updates.push({ uuid: `U${++this.uuids}`, state, ...(healthy !== undefined && { healthy }) });
    if (task.updates.length === 1) this.send(task);
  }

  /** Sends the oldest update until it is acknowledged. */
  private send(task: ModelTask<Facts>, pause = RESEND_MS): void {
    const { timeline, chance, faults } = this.outside;
    const [update] = task.updates;
    if (update === undefined) return;
    const isLate = this.hasFaults && chance.is(faults.lateUpdates);
    task.newest = update;
    const delay = isLate ? chance.between(MINUTE, faults.lateForMs) : chance.between(5, 2000);
    timeline.after(delay, () => {
      this.forward(task, update);
      if (chance.is(faults.repeatedUpdates))
        timeline.after(chance.between(10, faults.repeatedForMs), () => {
          if (faults.anyOrder || task.newest === update) this.forward(task, update);
        });
      timeline.after(pause, () => {
        if (task.updates[0] === update) this.send(task, Math.min(RESEND_MAX_MS, 2 * pause));
      });
    });
  }

  private forward(task: ModelTask<Facts>, update: ModelUpdate): void {
    if (task.agent.isCut || task.agent.standing !== 'registered') return;
    if (!isTerminal(task.forwarded)) task.forwarded = update.state;
    this.outside.tell(task, update);
  }
}

/** The resources of a task, as agents count them. */
export function resourcesOf(resources: readonly mesos.Resource[] | undefined): Resources {
  return unallocated(readResources(resources));
}

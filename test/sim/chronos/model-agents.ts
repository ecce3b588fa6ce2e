/**
 * A model of the agents in a simulation of years: launches that get lost, processes that end in all ways, updates that are
 * sent until they are acknowledged, and agents that are cut off, come back, or are given up.
 */

import { isTerminal, type TaskState } from '../../../cluster/model/task-state';
import type { Chance } from './chance';
import type { Timeline } from './timeline';

/** Agents that a new master expects are transitioning until they have registered with it. */
type Standing = 'registered' | 'transitioning' | 'unreachable' | 'gone';

export interface ModelAgent {
  readonly id: string;
  standing: Standing;
  /** Nothing reaches it, and nothing comes from it. */
  isCut: boolean;
  readonly tasks: Set<ModelTask>;
}

export interface ModelUpdate {
  readonly uuid: string;
  readonly state: TaskState;
}

export interface ModelTask {
  readonly id: string;
  readonly runId: string;
  readonly jobName: string;
  /** The creation of the job. */
  readonly createdAt: number;
  /** Its run began while its job allowed several. */
  readonly isBeside: boolean;
  readonly launchedAt: number;
  readonly agent: ModelAgent;
  /** TASK_STAGING until its process begins. */
  state: TaskState;
  /** The state that the master has. */
  forwarded: TaskState;
  /** Updates that are not acknowledged, oldest first. */
  readonly updates: ModelUpdate[];
}

export interface AgentsOutside {
  readonly timeline: Timeline;
  readonly chance: Chance;
  /** How long a process of this job runs. */
  readonly duration: (jobName: string) => number;
  readonly started: (task: ModelTask) => void;
  readonly ended: (task: ModelTask) => void;
  /** The master tells the framework; nothing without a connection. */
  readonly tell: (task: ModelTask, update: { readonly state: TaskState; readonly uuid?: string }) => void;
  /** Resources are free, or an agent is back. */
  readonly changed: () => void;
  /** The master has found out that an agent cannot be reached. */
  readonly lost: (agent: ModelAgent) => void;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const RESEND_MS = 20 * SECOND;
const RESEND_MAX_MS = 10 * MINUTE;
/** The time after which the master gives up pinging. */
const PINGS_MS = 75 * SECOND;
const REREGISTER_MS = 10 * MINUTE;
const AGENTS = 3;

export class ModelAgents {
  readonly agents: ModelAgent[] = [];
  /** The tasks of the framework whose end is not acknowledged. */
  readonly tasks = new Map<string, ModelTask>();
  /** With faults, launches get lost and agents unreachable. */
  hasFaults = true;
  private created = 0;
  private uuids = 0;

  constructor(private readonly outside: AgentsOutside) {
    for (let index = 0; index < AGENTS; index++) this.agents.push(this.newAgent());
  }

  find(agentId: string | undefined): ModelAgent | undefined {
    return this.agents.find(({ id }) => id === agentId);
  }

  launch(task: ModelTask): void {
    const { timeline, chance } = this.outside;
    this.tasks.set(task.id, task);
    task.agent.tasks.add(task);
    if (this.hasFaults && chance.is(0.02)) {
      timeline.after(chance.between(SECOND, 30 * MINUTE), () => this.drop(task));
      return;
    }
    timeline.after(chance.between(5, 500), () => {
      if (task.state !== 'TASK_STAGING' || task.agent.isCut) return;
      this.begin(task);
    });
  }

  kill(task: ModelTask): void {
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
  cut(agent: ModelAgent, ms: number, isGivenUp: boolean): void {
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
    const { timeline, chance } = this.outside;
    for (const agent of this.agents) {
      if (agent.standing !== 'registered') continue;
      agent.standing = 'transitioning';
      for (const task of [...agent.tasks]) if (task.state === 'TASK_STAGING') this.forget(task);
      timeline.after(ms + chance.between(10, REREGISTER_MS), () => {
        if (agent.standing === 'transitioning' && !agent.isCut) this.register(agent);
      });
      timeline.after(ms + REREGISTER_MS, () => {
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

  private newAgent(): ModelAgent {
    return { id: `S${++this.created}`, standing: 'registered', isCut: false, tasks: new Set() };
  }

  private begin(task: ModelTask): void {
    const { timeline, chance, duration, started } = this.outside;
    task.state = 'TASK_RUNNING';
    started(task);
    this.update(task, 'TASK_RUNNING');
    timeline.after(duration(task.jobName), () => this.end(task, this.someEnd()));
    if (this.hasFaults && chance.is(0.008))
      timeline.after(chance.between(100, 30 * MINUTE), () =>
        this.cut(task.agent, chance.between(10 * SECOND, 300 * MINUTE), chance.is(0.1)),
      );
  }

  private someEnd(): TaskState {
    const { chance } = this.outside;
    if (chance.is(0.85)) return 'TASK_FINISHED';
    return this.hasFaults && chance.is(0.2)
      ? chance.pick(['TASK_GONE', 'TASK_LOST', 'TASK_ERROR'])
      : 'TASK_FAILED';
  }

  /** The task has not reached its agent, and the agent tells so. */
  private drop(task: ModelTask): void {
    if (task.state !== 'TASK_STAGING' || task.agent.isCut || !this.tasks.has(task.id)) return;
    task.state = 'TASK_DROPPED';
    this.update(task, 'TASK_DROPPED');
  }

  private end(task: ModelTask, state: TaskState): void {
    if (isTerminal(task.state)) return;
    this.stop(task, state);
    this.update(task, state);
    this.outside.changed();
  }

  private stop(task: ModelTask, state: TaskState): void {
    if (isTerminal(task.state)) return;
    const hadProcess = task.state !== 'TASK_STAGING';
    task.state = state;
    if (hadProcess) this.outside.ended(task);
  }

  private forget(task: ModelTask): void {
    this.tasks.delete(task.id);
    task.agent.tasks.delete(task);
    task.updates.length = 0;
  }

  private lose(task: ModelTask, state: TaskState): void {
    this.stop(task, state);
    task.state = state;
    this.forget(task);
  }

  private markUnreachable(agent: ModelAgent): void {
    agent.standing = 'unreachable';
    this.outside.lost(agent);
    for (const task of agent.tasks) {
      if (isTerminal(task.forwarded)) continue;
      task.forwarded = 'TASK_UNREACHABLE';
      this.outside.tell(task, { state: 'TASK_UNREACHABLE' });
    }
  }

  private register(agent: ModelAgent): void {
    const wasUnreachable = agent.standing === 'unreachable';
    agent.standing = 'registered';
    for (const task of [...agent.tasks]) {
      if (task.state === 'TASK_STAGING') this.drop(task);
      if (isTerminal(task.state)) continue;
      task.forwarded = task.state;
      if (wasUnreachable) this.outside.tell(task, { state: task.state });
    }
    this.outside.changed();
  }

  /** Nobody will know how the tasks ended whose end was not told. */
  private giveUp(agent: ModelAgent): void {
    agent.standing = 'gone';
    for (const task of [...agent.tasks]) {
      this.lose(task, 'TASK_GONE_BY_OPERATOR');
      this.outside.tell(task, { state: 'TASK_GONE_BY_OPERATOR' });
    }
    this.outside.lost(agent);
    this.agents.push(this.newAgent());
    this.outside.changed();
  }

  private update(task: ModelTask, state: TaskState): void {
    task.updates.push({ uuid: `U${++this.uuids}`, state });
    if (task.updates.length === 1) this.send(task);
  }

  /** Sends the oldest update until it is acknowledged. */
  private send(task: ModelTask, pause = RESEND_MS): void {
    const { timeline, chance } = this.outside;
    const [update] = task.updates;
    if (update === undefined) return;
    const isLate = this.hasFaults && chance.is(0.04);
    timeline.after(isLate ? chance.between(MINUTE, 30 * MINUTE) : chance.between(5, 2000), () => {
      this.forward(task, update);
      if (chance.is(0.08)) timeline.after(chance.between(10, 20 * MINUTE), () => this.forward(task, update));
      timeline.after(pause, () => {
        if (task.updates[0] === update) this.send(task, Math.min(RESEND_MAX_MS, 2 * pause));
      });
    });
  }

  private forward(task: ModelTask, update: ModelUpdate): void {
    if (task.agent.isCut || task.agent.standing !== 'registered') return;
    if (!isTerminal(task.forwarded)) task.forwarded = update.state;
    this.outside.tell(task, update);
  }
}

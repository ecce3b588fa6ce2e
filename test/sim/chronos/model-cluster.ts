/**
 * A model of master and agents in a simulation of years: launches that are lost, processes that end in all ways, and
 * updates that come late, twice, or after a failover.
 */

import { isTerminal, type TaskState } from '../../../cluster/model/task-state';
import { hasProcess } from '../../../frameworks/chronos/core/runs/run';
import type { Chance } from './chance';
import type { ChronosProcess } from './chronos-process';
import type { Timeline } from './timeline';

export interface ModelTask {
  readonly id: string;
  readonly runId: string;
  readonly jobName: string;
  state: TaskState;
  /** Updates that are not acknowledged, oldest first. */
  readonly updates: TaskState[];
}

export interface ClusterOutside {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly chronos: ChronosProcess;
  /** How long a process of this job runs. */
  readonly duration: (jobName: string) => number;
  readonly isAsync: (jobName: string) => boolean;
  readonly started: (task: ModelTask) => void;
  readonly ended: (task: ModelTask) => void;
}

const MINUTE = 60_000;
const RECONCILE_MS = 15 * MINUTE;
const RESEND_MS = MINUTE;

export class ModelCluster {
  /** Tasks that have had a process. */
  readonly tasks = new Map<string, ModelTask>();
  /** With faults, launches get lost and agents unreachable. */
  hasFaults = true;
  private isPlacing = false;
  /** No offers until then. */
  private fullUntil = 0;

  constructor(private readonly outside: ClusterOutside) {}

  /** The cluster has no offers for a while. */
  fill(ms: number): void {
    this.fullUntil = this.outside.timeline.now + ms;
  }

  /** Offers come when something waits for them. */
  offer(): void {
    const { timeline, chance, chronos } = this.outside;
    if (this.isPlacing || !chronos.state || chronos.state.ready.size === 0) return;
    this.isPlacing = true;
    timeline.at(Math.max(timeline.now, this.fullUntil) + chance.between(10, 3000), () => {
      this.isPlacing = false;
      for (const runId of [...(chronos.state?.ready ?? [])])
        chronos.post({ kind: 'run.placed', runId, offerId: 'O', agentId: 'S', hostname: 'host' });
      this.offer();
    });
  }

  launch(taskId: string, runId: string, jobName: string): void {
    const { timeline, chance, chronos } = this.outside;
    const { life } = chronos;
    timeline.after(RECONCILE_MS, () => this.reconcile(taskId));
    if (this.hasFaults && chance.is(0.03)) {
      if (chance.is(0.5)) timeline.after(chance.between(10, MINUTE), () => this.tell(taskId, 'TASK_DROPPED'));
      return;
    }
    timeline.after(chance.between(5, 500), () => {
      // The stream of an earlier life is gone, and its calls with it.
      if (chronos.isUp && chronos.life === life)
        this.begin({ id: taskId, runId, jobName, state: 'TASK_STAGING', updates: [] });
    });
  }

  kill(taskId: string): void {
    this.outside.timeline.after(this.outside.chance.between(5, 2000), () => {
      const task = this.tasks.get(taskId);
      if (task === undefined) this.tell(taskId, 'TASK_LOST');
      else if (!isTerminal(task.state)) this.end(task, 'TASK_KILLED');
    });
  }

  /** A new scheduler asks about all tasks that it has. */
  reconcileAll(): void {
    const { chronos, timeline, chance } = this.outside;
    for (const taskId of chronos.state?.tasks.keys() ?? [])
      timeline.after(chance.between(10, 5000), () => this.reconcile(taskId));
  }

  private begin(task: ModelTask): void {
    const { timeline, chance, duration, started } = this.outside;
    this.tasks.set(task.id, task);
    started(task);
    this.update(task, 'TASK_RUNNING');
    if (this.hasFaults && chance.is(0.01)) this.loseAgentOf(task);
    timeline.after(duration(task.jobName), () => this.end(task, this.someEnd()));
  }

  private someEnd(): TaskState {
    const { chance } = this.outside;
    if (chance.is(0.85)) return 'TASK_FINISHED';
    return this.hasFaults && chance.is(0.2)
      ? chance.pick(['TASK_GONE', 'TASK_LOST', 'TASK_ERROR'])
      : 'TASK_FAILED';
  }

  private loseAgentOf(task: ModelTask): void {
    const { timeline, chance } = this.outside;
    timeline.after(chance.between(100, 30 * MINUTE), () => {
      if (isTerminal(task.state)) return;
      this.update(task, 'TASK_UNREACHABLE');
      timeline.after(chance.between(MINUTE, 300 * MINUTE), () => {
        if (!isTerminal(task.state)) this.update(task, 'TASK_RUNNING');
      });
    });
  }

  private end(task: ModelTask, state: TaskState): void {
    if (isTerminal(task.state)) return;
    this.update(task, state);
    this.outside.ended(task);
    if (state !== 'TASK_FINISHED' || !this.outside.isAsync(task.jobName)) return;
    const { timeline, chance, chronos } = this.outside;
    const call = (): void => {
      if (chronos.isUp) chronos.post({ kind: 'task.callback', request: 0, taskId: task.id, statusCode: 0 });
      timeline.after(60 * MINUTE, () => {
        if (chronos.state?.tasks.has(task.id) !== false) call();
      });
    };
    timeline.after(chance.between(MINUTE, 20 * MINUTE), call);
  }

  private update(task: ModelTask, state: TaskState): void {
    task.state = state;
    task.updates.push(state);
    if (task.updates.length === 1) this.resend(task);
  }

  /** Sends the oldest update until its effects are durable. */
  private resend(task: ModelTask): void {
    const { timeline, chance, chronos } = this.outside;
    const [state] = task.updates;
    if (state === undefined) return;
    const delay =
      this.hasFaults && chance.is(0.02) ? chance.between(MINUTE, 30 * MINUTE) : chance.between(5, 2000);
    timeline.after(delay, () => {
      const { life } = chronos;
      this.tell(task.id, state);
      if (chance.is(0.05)) timeline.after(chance.between(10, 20 * MINUTE), () => this.tell(task.id, state));
      timeline.after(RESEND_MS, () => {
        if (chronos.isSettled && chronos.life === life) task.updates.shift();
        this.resend(task);
      });
    });
  }

  private reconcile(taskId: string): void {
    const { timeline, chronos } = this.outside;
    const runId = chronos.state?.tasks.get(taskId);
    if (runId === undefined) return;
    const run = chronos.state?.jobs.get(runId.slice(0, runId.lastIndexOf(':')))?.active[runId];
    if (run && hasProcess(run)) this.tell(taskId, this.tasks.get(taskId)?.state ?? 'TASK_UNKNOWN');
    timeline.after(RECONCILE_MS, () => this.reconcile(taskId));
  }

  private tell(taskId: string, state: TaskState): void {
    const update = { state, reason: undefined, message: undefined };
    this.outside.chronos.post({ kind: 'task.update', taskId, update });
  }
}

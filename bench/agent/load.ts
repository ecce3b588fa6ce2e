/** A framework that launches and kills many command tasks at once, and times each of them. */

import type { Offer, TaskInfo, TaskStatus } from '../../cluster/api/generated/mesos';
import { present } from '../../cluster/model/assert';
import { isTerminal } from '../../cluster/model/task-state';
import { type LoadScheduler, loadScheduler } from '../master/load-scheduler';

export interface LoadOptions {
  readonly url: string;
  /** The shell command of each task. */
  readonly command: string;
}

interface Waiter {
  readonly holds: () => boolean;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export class Load {
  private readonly scheduler: LoadScheduler;
  /** Offers in hand, all of the one agent; each has a part of its resources. */
  private offers: Offer[] = [];
  private launched = 0;
  private readonly acceptedAt = new Map<string, number>();
  /** Milliseconds from ACCEPT to TASK_RUNNING. */
  private readonly times = new Map<string, number>();
  private readonly running = new Map<string, Offer['agent_id']>();
  private readonly ended = new Set<string>();
  private waiters: Waiter[] = [];
  private failure: Error | undefined;

  constructor(private readonly options: LoadOptions) {
    this.scheduler = loadScheduler({
      url: options.url,
      name: 'bench-agent',
      failoverSeconds: 3600,
      checkpoint: true,
      offered: (offer) => {
        this.offers.push(offer);
        this.look();
      },
      updated: (status) => this.updated(status),
    });
  }

  /** Launches tasks with one ACCEPT; resolves when all run, with the milliseconds that each took from ACCEPT. */
  async launch(count: number): Promise<readonly number[]> {
    await this.until(() => this.offers.length > 0);
    const accepted = this.offers;
    this.offers = [];
    const names = Array.from({ length: count }, () => `t${this.launched++}`);
    const { agent_id } = present(accepted[0], 'an offer is there');
    const task_infos = names.map((id) => taskFor(agent_id, id, this.options.command));
    for (const id of names) this.acceptedAt.set(id, performance.now());
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
    const offer_ids = accepted.map(({ id }) => id);
    this.scheduler.call({
      type: 'ACCEPT',
      accept: { offer_ids, operations, filters: { refuse_seconds: 0 } },
    });
    await this.until(() => names.every((id) => this.times.has(id)));
    return names.map((id) => this.times.get(id) ?? 0);
  }

  /** Kills all that run; resolves when all have ended. */
  async killAll(): Promise<void> {
    const tasks = [...this.running];
    for (const [id, agent_id] of tasks)
      this.scheduler.call({ type: 'KILL', kill: { task_id: { value: id }, agent_id } });
    await this.until(() => tasks.every(([id]) => this.ended.has(id)));
  }

  stop(): Promise<void> {
    return this.scheduler.stop();
  }

  private updated({ task_id: { value: id }, agent_id, state, message }: TaskStatus): void {
    if (state === 'TASK_RUNNING' && agent_id) {
      this.times.set(id, performance.now() - (this.acceptedAt.get(id) ?? 0));
      this.running.set(id, agent_id);
    } else if (isTerminal(state)) {
      this.running.delete(id);
      this.ended.add(id);
      if (state !== 'TASK_KILLED') this.failure = new Error(`${id}: ${state} ${message}`);
    }
    this.look();
  }

  private until(holds: () => boolean): Promise<void> {
    return new Promise((done, failed) => {
      this.waiters.push({ holds, done, failed });
      this.look();
    });
  }

  private look(): void {
    const { failure } = this;
    const waiting: Waiter[] = [];
    for (const waiter of this.waiters) {
      if (failure) waiter.failed(failure);
      else if (waiter.holds()) waiter.done();
      else waiting.push(waiter);
    }
    this.waiters = waiting;
  }
}

function taskFor(agent_id: Offer['agent_id'], id: string, command: string): TaskInfo {
  return {
    name: 'bench',
    task_id: { value: id },
    agent_id,
    command: { value: command },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
  };
}

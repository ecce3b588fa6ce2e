/**
 * Taking tasks out on request, and telling when their connections are done: for a scheduler that wants to stop a task
 * without losing a request.
 *
 * Always true: a task that is out gets no new request, also when it is served only later; it stays out until it is gone
 * from Marathon, put back, or was out for an hour, over restarts, too; nothing is judged before Marathon's apps are read.
 * It goes out after those have come in that Marathon knew when it asked.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { readUsed } from '../core/traffic';
import type { Balancer } from './balancer';
import type { Follower } from './follow';
import type { Haproxy } from './haproxy';
import type { RuntimeApi } from './runtime-api';

export interface DrainState {
  readonly task: string;
  /** `out`: no new requests, `connections` are left. `unknown`: no server of this load balancer belongs to it. */
  readonly state: 'out' | 'in' | 'unknown';
  readonly connections: number;
}

/** How often connections are counted while somebody waits for them. */
const LOOK_MS = 25;
const OUT_MAX_MS = 3_600_000;
/** A task that was never served may be about to be: it is remembered for this time, from the first list of apps on. */
const UNKNOWN_MS = 60_000;
export const DEADLINE_MAX_MS = 600_000;
/** How long taking out waits for Marathon's answer about the app. */
const READ_LIMIT_MS = 5000;
/** Tasks that are out or remembered, and listeners. */
const TASKS_MAX = 100_000;
export const LISTENERS_MAX = 100;

/** Connections by task, counted once for all who wait. */
type Counts = ReadonlyMap<string, number>;

export class Drains {
  private readonly listeners = new Set<(state: DrainState) => void>();
  /** Drained tasks that this run has served: one that is not served any more has ended. */
  private readonly served = new Set<string>();
  private counting: Promise<Counts> | undefined;
  private readonly watched = new Set<string>();
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly balancer: Pick<
        Balancer,
        'model' | 'drained' | 'drainedAt' | 'appsReadAt' | 'appOfTask' | 'takeOut' | 'putBack' | 'refresh'
      >;
      readonly haproxy: Pick<Haproxy, 'askOldWorkers'>;
      readonly runtime: Pick<RuntimeApi, 'ask'>;
      readonly follower: Pick<Follower, 'readNow'>;
      readonly clock: Clock;
      readonly log: Logger;
    },
  ) {}

  /** Takes a task out. Answers when it has no connection left, or at the deadline. */
  async takeOut(task: string, deadlineMs: number): Promise<DrainState> {
    const { balancer, follower, log } = this.parts;
    const deadline = performance.now() + deadlineMs;
    this.forgetOld();
    // Of a task that an earlier run took out nothing is known, either, until the apps are read.
    if (!balancer.drained.has(task) || balancer.appsReadAt === undefined) {
      if (!balancer.drained.has(task) && balancer.drained.size >= TASKS_MAX)
        return this.tell({ task, state: 'unknown', connections: 0 });
      // Marathon replaces a task once the next one is healthy: what it knew by then has to be served before.
      const app = balancer.appOfTask(task);
      await follower.readNow(app === undefined ? 'all' : [app], Math.min(deadlineMs, READ_LIMIT_MS));
      balancer.takeOut(task);
      log.info({ task }, 'taking a task out');
      await balancer.refresh();
    }
    if (!this.serves(task)) return this.tell({ task, state: 'unknown', connections: 0 });
    this.served.add(task);
    return await this.waitFor(task, deadline);
  }

  private async waitFor(task: string, deadline: number): Promise<DrainState> {
    this.watched.add(task);
    try {
      for (let last = -1; ; ) {
        const over = performance.now() >= deadline || this.stopped;
        const counts = await this.counts().catch((error: Error) => error);
        if (counts instanceof Error && over) throw counts;
        if (!(counts instanceof Error)) {
          const state: DrainState = { task, state: 'out', connections: counts.get(task) ?? 0 };
          if (state.connections !== last) this.tell(state);
          last = state.connections;
          if (last === 0 || over) return state;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    } finally {
      this.watched.delete(task);
    }
  }

  /** Puts a task back. */
  async putBack(task: string): Promise<DrainState> {
    if (this.parts.balancer.putBack(task)) await this.parts.balancer.refresh();
    this.served.delete(task);
    return this.tell({ task, state: this.serves(task) ? 'in' : 'unknown', connections: 0 });
  }

  async stateOf(task: string): Promise<DrainState> {
    if (!this.serves(task)) return { task, state: 'unknown', connections: 0 };
    const state = this.parts.balancer.drained.has(task) ? 'out' : 'in';
    return { task, state, connections: (await this.count([task])).get(task) ?? 0 };
  }

  /** Hears of every change until the returned function is called; undefined when too many listen already. */
  listen(listener: (state: DrainState) => void): (() => void) | undefined {
    if (this.listeners.size >= LISTENERS_MAX) return undefined;
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.stopped = true;
  }

  private tell(state: DrainState): DrainState {
    for (const listener of this.listeners) listener(state);
    return state;
  }

  private serves(task: string): boolean {
    return this.parts.balancer.model.backends.some(({ servers }) =>
      servers.some((server) => server.taskId === task),
    );
  }

  /** The next count that begins from now on: one at a time, of all tasks that are waited for. */
  private async counts(): Promise<Counts> {
    await this.counting?.catch(() => undefined);
    this.counting ??= this.count([...this.watched]).finally(() => {
      this.counting = undefined;
    });
    return await this.counting;
  }

  /** Connections of these tasks' servers, of the workers of earlier reloads too. */
  private async count(tasks: readonly string[]): Promise<Counts> {
    const { balancer, haproxy, runtime } = this.parts;
    const wanted = new Set(tasks);
    const places = balancer.model.backends.flatMap(({ name, servers }) =>
      servers.flatMap((server) =>
        wanted.has(server.taskId) ? [{ backend: name, server: server.name, task: server.taskId }] : [],
      ),
    );
    const sums = new Map<string, number>();
    for (const backend of new Set(places.map((place) => place.backend))) {
      const command = `show servers conn ${backend}`;
      const answers = [await runtime.ask(command), ...(await haproxy.askOldWorkers(command))];
      for (const { server, task } of places.filter((place) => place.backend === backend))
        for (const answer of answers)
          sums.set(task, (sums.get(task) ?? 0) + readUsed(answer, `${backend}/${server}`));
    }
    return sums;
  }

  /** Puts back what has ended, was out for too long, or did not come to be served. */
  private forgetOld(): void {
    const { balancer, clock } = this.parts;
    const { appsReadAt } = balancer;
    // Until then no task is served, also not those that HAProxy serves.
    if (appsReadAt === undefined) return;
    const now = clock.now();
    const current = new Set(
      balancer.model.backends.flatMap(({ servers }) => servers.map(({ taskId }) => taskId)),
    );
    const over: string[] = [];
    for (const [task, drainedAt] of balancer.drainedAt) {
      if (current.has(task)) this.served.add(task);
      const limit = current.has(task) ? drainedAt + OUT_MAX_MS : Math.max(drainedAt, appsReadAt) + UNKNOWN_MS;
      const ended = this.served.has(task) && !current.has(task);
      if (!ended && now < limit) continue;
      this.served.delete(task);
      over.push(task);
    }
    balancer.putBack(...over);
  }
}

/**
 * Drains tasks on request and tells when their connections are done, so that a scheduler can stop a task without losing
 * a request.
 *
 * Always true: a drained task gets no new request, even when it is served only later. It stays drained, over restarts
 * too, until it is gone from Marathon, is put back, or one hour is over; none of this is decided before Marathon's apps
 * are read. The app is read again first, so that tasks which replace the drained one are served before it goes.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { readUsed } from '../core/traffic/traffic';
import type { Balancer } from './balancer';
import type { Follower } from './follow';
import type { Haproxy } from './haproxy';
import type { RuntimeApi } from './runtime-api';

export interface DrainState {
  readonly task: string;
  /** `out`: no new requests; `connections` are left. `unknown`: no server of this load balancer belongs to the task. */
  readonly state: 'out' | 'in' | 'unknown';
  readonly connections: number;
}

/** Interval of counting connections while a request waits for them. */
const LOOK_MS = 25;
const OUT_MAX_MS = 3_600_000;
/** Time for which a task without servers stays drained, as it may be served soon; it begins with the first list of apps. */
const UNKNOWN_MS = 60_000;
export const DEADLINE_MAX_MS = 600_000;
/** Longest wait of a drain for Marathon's answer about the app. */
const READ_LIMIT_MS = 5000;
/** Limits of drained tasks and of listeners. */
const TASKS_MAX = 100_000;
export const LISTENERS_MAX = 100;

/** Connections by task, counted once for all waiting requests. */
type Counts = ReadonlyMap<string, number>;

export class Drains {
  private readonly listeners = new Set<(state: DrainState) => void>();
  /** Drained tasks that this run has served: once it serves one no more, that task has ended. */
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

  /** Drains a task. Resolves when it has no connection left, or at the deadline. */
  async takeOut(task: string, deadlineMs: number): Promise<DrainState> {
    const { balancer, follower, log } = this.parts;
    const deadline = performance.now() + deadlineMs;
    this.forgetOld();
    // Until the apps are read nothing is known about a task that an earlier run drained, either.
    if (!balancer.drained.has(task) || balancer.appsReadAt === undefined) {
      if (!balancer.drained.has(task) && balancer.drained.size >= TASKS_MAX)
        return this.tell({ task, state: 'unknown', connections: 0 });
      // Marathon drains a task once its replacement is healthy: the replacement has to be served first.
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

  /** Calls the listener on each change until the returned function is called; undefined when there are too many. */
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

  /** A count that begins after this call. One count runs at a time, of all tasks that requests wait for. */
  private async counts(): Promise<Counts> {
    await this.counting?.catch(() => undefined);
    this.counting ??= this.count([...this.watched]).finally(() => {
      this.counting = undefined;
    });
    return await this.counting;
  }

  /** Connections of these tasks' servers, also at the workers of earlier reloads. */
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

  /** Puts back tasks that have ended, were drained for too long, or never got a server. */
  private forgetOld(): void {
    const { balancer, clock } = this.parts;
    const { appsReadAt } = balancer;
    // Until then the model has no tasks, not even those that HAProxy serves.
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

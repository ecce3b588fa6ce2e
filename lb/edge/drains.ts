/**
 * Taking tasks out on request, and telling when their connections are done: for a scheduler that wants to stop a task
 * without losing a request.
 *
 * Always true: a task that is out gets no new request, also when it is served only later; it stays out until it is gone
 * from Marathon, put back, or was out for an hour. It goes out after those have come in that Marathon knew when it asked.
 */

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
/** A task that nobody serves may be about to be served: it is remembered for this time. */
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
  private readonly since = new Map<string, { at: number; served: boolean }>();
  private counting: Promise<Counts> | undefined;
  private readonly watched = new Set<string>();
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly balancer: Balancer;
      readonly haproxy: Haproxy;
      readonly runtime: RuntimeApi;
      readonly follower: Pick<Follower, 'readNow'>;
      readonly log: Logger;
    },
  ) {
    // What an earlier load balancer took out stays out; whether it is served is known once the apps are read.
    const at = performance.now();
    for (const task of parts.balancer.drained) this.since.set(task, { at, served: false });
  }

  /** Takes a task out. Answers when it has no connection left, or at the deadline. */
  async takeOut(task: string, deadlineMs: number): Promise<DrainState> {
    const { balancer, follower, log } = this.parts;
    const deadline = performance.now() + deadlineMs;
    this.forgetOld();
    if (!balancer.drained.has(task)) {
      if (this.since.size >= TASKS_MAX) return this.tell({ task, state: 'unknown', connections: 0 });
      // Marathon replaces a task once the next one is healthy: what it knew by then has to be served before.
      const app = balancer.appOfTask(task);
      await follower.readNow(app === undefined ? 'all' : [app], Math.min(deadlineMs, READ_LIMIT_MS));
      balancer.takeOut(task);
      log.info({ task }, 'taking a task out');
      await balancer.refresh();
    }
    const served = this.serves(task);
    this.since.set(task, { at: this.since.get(task)?.at ?? performance.now(), served });
    if (!served) return this.tell({ task, state: 'unknown', connections: 0 });
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
    this.since.delete(task);
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
      servers.some((one) => one.taskId === task),
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

  private forgetOld(): void {
    const now = performance.now();
    const over: string[] = [];
    for (const [task, known] of this.since) {
      const served = this.serves(task);
      if (served ? now - known.at < OUT_MAX_MS : !known.served && now - known.at < UNKNOWN_MS) continue;
      this.since.delete(task);
      over.push(task);
    }
    this.parts.balancer.putBack(...over);
  }
}

/**
 * Taking tasks out on request, and telling when their connections are done: for a scheduler that wants to stop a task
 * without losing a request.
 *
 * Always true: a task that is out gets no new request; it stays out until it is gone from Marathon, put back, or was out
 * for an hour.
 */

import type { Logger } from '../../cluster/runtime/log';
import { readUsed } from '../core/traffic';
import type { Balancer } from './balancer';
import type { Haproxy } from './haproxy';
import type { RuntimeApi } from './runtime-api';

export interface DrainState {
  readonly task: string;
  /** `out`: no new requests, `connections` are left. `unknown`: no server of this load balancer belongs to it. */
  readonly state: 'out' | 'in' | 'unknown';
  readonly connections: number;
}

const LOOK_MS = 25;
const OUT_MAX_MS = 3_600_000;
export const DEADLINE_MAX_MS = 600_000;

export class Drains {
  private readonly listeners = new Set<(state: DrainState) => void>();
  private readonly since = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly balancer: Balancer;
      readonly haproxy: Haproxy;
      readonly runtime: RuntimeApi;
      readonly log: Logger;
    },
  ) {}

  /** Takes a task out. Answers when it has no connection left, or at the deadline. */
  async takeOut(task: string, deadlineMs: number): Promise<DrainState> {
    const { balancer, log } = this.parts;
    const deadline = performance.now() + deadlineMs;
    this.forgetOld();
    if (!this.serves(task)) return this.tell({ task, state: 'unknown', connections: 0 });
    if (!balancer.drained.has(task)) {
      balancer.drained.add(task);
      this.since.set(task, performance.now());
      log.info({ task }, 'taking a task out');
      await balancer.refresh();
    }
    let last = -1;
    for (;;) {
      const connections = await this.connections(task);
      const state: DrainState = { task, state: 'out', connections };
      if (connections !== last) this.tell(state);
      last = connections;
      if (connections === 0 || performance.now() >= deadline || this.stopped) return state;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Puts a task back. */
  async putBack(task: string): Promise<DrainState> {
    if (this.parts.balancer.drained.delete(task)) await this.parts.balancer.refresh();
    this.since.delete(task);
    return this.tell({ task, state: this.serves(task) ? 'in' : 'unknown', connections: 0 });
  }

  async stateOf(task: string): Promise<DrainState> {
    if (!this.serves(task)) return { task, state: 'unknown', connections: 0 };
    const state = this.parts.balancer.drained.has(task) ? 'out' : 'in';
    return { task, state, connections: await this.connections(task) };
  }

  /** Hears of every change until the returned function is called. */
  listen(listener: (state: DrainState) => void): () => void {
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

  /** Connections of the task's servers, of the workers of earlier reloads too. */
  private async connections(task: string): Promise<number> {
    const { balancer, haproxy, runtime } = this.parts;
    const places = balancer.model.backends.flatMap(({ name, servers }) =>
      servers
        .filter(({ taskId }) => taskId === task)
        .map((server) => ({ backend: name, server: server.name })),
    );
    let sum = 0;
    for (const { backend, server } of places) {
      const command = `show servers conn ${backend}`;
      const answers = [await runtime.ask(command), ...(await haproxy.askOldWorkers(command))];
      for (const answer of answers) sum += readUsed(answer, `${backend}/${server}`);
    }
    return sum;
  }

  private forgetOld(): void {
    for (const [task, since] of this.since) {
      if (this.serves(task) && performance.now() - since < OUT_MAX_MS) continue;
      this.since.delete(task);
      this.parts.balancer.drained.delete(task);
    }
  }
}

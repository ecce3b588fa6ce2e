/**
 * Performs the drains of `core/drains`: reads the app, serves the change, counts connections at all workers, and answers.
 *
 * Always true: each call becomes one request of the machine and resolves with the machine's answer.
 */

import { errorText } from '../../cluster/model/error-text';
import type { DrainStatus } from '../core/drains/drains';
import { readUsed } from '../core/traffic/traffic';
import type { Balancer } from './balancer';
import type { Follower } from './follow';
import type { Handover } from './handover';
import { type DrainPerformers, type LbMachine, MachineCalls } from './machine';
import type { OldWorkers } from './old-workers';
import type { RuntimeApi } from './runtime-api';

export const DEADLINE_MAX_MS = 600_000;
export const LISTENERS_MAX = 100;

interface DrainsDeps {
  readonly machine: LbMachine;
  readonly balancer: Pick<Balancer, 'model' | 'appOfTask' | 'refresh'>;
  readonly haproxy: { readonly oldWorkers: Pick<OldWorkers, 'ask'> };
  readonly runtime: Pick<RuntimeApi, 'ask'>;
  readonly follower: Pick<Follower, 'readNow'>;
  readonly handover: Pick<Handover, 'keep'>;
}

export class Drains {
  private readonly listeners = new Set<(status: DrainStatus) => void>();
  private readonly calls: MachineCalls<DrainStatus>;

  constructor(private readonly parts: DrainsDeps) {
    parts.machine.performBy(this.performers());
    this.calls = new MachineCalls(parts.machine);
  }

  /** Drains a task. Resolves when it has no connection left, or at the deadline. */
  takeOut(task: string, deadlineMs: number): Promise<DrainStatus> {
    const app = this.parts.balancer.appOfTask(task);
    const serving = this.serving(task);
    return this.calls.ask((request) => ({ kind: 'drain.asked', request, task, app, deadlineMs, serving }));
  }

  /** Puts a task back. */
  putBack(task: string): Promise<DrainStatus> {
    const serving = this.serving(task);
    return this.calls.ask((request) => ({ kind: 'drain.undone', request, task, serving }));
  }

  async stateOf(task: string): Promise<DrainStatus> {
    if (!this.serving(task).includes(task)) return { task, state: 'unknown', connections: 0 };
    const drained = this.parts.machine.read(({ drains }) => drains.drained.has(task));
    const [[, connections] = ['', 0]] = await this.count([task]);
    return { task, state: drained ? 'out' : 'in', connections };
  }

  /** Calls the listener on each change until the returned function is called; undefined when there are too many. */
  listen(listener: (status: DrainStatus) => void): (() => void) | undefined {
    if (this.listeners.size >= LISTENERS_MAX) return undefined;
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.parts.machine.post({ kind: 'drains.stopped' });
  }

  private performers(): DrainPerformers {
    const { machine, balancer, follower, handover } = this.parts;
    const failed = (request: number) => (error: unknown) =>
      machine.post({ kind: 'drain.failed', request, why: errorText(error) });
    return {
      'read-for-drain': ({ request, app, limitMs }) => {
        const read = follower.readNow(app === undefined ? 'all' : [app], limitMs);
        read.then(() => machine.post({ kind: 'drain.read', request }), failed(request));
      },
      'serve-drains': ({ request, task }) => {
        const served = (): void =>
          machine.post({ kind: 'drain.served', request, serving: this.serving(task) });
        balancer.refresh().then(served, failed(request));
      },
      count: ({ tasks }) => {
        this.count(tasks).then(
          (counts) => machine.post({ kind: 'connections.counted', counts, why: undefined }),
          (error) => machine.post({ kind: 'connections.counted', counts: [], why: errorText(error) }),
        );
      },
      'keep-drained': ({ drained }) => handover.keep({ drained }),
      'tell-drain': ({ status }) => {
        for (const listener of this.listeners) listener(status);
      },
      'answer-drain': ({ request, status }) => this.calls.answer(request, status),
      'fail-drain': ({ request, why }) => this.calls.answer(request, new Error(why)),
    };
  }

  /** Which of the drained tasks and of this one have servers. */
  private serving(task: string): string[] {
    const wanted = this.parts.machine.read(({ drains }) => new Set([...drains.drained.keys(), task]));
    const serving = new Set<string>();
    for (const { servers } of this.parts.balancer.model.backends)
      for (const { taskId } of servers) if (wanted.has(taskId)) serving.add(taskId);
    return [...serving];
  }

  /** Connections of these tasks' servers, also at the workers of earlier reloads. */
  private async count(tasks: readonly string[]): Promise<[string, number][]> {
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
      const answers = [await runtime.ask(command), ...(await haproxy.oldWorkers.ask(command))];
      for (const { server, task } of places.filter((place) => place.backend === backend))
        for (const answer of answers)
          sums.set(task, (sums.get(task) ?? 0) + readUsed(answer, `${backend}/${server}`));
    }
    return [...sums];
  }
}

/**
 * Chronos with a master in a test: its machine on a clock that is moved, a store that answers at once or when it is told
 * to, and the calls that it sent.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { Unstamped } from '../../../cluster/model/event';
import type { TaskState } from '../../../cluster/model/task-state';
import type { ChronosEvents } from '../../../frameworks/chronos/core/state/events';
import type { MesosSettings } from '../../../frameworks/chronos/core/state/mesos-state';
import { chronosMachine } from '../../../frameworks/chronos/core/step';
import { readingOf } from './jobs';
import { wireOffer } from './offers';
import { NOW, RULES } from './schedules';
import { SETTINGS } from './world';

export const MESOS: MesosSettings = {
  frameworkName: 'chronos',
  user: 'root',
  role: '*',
  hostname: 'h',
  failoverTimeoutSeconds: 60,
  checkpoint: true,
  seed: 1,
  declineOfferMs: 5000,
  minReviveOffersMs: 5000,
  suppressOffers: true,
  killRetryMs: 30_000,
  killChunkSize: 100,
  reconciliationInitialMs: 15_000,
  reconciliationIntervalMs: 600_000,
};

const MACHINE = chronosMachine(RULES);

export class MasterWorld {
  now = NOW;
  readonly state = MACHINE.init({ ...SETTINGS, mesos: MESOS });
  readonly stored = new Map<string, string>();
  readonly infos: mesos.FrameworkInfo[] = [];
  readonly resigned: string[] = [];
  /** False leaves commits in flight. */
  isDurable = true;
  private readonly timers = new Map<string, number>();
  private readonly sent: scheduler.Call[] = [];
  private offers = 0;

  constructor(stored: readonly { readonly name: string; readonly text: string }[] = []) {
    this.send({ kind: 'started', stored });
  }

  send(event: Unstamped<ChronosEvents>): void {
    const effects = MACHINE.step(this.state, { ...event, at: this.now });
    expect(MACHINE.check?.(this.state)).toEqual([]);
    for (const effect of effects) {
      if (effect.kind === 'wake') this.timers.set(effect.timer, effect.at);
      else if (effect.kind === 'call') this.sent.push(effect.call);
      else if (effect.kind === 'framework') this.infos.push(effect.info);
      else if (effect.kind === 'resign') this.resigned.push(effect.reason);
      else if (effect.kind === 'store') {
        for (const { name, value } of effect.changes) this.stored.set(name, value ?? '');
        if (this.isDurable) this.send({ kind: 'stored', ticket: effect.ticket });
      }
    }
  }

  /** The commit in flight is durable. */
  commit(): void {
    this.send({ kind: 'stored', ticket: this.state.outbox.inFlight ?? 0 });
  }

  advance(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      const [next] = [...this.timers].sort(([, a], [, b]) => a - b);
      if (next === undefined || next[1] > end) break;
      this.timers.delete(next[0]);
      this.now = Math.max(this.now, next[1]);
      this.send({ kind: 'woke', timer: next[0] });
    }
    this.now = end;
  }

  subscribe(frameworkId = 'F1'): this {
    this.send({ kind: 'scheduler.subscribed', frameworkId, master: 'm' });
    return this;
  }

  put(name: string, body: object = {}): void {
    this.send({
      kind: 'job.put',
      request: 1,
      reading: readingOf({ name, command: 'true', ...body }, this.now),
    });
  }

  offer(words = 'cpus:4;mem:1024;disk:4000'): void {
    this.send({ kind: 'scheduler.offers', offers: [wireOffer(`O${++this.offers}`, words)] });
  }

  update(taskId: string, state: TaskState, uuid?: string): void {
    const status = { task_id: { value: taskId }, state, agent_id: { value: 'S1' }, ...(uuid && { uuid }) };
    this.send({ kind: 'scheduler.update', status });
  }

  /** The calls so far, without those of earlier questions. */
  calls(): scheduler.Call[] {
    return this.sent.splice(0);
  }

  /** The ACCEPT among the calls so far. */
  accepted(): scheduler.Call | undefined {
    return this.calls().find(({ type }) => type === 'ACCEPT');
  }

  /** Types of the calls so far. */
  types(): string[] {
    return this.calls().map(({ type }) => type ?? '');
  }

  /** The only live task. */
  get task(): string {
    return [...this.state.tasks.keys()].join(' and ');
  }
}

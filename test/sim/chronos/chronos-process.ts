/**
 * Chronos in a simulation of years: its machine on a clock that jumps, with a disk whose writes take a while, and a process
 * that crashes in the middle of steps, stands still, and starts again from what is stored.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type { Call } from '../../../cluster/api/generated/scheduler';
import type { Unstamped } from '../../../cluster/model/event';
import type { ChronosEffect } from '../../../frameworks/chronos/core/state/effects';
import type { ChronosEvents } from '../../../frameworks/chronos/core/state/events';
import type { ChronosState, Settings } from '../../../frameworks/chronos/core/state/state';
import type { ChronosMachine } from '../../../frameworks/chronos/core/step';
import type { Chance } from './chance';
import type { Timeline } from './timeline';

type Store = Extract<ChronosEffect, { kind: 'store' }>;

export interface ProcessOutside {
  readonly machine: ChronosMachine;
  readonly settings: Settings;
  readonly timeline: Timeline;
  readonly chance: Chance;
  /** What is durable, as it becomes so. */
  readonly stored: (changes: Store['changes']) => void;
  readonly framework: (info: mesos.FrameworkInfo) => void;
  readonly call: (call: Call) => void;
  readonly crashed: () => void;
}

const STORE_MS = 200;
const HOUR_MS = 3_600_000;
/** Steps in an hour; more of them are an answer to an answer, without an end. */
const STEPS_MAX = 50_000;
const TIMER_LATE_MS = 20;

export class ChronosProcess {
  readonly disk = new Map<string, string>();
  state: ChronosState | undefined;
  /** Grows with each start. */
  life = 0;
  steps = 0;
  /** The probability that a step is the last one of this life. */
  crashes = 0;
  /** The clock of this machine, less the time of the simulation. */
  private skew = 0;
  private standsUntil = 0;
  private startedAt = 0;
  private hour = 0;
  private stepsInHour = 0;
  private readonly timers = new Map<string, number>();

  constructor(private readonly outside: ProcessOutside) {}

  get clock(): number {
    return this.outside.timeline.now + this.skew;
  }

  /** It takes events at once. */
  get canSee(): boolean {
    return this.outside.timeline.now >= this.standsUntil;
  }

  /** It has run for so long, and has not stood still. */
  hasBeenAwakeFor(ms: number): boolean {
    const since = Math.max(this.startedAt, this.standsUntil);
    return this.isUp && this.outside.timeline.now - since >= ms;
  }

  get isUp(): boolean {
    return this.state !== undefined;
  }

  /** All changes are durable. */
  get isSettled(): boolean {
    return this.state !== undefined && this.state.outbox.inFlight === undefined;
  }

  start(skew: number): void {
    const { machine, settings } = this.outside;
    this.life += 1;
    this.skew = skew;
    this.standsUntil = 0;
    this.startedAt = this.outside.timeline.now;
    this.timers.clear();
    this.state = machine.init(settings);
    this.post({ kind: 'started', stored: [...this.disk].map(([name, text]) => ({ name, text })) });
  }

  crash(): void {
    this.state = undefined;
    this.timers.clear();
    this.outside.crashed();
  }

  /** Stopped: it sees nothing until then. */
  stand(ms: number): void {
    this.standsUntil = this.outside.timeline.now + ms;
  }

  /** The clock is set forward. */
  jump(ms: number): void {
    this.skew += ms;
    for (const [timer, at] of this.timers) this.arm(timer, at);
  }

  post(event: Unstamped<ChronosEvents>): void {
    const { machine, timeline, chance } = this.outside;
    if (this.state === undefined) return;
    if (timeline.now < this.standsUntil) {
      this.whileAlive(this.standsUntil, () => this.post(event));
      return;
    }
    this.countStep(event.kind);
    const effects = machine.step(this.state, { ...event, at: this.clock });
    const violations = machine.check?.(this.state) ?? [];
    if (violations.length > 0) throw new Error(`after ${event.kind}: ${violations.join('; ')}`);
    const most = chance.is(this.crashes) ? chance.between(0, effects.length) : undefined;
    for (const effect of effects.slice(0, most)) this.perform(effect);
    if (most !== undefined) this.crash();
  }

  private countStep(kind: string): void {
    this.steps += 1;
    const hour = Math.floor(this.outside.timeline.now / HOUR_MS);
    this.stepsInHour = hour === this.hour ? this.stepsInHour + 1 : 1;
    this.hour = hour;
    if (this.stepsInHour > STEPS_MAX)
      throw new Error(`more than ${STEPS_MAX} steps in an hour, up to ${kind}`);
  }

  private perform(effect: ChronosEffect): void {
    switch (effect.kind) {
      case 'wake':
        this.timers.set(effect.timer, effect.at);
        this.arm(effect.timer, effect.at);
        return;
      case 'store':
        this.store(effect);
        return;
      case 'framework':
        this.outside.framework(effect.info);
        return;
      case 'call':
        this.outside.call(effect.call);
        return;
      case 'launch':
      case 'kill':
        throw new Error(`the ${effect.kind} of ${effect.taskId} is no call`);
      case 'resign':
        throw new Error(effect.reason);
      default:
    }
  }

  private arm(timer: string, at: number): void {
    const { timeline, chance } = this.outside;
    const due = Math.max(timeline.now, at - this.skew) + chance.between(0, TIMER_LATE_MS);
    this.whileAlive(due, () => {
      if (this.timers.get(timer) !== at || this.clock < at) return;
      this.timers.delete(timer);
      this.post({ kind: 'woke', timer });
    });
  }

  private store({ ticket, changes }: Store): void {
    this.whileAlive(this.outside.timeline.now + this.outside.chance.between(1, STORE_MS), () => {
      for (const { name, value } of changes) {
        if (value === undefined) this.disk.delete(name);
        else this.disk.set(name, value);
      }
      this.outside.stored(changes);
      this.post({ kind: 'stored', ticket });
    });
  }

  private whileAlive(time: number, run: () => void): void {
    const { life } = this;
    this.outside.timeline.at(time, () => {
      if (this.state !== undefined && this.life === life) run();
    });
  }
}

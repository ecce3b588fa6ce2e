/**
 * The process of a framework in a simulation of long times: its machine on a clock that jumps, with a disk whose writes take
 * a while and can fail, and a life that crashes in the middle of steps, stands still, and starts again from what is stored.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type { Call } from '../../../cluster/api/generated/scheduler';
import type { StoreChange } from '../../../frameworks/kit/core/turn/effects';
import type { StoredText } from '../../../frameworks/kit/edge/store';
import type { Chance } from './chance';
import type { Timeline } from './timeline';

/** An event before the process stamps it. */
export type NewEvent<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** The effects that every framework has. */
type FrameworkEffect =
  | { readonly kind: 'wake'; readonly timer: string; readonly at: number }
  | { readonly kind: 'store'; readonly ticket: number; readonly changes: readonly StoreChange[] }
  | { readonly kind: 'framework'; readonly info: mesos.FrameworkInfo }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'resign'; readonly reason: string };

type Store = Extract<FrameworkEffect, { kind: 'store' }>;

interface FrameworkState {
  readonly outbox: { readonly inFlight?: number | undefined };
}

export interface ProcessOutside<State, Event, Effect> {
  readonly timeline: Timeline;
  readonly chance: Chance;
  /** The first state and event of a life. */
  readonly boot: (stored: StoredText[], now: number) => { state: State; first: NewEvent<Event> };
  readonly machine: {
    step(state: State, event: Event): Effect[];
    readonly check?: ((state: State) => readonly string[]) | undefined;
  };
  /** Called after each step, before its effects leave. */
  readonly stepped?: (event: Event, effects: readonly Effect[], state: State) => void;
  /** What is durable, as it becomes so. */
  readonly stored: (changes: readonly StoreChange[]) => void;
  readonly framework: (info: mesos.FrameworkInfo) => void;
  readonly call: (call: Call) => void;
  /** An effect of this framework alone. */
  readonly perform?: (effect: Effect) => void;
  /** It can no longer lead; an error without it. */
  readonly resigned?: (reason: string) => void;
  readonly crashed: () => void;
}

const STORE_MS = 200;
const HOUR_MS = 3_600_000;
/** Steps in an hour; more of them are an answer to an answer, without an end. */
const STEPS_MAX = 50_000;
const TIMER_LATE_MS = 20;

export class FrameworkProcess<
  State extends FrameworkState,
  Event extends { readonly kind: string; readonly at: number },
  Effect extends { readonly kind: string },
> {
  readonly disk = new Map<string, string>();
  state: State | undefined;
  /** Grows with each start. */
  life = 0;
  steps = 0;
  /** The probability that a step is the last one of this life. */
  crashes = 0;
  /** The probability that a store fails; half of those that fail are durable nevertheless. */
  storeFailures = 0;
  /** The clock of this machine, less the time of the simulation. */
  private skew = 0;
  private standsUntil = 0;
  private startedAt = 0;
  private jumpedAt = 0;
  private hour = 0;
  private stepsInHour = 0;
  private readonly timers = new Map<string, number>();

  constructor(private readonly outside: ProcessOutside<State, Event, Effect>) {}

  get clock(): number {
    return this.outside.timeline.now + this.skew;
  }

  /** It takes events at once. */
  get canSee(): boolean {
    return this.outside.timeline.now >= this.standsUntil;
  }

  /** It has run for so long, and has not stood still, nor was its clock set. */
  hasBeenAwakeFor(ms: number): boolean {
    const since = Math.max(this.startedAt, this.standsUntil, this.jumpedAt);
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
    const { boot, timeline } = this.outside;
    this.life += 1;
    this.skew = skew;
    this.standsUntil = 0;
    this.startedAt = timeline.now;
    this.timers.clear();
    const stored = [...this.disk].map(([name, text]) => ({ name, text }));
    const { state, first } = boot(stored, this.clock);
    this.state = state;
    this.post(first);
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
    this.jumpedAt = this.outside.timeline.now;
    for (const [timer, at] of this.timers) this.arm(timer, at);
  }

  post(event: NewEvent<Event>): void {
    const { machine, timeline, chance, stepped } = this.outside;
    const { state, life } = this;
    if (state === undefined) return;
    if (timeline.now < this.standsUntil) {
      this.whileAlive(this.standsUntil, () => this.post(event));
      return;
    }
    const stamped = { ...event, at: this.clock } as unknown as Event;
    this.countStep(stamped.kind);
    const effects = machine.step(state, stamped);
    const violations = machine.check?.(state) ?? [];
    if (violations.length > 0) throw new Error(`after ${stamped.kind}: ${violations.join('; ')}`);
    stepped?.(stamped, effects, state);
    const most = chance.is(this.crashes) ? chance.between(0, effects.length) : undefined;
    for (const effect of effects.slice(0, most)) if (this.life === life && this.isUp) this.perform(effect);
    if (most !== undefined && this.isUp) this.crash();
  }

  /** Runs something at that time, if this life goes on until then. */
  whileAlive(time: number, run: () => void): void {
    const { life } = this;
    this.outside.timeline.at(time, () => {
      if (this.state !== undefined && this.life === life) run();
    });
  }

  private postOwn(event: { readonly kind: string; readonly [field: string]: unknown }): void {
    this.post(event as unknown as NewEvent<Event>);
  }

  private countStep(kind: string): void {
    this.steps += 1;
    const hour = Math.floor(this.outside.timeline.now / HOUR_MS);
    this.stepsInHour = hour === this.hour ? this.stepsInHour + 1 : 1;
    this.hour = hour;
    if (this.stepsInHour > STEPS_MAX)
      throw new Error(`more than ${STEPS_MAX} steps in an hour, up to ${kind}`);
  }

  private perform(effect: Effect): void {
    const common = effect as unknown as FrameworkEffect;
    switch (common.kind) {
      case 'wake':
        this.timers.set(common.timer, common.at);
        this.arm(common.timer, common.at);
        return;
      case 'store':
        this.store(common);
        return;
      case 'framework':
        this.outside.framework(common.info);
        return;
      case 'call':
        this.outside.call(common.call);
        return;
      case 'resign':
        this.resign(common.reason);
        return;
      default:
        this.outside.perform?.(effect);
    }
  }

  private resign(reason: string): void {
    if (!this.outside.resigned) throw new Error(reason);
    this.outside.resigned(reason);
    this.crash();
  }

  private arm(timer: string, at: number): void {
    const { timeline, chance } = this.outside;
    const due = Math.max(timeline.now, at - this.skew) + chance.between(0, TIMER_LATE_MS);
    this.whileAlive(due, () => {
      if (this.timers.get(timer) !== at || this.clock < at) return;
      this.timers.delete(timer);
      this.postOwn({ kind: 'woke', timer });
    });
  }

  /** A store that is under way at a crash may become durable before the next start. */
  private store({ ticket, changes }: Store): void {
    const { timeline, chance } = this.outside;
    const { life } = this;
    const fails = this.storeFailures > 0 && chance.is(this.storeFailures);
    const isDurable = !fails || chance.is(0.5);
    const outlives = this.storeFailures > 0 && chance.is(0.5);
    timeline.after(chance.between(1, STORE_MS), () => {
      if (this.life !== life || (!this.isUp && !outlives)) return;
      if (isDurable) this.write(changes);
      if (fails) this.postOwn({ kind: 'store.failed', ticket, reason: 'the disk is full' });
      else this.postOwn({ kind: 'stored', ticket });
    });
  }

  private write(changes: readonly StoreChange[]): void {
    for (const { name, value } of changes) {
      if (value === undefined) this.disk.delete(name);
      else this.disk.set(name, value);
    }
    this.outside.stored(changes);
  }
}

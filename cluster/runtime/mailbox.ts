/**
 * The loop of a process: stamp an event, step, perform the effects, take the next event.
 *
 * Always true: steps never overlap, nothing awaits between reading state and writing it, and a recorder gets
 * each event before the step does.
 */

import type { CommonEffect, Machine } from '../model/event';
import type { Millis } from '../model/time';
import type { Clock } from './clock';
import type { Logger } from './log';
import { Queue } from './queue';
import { SelfCheck } from './self-check';

/** Gets each stamped event before the step that handles it. See recording/. */
export interface Recorder {
  event(event: unknown): void;
  end(state: unknown): Promise<void>;
}

/** Makes the recorder of a machine once its boot value exists. */
export type RecorderMaker = (start: { machine: string; boot: unknown }) => Recorder;

type OwnEffect<Effect> = Exclude<Effect, CommonEffect>;

/** An event as it is posted, without its time. */
export type Unstamped<Event> = Event extends Event ? Omit<Event, 'at'> : never;

/** One function per kind of effect, so that a new effect does not compile until someone performs it. */
export type Performers<Effect extends { kind: string }> = {
  readonly [K in OwnEffect<Effect>['kind']]: (effect: Extract<Effect, { kind: K }>) => void;
};

export interface MailboxOptions<State, Event, Effect extends { kind: string }, Boot> {
  readonly machine: Machine<State, Event, Effect, Boot>;
  readonly boot: Boot;
  readonly clock: Clock;
  readonly log: Logger;
  readonly perform: Performers<Effect>;
  readonly recorder?: Recorder | undefined;
  /** Called with the time of each step, for metrics. */
  readonly observe?: ((event: Event, ms: number) => void) | undefined;
  /** Called once when a step or a performer throws: the state can no longer be trusted. */
  readonly onBroken: (error: Error) => void;
  /** Checks the state after each step, and breaks on a violation: for tests. */
  readonly isStrict?: boolean | undefined;
}

/** The most events that may wait while a step runs. More than this means a loop of our own. */
const WAITING_MAX = 1_000_000;

export class Mailbox<
  State,
  Event extends { kind: string; at: Millis },
  Effect extends { kind: string },
  Boot,
> {
  readonly state: State;
  /** Number of handled events; while it stays the same, so does the state. */
  handled = 0;
  private readonly waiting = new Queue<Event>();
  private readonly timers = new Map<string, () => void>();
  private busy = false;
  private stopped = false;
  private readonly selfCheck: SelfCheck<State> | undefined;

  constructor(private readonly options: MailboxOptions<State, Event, Effect, Boot>) {
    const { machine, log } = options;
    this.state = machine.init(options.boot);
    if (machine.check) this.selfCheck = new SelfCheck({ name: machine.name, check: machine.check, log });
  }

  /** Violations of invariants that checks have seen so far. */
  get violations(): number {
    return this.selfCheck?.violations ?? 0;
  }

  /** Handles an event before it returns, or right after the step that runs. */
  post(event: Unstamped<Event>): void {
    if (this.stopped) return;
    if (this.waiting.size >= WAITING_MAX) return this.broken(new Error('the mailbox is full'));
    this.waiting.add({ ...event, at: this.options.clock.now() } as unknown as Event);
    if (!this.busy) this.drain();
  }

  /** Reads one consistent moment of the state. The view must neither change the state nor keep parts of it. */
  read<T>(view: (state: State) => T): T {
    return view(this.state);
  }

  /** Refuses further events and ends the recording with the hash of the state. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    await this.options.recorder?.end(this.state);
  }

  private drain(): void {
    this.busy = true;
    try {
      for (let event = this.waiting.take(); event && !this.stopped; event = this.waiting.take()) {
        this.handled += 1;
        this.options.recorder?.event(event);
        const effects = this.step(event);
        if (this.options.isStrict) this.checkStrictly(event);
        for (const effect of effects) this.perform(effect);
        this.selfCheck?.handled(this.state);
      }
    } catch (error) {
      this.broken(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.busy = false;
    }
  }

  private step(event: Event): Effect[] {
    const { machine, observe } = this.options;
    if (!observe) return machine.step(this.state, event);
    const began = process.hrtime.bigint();
    const effects = machine.step(this.state, event);
    observe(event, Number(process.hrtime.bigint() - began) / 1e6);
    return effects;
  }

  private checkStrictly(event: Event): void {
    const violations = this.options.machine.check?.(this.state) ?? [];
    if (violations.length > 0) throw new Error(`after ${event.kind}: ${violations.join('; ')}`);
  }

  private perform(effect: Effect): void {
    const common = effect as unknown as CommonEffect;
    if (common.kind === 'wake') this.setTimer(common.timer, common.at);
    else if (common.kind === 'note') this.options.log[common.level](common.fields ?? {}, common.text);
    else {
      const perform = this.options.perform[effect.kind as OwnEffect<Effect>['kind']];
      (perform as (effect: Effect) => void)(effect);
    }
  }

  private setTimer(timer: string, time: Millis): void {
    this.timers.get(timer)?.();
    const cancel = this.options.clock.wakeAt(time, () => {
      this.timers.delete(timer);
      this.post({ kind: 'woke', timer } as never);
    });
    this.timers.set(timer, cancel);
  }

  private broken(error: Error): void {
    this.stopped = true;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.options.onBroken(error);
  }
}

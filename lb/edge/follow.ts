/**
 * Follows Marathon: its event stream tells which apps to read; while the stream is down all are read at intervals.
 *
 * Always true: one reading runs at a time, and all events during a reading lead to exactly one more reading.
 */

import { errorText } from '../../cluster/model/error-text';
import {
  type FollowBoot,
  type FollowEffect,
  type FollowEnd,
  type FollowEvent,
  type FollowState,
  followMachine,
} from '../../cluster/model/follow/follow';
import type { FollowPolicy } from '../../cluster/model/follow/policy';
import type { Clock } from '../../cluster/runtime/clock';
import type { HttpStream } from '../../cluster/runtime/http/client';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { SseDecoder } from '../../cluster/runtime/streams/sse';
import { appsOfEvent } from '../core/apps/event-apps';
import { EVENT_TYPES, type Marathon } from './marathon';

/** Readings begin at least this far apart, so that a burst of events becomes few of them. */
const SPACING_MS = 20;
const SPACING_FEW_MS = 3;
/** With more changed apps than this at a time the whole list is read. */
const APPS_MAX = 16;
/** Interval of readings while the stream is down, and while it is up (an event may have been lost). */
const POLL_MS = 2000;
const RESYNC_MS = 60_000;
/** Marathon sends an empty line every 10 s; a stream silent for longer is dead. */
const SILENCE_MAX_MS = 60_000;
const BACKOFF_LAST_MS = 15_000;

/** Marathon's addresses are tried by its client, so that there is one source here. */
const SOURCE = 'Marathon';

function policyOf(backoffMaxMs = BACKOFF_LAST_MS): FollowPolicy {
  const maxMs = Math.min(BACKOFF_LAST_MS, backoffMaxMs);
  return {
    backOff: { firstMs: 250, factor: 1.7, maxMs, spread: 0.5, failuresAtStart: 1 },
    goodLifeMs: 0,
    heartbeat: { ms: SILENCE_MAX_MS, missedMax: 1 },
    redirectsMax: 0,
    perRound: 'one',
    pollMs: undefined,
    newSources: 'keep',
  };
}

export interface FollowOptions {
  readonly marathon: Pick<Marathon, 'apps' | 'app' | 'events'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes the whole list; the next reading waits for it. */
  readonly onApps: (json: unknown) => Promise<void>;
  /** Takes answers about single apps; resolves to false when the whole list is needed. */
  readonly onSome: (apps: readonly { readonly id: string; readonly json: unknown }[]) => Promise<boolean>;
  /** Called with the reason when the apps cannot be read. */
  readonly onUnreachable?: (why: string) => void;
  /** Interval of readings without events; undefined when events are followed. */
  readonly pollMs?: number | undefined;
  /** A random number from 0 to 1. It seeds the one that spreads the attempts of several load balancers. */
  readonly random: () => number;
  /** The longest wait between two attempts to open the event stream. */
  readonly backoffMaxMs?: number;
  /** Time after which a reading is needed sooner than usual; undefined when it is not. */
  readonly retryAfterMs?: () => number | undefined;
}

export class Follower implements Running {
  private readonly abort = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private wanted = false;
  private wantedApps = new Set<string>();
  /** Callbacks for the end of the next reading that begins. */
  private waiters: (() => void)[] = [];
  private wakeReader: () => void = () => undefined;
  private failing = false;
  private readonly mailbox: Mailbox<FollowState, FollowEvent, FollowEffect, FollowBoot>;
  private listening: Promise<void> = Promise.resolve();
  private hangUp: () => void = () => undefined;
  lastReadAt: number | undefined;
  events = 0;

  constructor(private readonly options: FollowOptions) {
    const { clock, log, backoffMaxMs, random } = options;
    this.mailbox = new Mailbox({
      machine: followMachine,
      boot: {
        policy: policyOf(backoffMaxMs),
        sources: [SOURCE],
        seed: Math.floor(random() * 2 ** 32),
      },
      clock,
      log,
      perform: {
        open: ({ attempt }) => {
          this.listening = this.listen(attempt);
        },
        poll: () => undefined,
        close: () => this.hangUp(),
        ended: (end) => this.streamEnded(end),
      },
      onBroken: (error) =>
        log.error({ error: error.stack ?? error.message }, 'events are not followed any more'),
    });
  }

  /** True while the event stream is open. */
  get streaming(): boolean {
    return this.mailbox.state.phase === 'following';
  }

  start(): void {
    this.running = this.readForever();
    if (this.options.pollMs === undefined) this.mailbox.post({ kind: 'started' });
    this.trigger();
  }

  /** Requests a reading of all apps. */
  trigger(): void {
    this.wanted = true;
    this.wakeReader();
  }

  /** Requests a reading of these apps. */
  triggerApps(ids: readonly string[]): void {
    for (const id of ids) this.wantedApps.add(id);
    if (this.wantedApps.size > APPS_MAX) this.wanted = true;
    this.wakeReader();
  }

  /** Reads these apps, or all. Resolves when Marathon's answer is served, when that failed, or after `limitMs`. */
  async readNow(ids: readonly string[] | 'all', limitMs: number): Promise<void> {
    if (this.abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
      if (ids === 'all') this.trigger();
      else this.triggerApps(ids);
    });
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.mailbox.post({ kind: 'stopped' });
    await this.mailbox.stop();
    this.wakeReader();
    await Promise.all([this.running, this.listening]);
  }

  private async readForever(): Promise<void> {
    while (!this.abort.signal.aborted) {
      await this.untilWanted();
      if (this.abort.signal.aborted) return;
      const some = !this.wanted && this.wantedApps.size > 0 ? [...this.wantedApps] : undefined;
      const next = this.options.clock.now() + (some ? SPACING_FEW_MS : SPACING_MS);
      this.wanted = false;
      this.wantedApps = new Set();
      const waiters = this.waiters.splice(0);
      if (!some || !(await this.readSome(some))) await this.read();
      for (const done of waiters) done();
      await this.pause(Math.max(0, next - this.options.clock.now()));
    }
  }

  /** Reads some apps. Returns false when the whole list has to be read instead. */
  private async readSome(ids: readonly string[]): Promise<boolean> {
    const { marathon, log, onSome, onApps, clock } = this.options;
    try {
      const read = ids.map(async (id) => ({ id, json: await marathon.app(id, this.abort.signal) }));
      const answers = await Promise.all(read);
      const all = answers.find(({ json }) => Array.isArray((json as { apps?: unknown } | undefined)?.apps));
      if (all) await onApps(all.json);
      else if (answers.some(({ json }) => json === undefined) || !(await onSome(answers))) return false;
      this.lastReadAt = clock.now();
      return true;
    } catch (error) {
      log.debug({ error: errorText(error) }, 'some apps cannot be read alone; all are read');
      return false;
    }
  }

  private async untilWanted(): Promise<void> {
    if (this.wanted || this.wantedApps.size > 0) return;
    const usual = this.options.pollMs ?? (this.streaming ? RESYNC_MS : POLL_MS);
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.wakeAt(this.options.clock.now() + this.wait(usual), resolve);
      this.wakeReader = () => {
        cancel();
        resolve();
      };
    });
  }

  private wait(usual: number): number {
    return Math.min(usual, this.options.retryAfterMs?.() ?? usual);
  }

  private async read(): Promise<void> {
    const { marathon, log, onApps, clock } = this.options;
    let json: unknown;
    try {
      json = await marathon.apps(this.abort.signal);
    } catch (error) {
      return this.failed(errorText(error));
    }
    this.lastReadAt = clock.now();
    if (this.failing) log.info({}, 'Marathon answers again');
    this.failing = false;
    try {
      await onApps(json);
    } catch (error) {
      log.error({ error: (error as Error).stack ?? '' }, 'the apps cannot be served; the running ones stay');
    }
  }

  private failed(error: string): void {
    if (this.abort.signal.aborted) return;
    this.options.onUnreachable?.(error);
    if (this.failing) return;
    this.failing = true;
    this.options.log.warn({ error }, 'the apps cannot be read; the last good configuration stays');
  }

  /** Opens the stream and reads it to its end. */
  private async listen(attempt: number): Promise<void> {
    const abort = new AbortController();
    this.hangUp = () => abort.abort();
    const { marathon, log } = this.options;
    let reason = '';
    try {
      const stream = await marathon.events(abort.signal);
      this.mailbox.post({ kind: 'begun', attempt, heartbeatMs: SILENCE_MAX_MS });
      if (!abort.signal.aborted) {
        log.info({}, "following Marathon's events");
        this.trigger();
      }
      await this.readEvents(stream, attempt);
    } catch (error) {
      reason = errorText(error);
    }
    this.mailbox.post({ kind: 'closed', attempt, reason });
  }

  private async readEvents(stream: HttpStream, attempt: number): Promise<void> {
    const decoder = new SseDecoder();
    try {
      for await (const chunk of stream.body) {
        this.mailbox.post({ kind: 'heard', attempt });
        const events = decoder.feed(chunk as Buffer).filter(({ event }) => EVENT_TYPES.includes(event ?? ''));
        this.events += events.length;
        for (const { data } of events) this.heard(data);
      }
    } finally {
      stream.close();
    }
  }

  private streamEnded({ phase, cause, reason }: FollowEnd): void {
    const { log } = this.options;
    const fields = { error: cause === 'silent' ? `silent for ${SILENCE_MAX_MS / 1000} s` : reason };
    if (phase !== 'following') log.debug(fields, "Marathon's event stream cannot be opened");
    else if (reason === '') log.warn({}, "Marathon's event stream ended");
    else log.warn(fields, "Marathon's event stream broke");
    this.wakeReader();
  }

  private heard(data: string): void {
    const apps = appsOfEvent(data);
    if (apps === 'all') this.trigger();
    else this.triggerApps(apps);
  }

  private pause(ms: number): Promise<void> {
    if (ms <= 0 || this.abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.abort.signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.options.clock.wakeAt(this.options.clock.now() + ms, done);
      this.abort.signal.addEventListener('abort', done);
    });
  }
}

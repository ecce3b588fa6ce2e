/**
 * Follows Marathon as the follower's machine decides: opens its event stream, and reads apps.
 */

import { errorText } from '../../cluster/model/error-text';
import type { Clock } from '../../cluster/runtime/clock';
import type { HttpStream } from '../../cluster/runtime/http/client';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { SseDecoder } from '../../cluster/runtime/streams/sse';
import { appsOfEvent } from '../core/apps/event-apps';
import {
  type AppsToRead,
  type FollowerBoot,
  type FollowerEffect,
  type FollowerEvent,
  type FollowerState,
  followerMachine,
  isStreaming,
} from '../core/apps/follower';
import { EVENT_TYPES, type Marathon } from './marathon';

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
  /** Called when the follower's machine breaks: Marathon is not followed any more. */
  readonly onBroken?: (error: Error) => void;
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
  private readonly mailbox: Mailbox<FollowerState, FollowerEvent, FollowerEffect, FollowerBoot>;
  private listening: Promise<void> = Promise.resolve();
  private reading: Promise<void> = Promise.resolve();
  private hangUp: () => void = () => undefined;
  /** Callbacks for the end of the next reading that begins, and of the one that runs. */
  private waiters: (() => void)[] = [];
  private waitersOfReading: (() => void)[] = [];

  constructor(private readonly options: FollowOptions) {
    const { clock, log, backoffMaxMs, pollMs, random, onUnreachable, onBroken } = options;
    this.mailbox = new Mailbox({
      machine: followerMachine,
      boot: { seed: Math.floor(random() * 2 ** 32), pollMs, backoffMaxMs },
      clock,
      log,
      perform: {
        open: ({ attempt }) => {
          this.listening = this.listen(attempt);
        },
        close: () => this.hangUp(),
        read: ({ apps }) => this.beginReading(apps),
        unreachable: ({ why }) => onUnreachable?.(why),
      },
      onBroken: (error) => {
        log.error({ error: error.stack ?? error.message }, 'Marathon is not followed any more');
        onBroken?.(error);
      },
    });
  }

  /** True while the event stream is open. */
  get streaming(): boolean {
    return isStreaming(this.mailbox.state);
  }

  get lastReadAt(): number | undefined {
    return this.mailbox.state.lastReadAt;
  }

  get events(): number {
    return this.mailbox.state.events;
  }

  start(): void {
    this.mailbox.post({ kind: 'started' });
  }

  /** Requests a reading of all apps. */
  trigger(): void {
    this.mailbox.post({ kind: 'wanted', apps: 'all' });
  }

  /** Reads these apps, or all. Resolves when Marathon's answer is served, when that failed, or after `limitMs`. */
  async readNow(apps: AppsToRead, limitMs: number): Promise<void> {
    if (this.abort.signal.aborted) return;
    const { clock } = this.options;
    await new Promise<void>((resolve) => {
      const cancel = clock.wakeAt(clock.now() + limitMs, resolve);
      this.waiters.push(() => {
        cancel();
        resolve();
      });
      this.mailbox.post({ kind: 'wanted', apps });
    });
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.mailbox.post({ kind: 'stopped' });
    await this.mailbox.stop();
    // A machine that is broken closes nothing any more.
    this.hangUp();
    await Promise.all([this.reading, this.listening]);
  }

  /** Reads apps; a list after single apps is a part of the same reading. */
  private beginReading(apps: AppsToRead): void {
    this.waitersOfReading.push(...this.waiters.splice(0));
    this.reading = apps === 'all' ? this.readAll() : this.readSome(apps);
  }

  private async readSome(ids: readonly string[]): Promise<void> {
    const { marathon, log, onSome, onApps } = this.options;
    try {
      const read = ids.map(async (id) => ({ id, json: await marathon.app(id, this.abort.signal) }));
      const answers = await Promise.all(read);
      const all = answers.find(({ json }) => Array.isArray((json as { apps?: unknown } | undefined)?.apps));
      if (all) await onApps(all.json);
      else if (answers.some(({ json }) => json === undefined) || !(await onSome(answers)))
        return this.mailbox.post({ kind: 'apps.insufficient' });
    } catch (error) {
      log.debug({ error: errorText(error) }, 'some apps cannot be read alone; all are read');
      return this.mailbox.post({ kind: 'apps.insufficient' });
    }
    this.mailbox.post({ kind: 'apps.served' });
    this.endReading();
  }

  private async readAll(): Promise<void> {
    const { marathon, log, onApps } = this.options;
    let json: unknown;
    try {
      json = await marathon.apps(this.abort.signal);
    } catch (error) {
      return this.endReading(errorText(error));
    }
    this.mailbox.post({ kind: 'apps.read' });
    try {
      await onApps(json);
    } catch (error) {
      log.error({ error: (error as Error).stack ?? '' }, 'the apps cannot be served; the running ones stay');
    }
    this.endReading();
  }

  private endReading(why?: string): void {
    for (const done of this.waitersOfReading.splice(0)) done();
    const retryAfterMs = this.options.retryAfterMs?.();
    if (why === undefined) this.mailbox.post({ kind: 'read.ended', retryAfterMs });
    else this.mailbox.post({ kind: 'read.failed', why, retryAfterMs });
  }

  /** Opens the stream and reads it to its end. */
  private async listen(attempt: number): Promise<void> {
    const abort = new AbortController();
    this.hangUp = () => abort.abort();
    let reason = '';
    try {
      const stream = await this.options.marathon.events(abort.signal);
      this.mailbox.post({ kind: 'stream.begun', attempt });
      await this.readEvents(stream, attempt);
    } catch (error) {
      reason = errorText(error);
    }
    this.mailbox.post({ kind: 'stream.closed', attempt, reason });
  }

  private async readEvents(stream: HttpStream, attempt: number): Promise<void> {
    const decoder = new SseDecoder();
    try {
      for await (const chunk of stream.body) {
        const events = decoder.feed(chunk as Buffer).filter(({ event }) => EVENT_TYPES.includes(event ?? ''));
        const apps = events.map(({ data }) => appsOfEvent(data));
        this.mailbox.post({ kind: 'stream.heard', attempt, events: events.length, apps: allOf(apps) });
      }
    } finally {
      stream.close();
    }
  }
}

function allOf(apps: readonly AppsToRead[]): AppsToRead {
  const single = apps.filter((ids) => ids !== 'all');
  return single.length < apps.length ? 'all' : single.flat();
}

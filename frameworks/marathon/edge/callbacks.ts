/**
 * Event callbacks: each event is posted as JSON to the URLs that subscribed, as Marathon did up to 1.4 (HttpEventActor).
 *
 * Always true: a subscriber gets one event at a time, in their order; while one is slow or fails, it gets none for 2, 4, 8
 * and so on seconds, and what happens meanwhile is lost to it. Subscriptions are stored before they are acknowledged.
 */

import { errorText } from '../../../cluster/model/error-text';
import { authorizationOf } from '../../../cluster/runtime/auth/caller';
import type { Clock } from '../../../cluster/runtime/clock';
import { HttpClient } from '../../../cluster/runtime/http/client';
import { hideUserinfo, splitUserinfo } from '../../../cluster/runtime/http/userinfo';
import type { Logger } from '../../../cluster/runtime/log';
import { guardedLookup } from '../../../cluster/runtime/network/guarded-lookup';
import { isLinkLocal } from '../../../cluster/runtime/network/link-local';
import type { StateStore } from '../../../cluster/state/store';
import type { BusEvent } from '../api/events';

export interface CallbackSettings {
  /** URLs that subscribe with the start. */
  readonly endpoints: readonly string[];
  readonly requestMs: number;
  /** A delivery that takes longer counts as failed. */
  readonly slowMs: number;
  /** Events that wait for one subscriber. */
  readonly waitingMax: number;
}

export interface CallbackDeps {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Subscriber {
  readonly url: string;
  readonly waiting: string[];
  isBusy: boolean;
  failures: number;
  pausedUntil: number;
}

/** The variable of the subscriptions; the core does not read it. */
const VARIABLE = 'marathon-event-subscribers';
const PAUSE_MAX_MS = 3_600_000;
/** Each subscriber may hold a queue of events. */
const SUBSCRIBERS_MAX = 1000;
/** Nothing is read in the answers of subscribers but their status. */
const ANSWER_MAX_BYTES = 64 * 1024;

export class Callbacks {
  private readonly subscribers = new Map<string, Subscriber>();
  private readonly client = new HttpClient({ lookup: guardedLookup });
  private readonly stopping = new AbortController();

  private constructor(
    private readonly settings: CallbackSettings,
    private readonly deps: CallbackDeps,
  ) {}

  static async open(settings: CallbackSettings, deps: CallbackDeps): Promise<Callbacks> {
    const callbacks = new Callbacks(settings, deps);
    const { value } = await deps.store.fetch(VARIABLE);
    const stored = value.length === 0 ? [] : (JSON.parse(value.toString()) as string[]);
    for (const url of [...stored, ...settings.endpoints]) callbacks.add(url);
    return callbacks;
  }

  get urls(): string[] {
    return [...this.subscribers.keys()];
  }

  /** True when no more URLs may subscribe. */
  get isFull(): boolean {
    return this.subscribers.size >= SUBSCRIBERS_MAX;
  }

  /** True while a subscriber gets no events. */
  paused(url: string): boolean {
    return (this.subscribers.get(url)?.pausedUntil ?? 0) > this.deps.clock.now();
  }

  async subscribe(url: string): Promise<void> {
    this.add(url);
    await this.save();
  }

  /** The URL may have stars in place of its credentials, as lists show it. */
  async unsubscribe(url: string): Promise<void> {
    for (const subscribed of this.urls)
      if (subscribed === url || hideUserinfo(subscribed) === url) this.subscribers.delete(subscribed);
    await this.save();
  }

  publish(event: BusEvent): void {
    if (this.subscribers.size === 0) return;
    const text = JSON.stringify(event);
    const now = this.deps.clock.now();
    for (const subscriber of this.subscribers.values()) {
      if (now < subscriber.pausedUntil || subscriber.waiting.length >= this.settings.waitingMax) continue;
      subscriber.waiting.push(text);
      if (!subscriber.isBusy) void this.deliver(subscriber);
    }
  }

  stop(): void {
    this.subscribers.clear();
    this.stopping.abort();
    void this.client.close();
  }

  private add(url: string): void {
    if (this.subscribers.has(url)) return;
    this.subscribers.set(url, { url, waiting: [], isBusy: false, failures: 0, pausedUntil: 0 });
  }

  private async save(): Promise<void> {
    await this.deps.store.commit([{ name: VARIABLE, value: Buffer.from(JSON.stringify(this.urls)) }]);
  }

  /** Delivers what waits for a subscriber. */
  private async deliver(subscriber: Subscriber): Promise<void> {
    subscriber.isBusy = true;
    for (let text = subscriber.waiting.shift(); text !== undefined; text = subscriber.waiting.shift()) {
      if (this.subscribers.get(subscriber.url) !== subscriber) break;
      const failure = await this.post(subscriber.url, text);
      if (failure === undefined) subscriber.failures = 0;
      else this.pause(subscriber, failure);
    }
    subscriber.isBusy = false;
  }

  /** Posts one event; the reason of a failure. */
  private async post(subscribed: string, body: string): Promise<string | undefined> {
    const { requestMs, slowMs } = this.settings;
    const { url, credentials } = splitUserinfo(subscribed);
    const begun = performance.now();
    try {
      const { status } = await this.client.request({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...authorizationOf({ credentials }),
        },
        body,
        timeoutMs: requestMs,
        answerMaxBytes: ANSWER_MAX_BYTES,
        signal: this.stopping.signal,
      });
      if (status < 200 || status > 299) return `it answers ${status}`;
      return performance.now() - begun < slowMs ? undefined : 'it is slow';
    } catch (error) {
      return errorText(error);
    }
  }

  private pause(subscriber: Subscriber, reason: string): void {
    if (this.stopping.signal.aborted) return;
    const { clock, log } = this.deps;
    subscriber.failures++;
    subscriber.waiting.length = 0;
    const pauseMs = Math.min(PAUSE_MAX_MS, 2 ** subscriber.failures * 1000);
    subscriber.pausedUntil = clock.now() + pauseMs;
    log.warn(
      { url: hideUserinfo(subscriber.url), reason, pauseMs },
      'a subscriber gets no events for a while',
    );
  }
}

/** True for a URL of http or https that leads to no link-local address, where clouds tell secrets of a machine. */
export function isCallbackUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) return false;
  return !isLinkLocal(new URL(text).hostname.replace(/^\[(.*)\]$/, '$1'));
}

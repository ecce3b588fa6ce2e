/**
 * Sends the changes of the live zone out: changes that come close together as one, a fresh zone in parts.
 *
 * Always true: only a few parts are on their way at one time, so that questions are answered between parts; what changes
 * meanwhile comes with the last part or after it.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { LiveZone } from '../core/live/live-zone';
import type { ZoneChange } from '../core/zone/zone';
import type { HostLookups } from './host-lookups';
import type { StateObserver } from './master-calls';

/** Parts that are on their way at one time. */
export const PARTS_OUT_MAX = 3;
/** Parts of a state that is still being read that may be on their way before reading waits. */
export const PARTS_PRELOADED_MAX = 25;
/** The shortest time between two changes. */
export const CHANGES_APART_MS = 10;

export interface PublisherOptions {
  readonly live: Pick<LiveZone, 'takeChanges' | 'hosts' | 'preload'>;
  readonly hosts: Pick<HostLookups, 'want'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes one part, in order; the promise is settled when it has been taken. */
  readonly publish: (change: ZoneChange) => Promise<void>;
  /** Called when a zone of several parts has gone out. */
  readonly settled?: (() => void) | undefined;
}

export class Publisher implements Running {
  private notBefore = 0;
  private cancel: (() => void) | undefined;
  private sending = false;
  private again = false;
  private loaded = false;
  private stopped = false;

  constructor(private readonly options: PublisherOptions) {}

  /**
   * The observer of a first state, which sends parts of the zone out while that is being read. Undefined when there is
   * a zone already.
   */
  preload(): StateObserver | undefined {
    const { live, clock, publish } = this.options;
    const out: Promise<void>[] = [];
    const observer = live.preload(Math.floor(clock.now() / 1000), (part) => {
      if (!this.stopped) out.push(publish(part));
    });
    const room = async (): Promise<void> => {
      while (out.length > PARTS_PRELOADED_MAX / 2) await out.shift();
    };
    return (
      observer && {
        observe: observer.observe,
        whenReady: () => (out.length > PARTS_PRELOADED_MAX ? room() : undefined),
      }
    );
  }

  /** Called when there are facts: from now on changes go out. */
  load(): void {
    this.loaded = true;
    this.changed();
  }

  /** Called when the zone has changed: the change goes out within a moment. */
  changed(): void {
    if (this.stopped || !this.loaded) return;
    if (this.sending) {
      this.again = true;
      return;
    }
    const { clock } = this.options;
    this.cancel ??= clock.wakeAt(Math.max(this.notBefore, clock.now()), () => void this.send());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
  }

  private async send(): Promise<void> {
    this.cancel = undefined;
    this.sending = true;
    const { live, hosts, clock, log, publish } = this.options;
    let parts = 0;
    const out: Promise<void>[] = [];
    for (const part of live.takeChanges(Math.floor(clock.now() / 1000))) {
      if (this.stopped) return;
      parts++;
      out.push(publish(part));
      // The next parts are made while those before are being taken.
      if (out.length >= PARTS_OUT_MAX) await out.shift();
    }
    await Promise.all(out);
    if (parts > 1) {
      log.debug({ parts }, 'a new zone');
      this.options.settled?.();
    }
    this.sending = false;
    this.notBefore = clock.now() + CHANGES_APART_MS;
    if (this.stopped) return;
    hosts.want(live.hosts());
    if (!this.again) return;
    this.again = false;
    this.changed();
  }
}

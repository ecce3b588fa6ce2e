/**
 * Sends the parts of zone changes when the builder's machine says so, and parts of a first zone while its state is being
 * read.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Performers } from '../../cluster/runtime/mailbox';
import type { BuilderEffect } from '../core/builder/effects';
import type { BuilderInput } from '../core/builder/events';
import type { LiveZone } from '../core/live/live-zone';
import type { ZoneChange } from '../core/zone/zone';
import type { StateObserver } from './master-calls';

/** Parts of a state that is still being read that may be on their way before reading waits. */
export const PARTS_PRELOADED_MAX = 25;

export interface ZoneSenderOptions {
  readonly live: Pick<LiveZone, 'takeChanges' | 'preload'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Takes one part, in order; the promise is settled when it has been taken. */
  readonly publish: (change: ZoneChange) => Promise<void>;
  readonly post: (event: BuilderInput) => void;
}

export type SenderPerformers = Pick<Performers<BuilderEffect>, 'begin-change' | 'send-part'>;

export class ZoneSender implements Running {
  private parts: Iterator<ZoneChange> = [][Symbol.iterator]();
  private stopped = false;
  readonly performers: SenderPerformers = {
    'begin-change': ({ serial }) => {
      this.parts = this.options.live.takeChanges(serial)[Symbol.iterator]();
    },
    'send-part': () => this.sendPart(),
  };

  constructor(private readonly options: ZoneSenderOptions) {}

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

  async stop(): Promise<void> {
    this.stopped = true;
  }

  private sendPart(): void {
    const { publish, post } = this.options;
    const { value: part, done } = this.parts.next();
    if (done) return post({ kind: 'change.empty' });
    const delivery = publish(part);
    post({ kind: 'part.sent', last: part.last });
    void delivery.then(() => post({ kind: 'part.taken' }));
  }
}

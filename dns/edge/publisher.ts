/**
 * From changes to zones: many changes in a short time make one new zone, which replaces the old one at once.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { Zone, ZoneOptions } from '../core/book';
import type { Snapshot } from '../core/snapshot';
import { buildZone, hostsOf } from '../core/zone';
import type { Hosts } from './hosts';

/** The shortest time between two zones. */
export const BETWEEN_MS = 20;
/** A zone that takes long to build waits this many times as long, so that questions get their share. */
const REST_FACTOR = 3;

export interface PublisherOptions {
  readonly zone: ZoneOptions;
  readonly hosts: Pick<Hosts, 'lookup' | 'want'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly publish: (zone: Zone) => void;
  /** Takes notes about odd entries, one line each. */
  readonly note: (text: string) => void;
}

export class Publisher implements Running {
  private snapshot: Snapshot | undefined;
  private notBefore = 0;
  private callOff: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: PublisherOptions) {}

  /** The facts changed (or were replaced): a zone follows within a moment. */
  changed(snapshot: Snapshot | undefined = this.snapshot): void {
    this.snapshot = snapshot;
    if (this.stopped) return;
    const { clock } = this.options;
    this.callOff ??= clock.wakeAt(Math.max(this.notBefore, clock.now()), () => this.build());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.callOff?.();
  }

  private build(): void {
    this.callOff = undefined;
    const { zone: options, hosts, clock, log, note } = this.options;
    const { snapshot } = this;
    if (!snapshot) return;
    const begun = clock.now();
    const lookup = (host: string): readonly string[] => hosts.lookup(host);
    const zone = buildZone({ snapshot, options, lookup, note, serial: Math.floor(begun / 1000) });
    this.options.publish(zone);
    const tookMs = clock.now() - begun;
    this.notBefore = clock.now() + Math.max(BETWEEN_MS, tookMs * REST_FACTOR);
    log.debug({ names: zone.nodes.size, tasks: snapshot.tasks.size, tookMs }, 'new zone');
    hosts.want(hostsOf(snapshot, options.masters));
  }
}

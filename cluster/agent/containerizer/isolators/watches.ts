/**
 * Looks at containers in turn, again and again, until one has gone beyond a limit.
 *
 * Always true: one look at a time, whatever the number of containers, and at most one timer.
 */

import type { Millis } from '../../../model/time';
import type { Clock } from '../../../runtime/clock';
import type { Limitation } from '../../core/state/container-spec';
import type { ContainerRun } from './isolator';

/** The least time between two looks, so that many containers do not keep the agent busy. */
const PAUSE_MIN_MS = 10;

interface Watch {
  readonly run: ContainerRun;
  readonly limited: (limitation: Limitation) => void;
}

export class Watches {
  /** In the order in which they are looked at. */
  private readonly watches = new Map<string, Watch>();
  private cancel: (() => void) | undefined;
  private isLooking = false;

  /**
   * Each container is looked at once in the interval. `look` tells the limit that it went beyond; a look that fails is taken
   * for none.
   */
  constructor(
    private readonly clock: Clock,
    private readonly interval: Millis,
    private readonly look: (run: ContainerRun) => Promise<Limitation | undefined>,
  ) {}

  add(run: ContainerRun, limited: (limitation: Limitation) => void): void {
    this.watches.set(run.spec.containerId, { run, limited });
    this.wait();
  }

  remove({ spec }: ContainerRun): void {
    this.watches.delete(spec.containerId);
    if (this.watches.size === 0) this.stop();
  }

  /** Tells a limit that was found elsewhere, if the container is watched. */
  limit(run: ContainerRun, limitation: Limitation): void {
    const watch = this.watches.get(run.spec.containerId);
    if (watch === undefined) return;
    this.remove(run);
    watch.limited(limitation);
  }

  /** Ends all watches. */
  stop(): void {
    this.watches.clear();
    this.cancel?.();
    this.cancel = undefined;
  }

  private wait(): void {
    if (this.cancel || this.isLooking || this.watches.size === 0) return;
    const pause = Math.max(this.interval / this.watches.size, PAUSE_MIN_MS);
    this.cancel = this.clock.wakeAt(this.clock.now() + pause, () => {
      this.cancel = undefined;
      void this.lookAtNext();
    });
  }

  private async lookAtNext(): Promise<void> {
    const [first] = this.watches;
    if (first === undefined) return;
    const [id, watch] = first;
    this.watches.delete(id);
    this.watches.set(id, watch);
    this.isLooking = true;
    const limitation = await this.look(watch.run).catch(() => undefined);
    this.isLooking = false;
    if (limitation !== undefined && this.watches.get(id) === watch) this.limit(watch.run, limitation);
    this.wait();
  }
}

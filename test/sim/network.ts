/**
 * The simulated network and disks: everything takes a random while, messages may be lost or repeated, and nothing reaches a
 * node that is down.
 *
 * Always true: what goes through one channel keeps its order, as bytes in one connection do.
 */

import { nextInteger, nextRandom, type Random } from '../../cluster/model/random';
import type { VirtualClock } from '../../cluster/runtime/clock';
import { MemoryStore } from '../../cluster/state/memory';
import type { Change } from '../../cluster/state/store';

export interface Faults {
  /** Longest delay of a message, in ms. */
  delayMs: number;
  /** Part of the libprocess messages that is lost. */
  dropped: number;
  /** Part of the libprocess messages that arrives twice, of those that their senders send again without an answer. */
  repeated: number;
}

const SENT_AGAIN: ReadonlySet<string> = new Set([
  'mesos.internal.StatusUpdateMessage',
  'mesos.internal.StatusUpdateAcknowledgementMessage',
  'mesos.internal.RegisterSlaveMessage',
  'mesos.internal.ReregisterSlaveMessage',
  'mesos.internal.KillTaskMessage',
]);

export class Network {
  private readonly lastAt = new Map<string, number>();
  /** Pairs of nodes that cannot reach each other, as `a b` in order. */
  private readonly cut = new Set<string>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: Random,
    readonly faults: Faults,
  ) {}

  /** Delivers after a while, in order with what went through the channel before. */
  send(channel: string, deliver: () => void): void {
    const now = this.clock.now();
    const at = Math.max(
      this.lastAt.get(channel) ?? 0,
      now + 1 + nextInteger(this.random, this.faults.delayMs),
    );
    this.lastAt.set(channel, at);
    this.clock.wakeAt(at, deliver);
  }

  /** The same, but it may be lost, or sent again: a libprocess message. */
  sendUnsure({ from, to, name }: { from: string; to: string; name: string }, deliver: () => void): void {
    if (this.isCut(from, to) || nextRandom(this.random) < this.faults.dropped) return;
    this.send(`${from} ${to}`, deliver);
    if (SENT_AGAIN.has(name) && nextRandom(this.random) < this.faults.repeated)
      this.send(`${from} ${to}`, deliver);
  }

  /** Cuts or mends the way between two nodes. */
  setCut(a: string, b: string, cut: boolean): void {
    const pair = [a, b].sort().join(' ');
    if (cut) this.cut.add(pair);
    else this.cut.delete(pair);
  }

  isCut(a: string, b: string): boolean {
    return this.cut.has([a, b].sort().join(' '));
  }

  after(ms: number, run: () => void): void {
    this.clock.wakeAt(this.clock.now() + ms, run);
  }

  someMs(below: number): number {
    return 1 + nextInteger(this.random, below);
  }
}

/** A disk that survives its node: a commit is durable after a while, or never when the node goes down before. */
export class Disk {
  readonly store = new MemoryStore();

  constructor(private readonly network: Network) {}

  commit(changes: readonly Change[], isUp: () => boolean, done: () => void): void {
    this.network.after(this.network.someMs(5), () => {
      if (!isUp()) return;
      this.store.commitNow(changes);
      done();
    });
  }

  read(prefix: string): { name: string; value: Buffer }[] {
    return this.store.fetchAllNow(prefix);
  }
}

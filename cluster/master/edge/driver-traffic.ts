/**
 * Counts and rate limits of drivers' messages: `--rate_limits` (Mesos 1.11 Master::consume,
 * src/master/metrics.cpp). As there, HTTP calls are not limited, and neither is a driver before it has registered.
 * Messages above the rate wait in order. One above the capacity is dropped, and its driver is told to abort.
 *
 * Always true: the messages of one driver, and the end of its connection, keep their order.
 */

import type { RateLimits } from '../../api/generated/mesos';
import { decodeJson } from '../../api/json-read';
import { CodecError } from '../../api/protobuf';
import type { Millis } from '../../model/time';
import type { Clock } from '../../runtime/clock';
import { document } from '../../runtime/config/flags';
import { StartError } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import type { Message } from '../../runtime/messages/receive';
import { Queue } from '../../runtime/queue';

export const rateLimitsFlag = document({
  help: "how many messages a second drivers of a principal may send, in Mesos' JSON; in place, /PATH or file://PATH",
});

/** The capacity of limits without one: the original lets any number of messages wait. */
const WAITING_MAX = 100_000;
/** A timer that fires late may catch up with this much, so that its lateness does not lower the rate. */
const LATE_MAX_MS = 10;

/** Reads `--rate_limits`. Throws a StartError in Mesos' words. */
export function readRateLimits(text: string | undefined): RateLimits | undefined {
  if (text === undefined) return undefined;
  const limits = parse(text);
  const seen = new Set<string>();
  for (const { principal, qps } of limits.limits ?? []) {
    if (seen.has(principal))
      throw wrong(`Duplicate principal ${principal} found in RateLimits configuration`);
    seen.add(principal);
    if (qps !== undefined && !(qps > 0)) throw wrong(`Invalid qps: ${qps}. It must be a positive number`);
  }
  const { aggregate_default_qps: qps } = limits;
  if (qps === undefined || qps > 0) return limits;
  throw wrong(`Invalid aggregate_default_qps: ${qps}. It must be a positive number`);
}

function wrong(why: string): StartError {
  return new StartError(`--rate_limits: ${why}`);
}

function parse(text: string): RateLimits {
  try {
    return decodeJson('mesos.v1.RateLimits', text);
  } catch (error) {
    if (error instanceof CodecError) throw wrong(error.message);
    throw error;
  }
}

/**
 * Runs actions in order at an even rate of `qps`; one that comes while none waits and the rate allows it runs at
 * once.
 */
class Limiter {
  private waiting = new Queue<() => void>();
  private readonly gapMs: Millis;
  private nextAt: Millis = Number.NEGATIVE_INFINITY;
  private cancel: (() => void) | undefined;
  /** Number of waiting messages, which the capacity limits. Waiting ends of connections are not counted. */
  messages = 0;

  constructor(
    private readonly clock: Clock,
    qps: number,
    readonly capacity: number | undefined,
  ) {
    this.gapMs = 1000 / qps;
  }

  get isFull(): boolean {
    return this.messages >= (this.capacity ?? WAITING_MAX);
  }

  run(action: () => void): void {
    if (this.waiting.size === 0 && this.clock.now() >= this.nextAt) {
      this.nextAt = this.clock.now() + this.gapMs;
      return action();
    }
    this.waiting.add(action);
    this.cancel ??= this.clock.wakeAt(this.nextAt, () => this.next());
  }

  /** Runs all actions that are due: timers are coarser than high rates. */
  private next(): void {
    this.cancel = undefined;
    do {
      this.nextAt = Math.max(this.nextAt, this.clock.now() - LATE_MAX_MS) + this.gapMs;
      this.waiting.take()?.();
    } while (this.waiting.size > 0 && this.clock.now() >= this.nextAt);
    if (this.waiting.size > 0) this.cancel = this.clock.wakeAt(this.nextAt, () => this.next());
  }

  stop(): void {
    this.cancel?.();
    this.waiting = new Queue();
  }
}

export interface DriverTrafficOptions {
  readonly limits: RateLimits | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The framework of a driver, with its principal; undefined when no registered driver is there. */
  readonly frameworkOf: (pid: string) => { readonly principal?: string | undefined } | undefined;
  /** Tells a driver that it must abort. */
  readonly tellError: (pid: string, message: string) => void;
}

interface Count {
  received: number;
  processed: number;
}

export class DriverTraffic {
  /** By principal; undefined for principals listed without a rate, which are not limited. */
  private readonly limiters = new Map<string, Limiter | undefined>();
  private readonly fallback: Limiter | undefined;
  private readonly counts = new Map<string, Count>();

  constructor(private readonly options: DriverTrafficOptions) {
    const { limits, clock } = options;
    const make = (qps: number | undefined, capacity: unknown): Limiter | undefined =>
      qps === undefined
        ? undefined
        : new Limiter(clock, qps, capacity === undefined ? undefined : Number(capacity));
    for (const { principal, qps, capacity } of limits?.limits ?? []) {
      this.limiters.set(principal, make(qps, capacity));
    }
    this.fallback = make(limits?.aggregate_default_qps, limits?.aggregate_default_capacity);
  }

  /** Handles a message at once, when its rate allows it, or never if too many wait. */
  pass(message: Message, handle: () => void): void {
    const framework = this.options.frameworkOf(message.from);
    const principal = framework?.principal;
    if (principal !== undefined) this.countOf(principal).received += 1;
    const limiter = framework && this.limiterOf(principal);
    const counted = (): void => {
      if (limiter) limiter.messages -= 1;
      const before = this.options.frameworkOf(message.from)?.principal;
      handle();
      if (before !== undefined) this.countOf(before).processed += 1;
    };
    if (!limiter) return framework ? counted() : handle();
    if (limiter.isFull) return this.drop(message, principal, limiter);
    limiter.messages += 1;
    limiter.run(() => this.guarded(message, counted));
  }

  /** Runs the handler of a message that waited. No caller is left to catch its error, so it is logged. */
  private guarded({ name, from }: Message, handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.options.log.warn({ message: name, from, error: String(error) }, 'dropped a message');
    }
  }

  /** Handles the end of a connection, after all messages that came over it. */
  exited(pid: string, handle: () => void): void {
    const framework = this.options.frameworkOf(pid);
    const limiter = framework && this.limiterOf(framework.principal);
    if (limiter) limiter.run(handle);
    else handle();
  }

  /** Metrics of these principals; counts of others are dropped, so that they cannot grow without end. */
  metrics(principals: Iterable<string>): Record<string, number> {
    const numbers: Record<string, number> = {};
    const shown = new Set(principals);
    for (const principal of this.counts.keys()) if (!shown.has(principal)) this.counts.delete(principal);
    for (const principal of shown) {
      const { received, processed } = this.counts.get(principal) ?? { received: 0, processed: 0 };
      numbers[`frameworks/${principal}/messages_received`] = received;
      numbers[`frameworks/${principal}/messages_processed`] = processed;
    }
    return numbers;
  }

  stop(): void {
    for (const limiter of [...this.limiters.values(), this.fallback]) limiter?.stop();
  }

  private limiterOf(principal: string | undefined): Limiter | undefined {
    const isNamed = principal !== undefined && this.limiters.has(principal);
    return isNamed ? this.limiters.get(principal) : this.fallback;
  }

  private countOf(principal: string): Count {
    const existing = this.counts.get(principal);
    if (existing) return existing;
    const count = { received: 0, processed: 0 };
    this.counts.set(principal, count);
    return count;
  }

  private drop({ name, from }: Message, principal: string | undefined, { capacity }: Limiter): void {
    const text = `Message ${name} dropped: capacity(${capacity ?? WAITING_MAX}) exceeded`;
    this.options.log.warn({ from, principal }, text);
    this.options.tellError(from, text);
  }
}

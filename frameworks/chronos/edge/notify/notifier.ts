/**
 * The notifier: takes notices at once and delivers them beside the scheduling, with retries.
 *
 * Always true: a channel that is slow or down holds up no other channel, and keeps a bounded number of notices.
 */

import type { Clock } from '../../../../cluster/runtime/clock';
import type { Logger } from '../../../../cluster/runtime/log';
import type { Counter } from '../../../../cluster/runtime/metrics';
import { retryDelay } from '../../core/notify/delivery';
import { messageOf, type Notice, type NoticeKind } from '../../core/notify/notice';
import type { Channel, Delivery } from './channel';

/** Deliveries of one channel at once. */
const AT_ONCE_MAX = 4;
/** Deliveries of one channel that wait or are tried again; further ones are dropped. */
const PENDING_MAX = 1000;

export interface NotifierOptions {
  readonly channels: readonly Channel[];
  readonly rules: ReadonlySet<NoticeKind>;
  readonly clusterName: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: { readonly delivered: Counter; readonly failed: Counter };
}

export class Notifier {
  private readonly lanes: readonly Lane[];

  constructor(private readonly options: NotifierOptions) {
    this.lanes = options.channels.map((channel) => new Lane(channel, options));
  }

  /** Returns at once; failures are logged and counted. */
  notify(notice: Notice): void {
    const { rules, clusterName } = this.options;
    if (!rules.has(notice.kind)) return;
    const message = messageOf(notice, clusterName);
    for (const lane of this.lanes) lane.add(notice, message);
  }

  /** Deliveries that wait are dropped. */
  stop(): void {
    for (const lane of this.lanes) lane.stop();
  }
}

interface Pending extends Delivery {
  failed: number;
}

/** The deliveries of one channel. */
class Lane {
  private readonly waiting: Pending[] = [];
  private readonly retries = new Set<() => void>();
  private readonly abort = new AbortController();
  private running = 0;

  constructor(
    private readonly channel: Channel,
    private readonly options: NotifierOptions,
  ) {}

  add(notice: Notice, message: Delivery['message']): void {
    for (const receiver of this.channel.receivers(notice)) {
      const pending = { notice, message, receiver, failed: 0 };
      if (this.waiting.length + this.retries.size >= PENDING_MAX)
        this.giveUp(pending, `${PENDING_MAX} wait already`);
      else this.waiting.push(pending);
    }
    this.startMore();
  }

  stop(): void {
    this.abort.abort();
    this.waiting.length = 0;
    for (const cancel of this.retries) cancel();
    this.retries.clear();
    this.channel.close();
  }

  private startMore(): void {
    while (this.running < AT_ONCE_MAX) {
      const pending = this.waiting.shift();
      if (!pending) return;
      this.running++;
      void this.deliver(pending);
    }
  }

  private async deliver(pending: Pending): Promise<void> {
    const failure = await this.channel.deliver(pending, this.abort.signal);
    this.running--;
    if (this.abort.signal.aborted) return;
    if (failure === undefined) this.options.metrics.delivered.inc();
    else {
      pending.failed++;
      const delay = retryDelay(pending.failed, failure);
      if (delay === undefined) this.giveUp(pending, failure.reason);
      else this.retryAfter(pending, delay);
    }
    this.startMore();
  }

  private retryAfter(pending: Pending, delay: number): void {
    const { clock } = this.options;
    const cancel = clock.wakeAt(clock.now() + delay, () => {
      this.retries.delete(cancel);
      this.waiting.push(pending);
      this.startMore();
    });
    this.retries.add(cancel);
  }

  private giveUp({ notice, receiver, failed }: Pending, reason: string): void {
    const { log, metrics } = this.options;
    metrics.failed.inc();
    const { kind, job } = notice;
    const fields = { channel: this.channel.name, receiver, notice: kind, job: job.name, attempts: failed };
    log.error({ ...fields, reason }, 'a notice could not be delivered');
  }
}

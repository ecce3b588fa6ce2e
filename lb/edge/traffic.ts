/**
 * Reads HAProxy's counters at intervals, on request, and before a worker ends.
 */

import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';
import {
  createTrafficSums,
  readServerCounts,
  type ServerCount,
  type VersionTraffic,
} from '../core/traffic/traffic';
import type { Balancer } from './balancer';
import type { RuntimeApi } from './runtime-api';

const EVERY_MS = 10_000;
const FRESH_MS = 500;

export class Traffic {
  private readonly sums = createTrafficSums();
  private known: readonly VersionTraffic[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  /** False until the first request: until then HAProxy's counters are not read. */
  private asked = false;

  constructor(
    private readonly runtime: RuntimeApi,
    private readonly balancer: () => Balancer,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The traffic by app and version, at most half a second old. */
  async read(): Promise<readonly VersionTraffic[]> {
    this.asked = true;
    return await this.look();
  }

  private async look(): Promise<readonly VersionTraffic[]> {
    if (!this.asked) return [];
    if (performance.now() - this.readAt < FRESH_MS) return this.known;
    try {
      this.known = this.sums.add(await this.counts(), this.balancer().model);
      this.readAt = performance.now();
    } catch (error) {
      this.log.debug({ error: errorText(error) }, "HAProxy's counters cannot be read");
    }
    return this.known;
  }

  /** Adds the counters of a worker that is about to end; the next one counts from zero. */
  async workerEnds(): Promise<void> {
    this.readAt = Number.NEGATIVE_INFINITY;
    await this.look();
    this.sums.restart();
  }

  private async counts(): Promise<ServerCount[]> {
    return readServerCounts(await this.runtime.ask('show stat -1 4 -1'));
  }
}

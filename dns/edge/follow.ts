/**
 * Following the cluster: the event stream of the leading master while there is one, else its state now and then.
 *
 * Each round asks every master for a stream, then every master for its state. A stream that was up and ended is tried
 * again at once, what failed after a growing pause. The last facts stay until better ones come.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { HttpClient } from '../../cluster/runtime/http/client';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { RecordDecoder } from '../../cluster/runtime/streams/recordio';
import { applyEvent, readHeartbeatSeconds } from '../core/events';
import { textAt } from '../core/json';
import { type Cluster, emptyCluster, type HostPort, type Snapshot } from '../core/snapshot';
import { readState } from '../core/state-json';
import { askLeader, loadState, type MasterCalls, masterUrl, subscribe } from './master';

export interface FollowOptions {
  readonly masters: readonly HostPort[];
  /** Between two polls while no master has a stream. */
  readonly refreshMs: number;
  readonly stateTimeoutMs: number;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly note: (text: string) => void;
  /** New facts; the same object again when events changed it. */
  readonly changed: (snapshot: Snapshot) => void;
}

/** Where facts come from at present. */
export type Source = 'stream' | 'poll' | 'none';

/** Heartbeats that may be missed before a stream counts as dead. */
const HEARTBEATS_MISSED = 3;
const HEARTBEAT_SECONDS = 15;
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 30_000;
/** A stream that lived this long was a good one: the next failure starts with short pauses again. */
const GOOD_LIFE_MS = 10_000;

type Outcome = 'lost' | 'polled' | 'failed';

export class Follower implements Running {
  source: Source = 'none';
  private readonly abort = new AbortController();
  private readonly calls: MasterCalls;
  private running: Promise<void> | undefined;
  private wakeUp: (() => void) | undefined;
  private failures = 0;
  /** The master that served last, which is asked first. */
  private good: string | undefined;

  constructor(private readonly options: FollowOptions) {
    const { client, stateTimeoutMs } = options;
    this.calls = { client, timeoutMs: stateTimeoutMs, signal: this.abort.signal };
  }

  /** Begins; never waits for a master. */
  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.wakeUp?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped()) {
      const begun = this.options.clock.now();
      const outcome = await this.round();
      this.source = outcome === 'polled' ? 'poll' : 'none';
      if (this.stopped()) return;
      const lived = this.options.clock.now() - begun;
      if (outcome === 'polled' || (outcome === 'lost' && lived >= GOOD_LIFE_MS)) this.failures = 0;
      await this.pause(outcome === 'polled' ? this.options.refreshMs : this.backOff());
    }
  }

  private async round(): Promise<Outcome> {
    for (const base of this.bases()) if (await this.follow(base)) return 'lost';
    for (const base of this.bases()) if (await this.poll(base)) return 'polled';
    return 'failed';
  }

  private bases(): string[] {
    const listed = this.options.masters.map(masterUrl);
    return [...new Set(this.good === undefined ? listed : [this.good, ...listed])];
  }

  /** Follows one master's stream until it ends. Returns whether it had begun. */
  private async follow(asked: string): Promise<boolean> {
    if (this.stopped()) return false;
    const { log } = this.options;
    try {
      const { stream, base } = await subscribe(this.calls, asked);
      const cluster = emptyCluster();
      cluster.leader = (await askLeader(this.calls, base)) ?? leaderFromUrl(base);
      const reader = new StreamReader(this.options, cluster, () => stream.close());
      try {
        for await (const chunk of stream.body) {
          const fresh = reader.feed(chunk);
          if (fresh) this.streaming(base);
        }
        log.warn({ master: base }, 'the event stream ended');
      } catch (error) {
        if (!this.stopped()) log.warn({ master: base, error: describe(error) }, 'the event stream broke');
      } finally {
        reader.close();
        stream.close();
      }
      return reader.begun;
    } catch (error) {
      if (!this.stopped()) log.debug({ master: asked, error: describe(error) }, 'no event stream');
      return false;
    }
  }

  private streaming(base: string): void {
    this.good = base;
    this.source = 'stream';
    this.options.log.info({ master: base }, 'following the event stream');
  }

  private async poll(asked: string): Promise<boolean> {
    if (this.stopped()) return false;
    const { log, note, changed } = this.options;
    try {
      const { document, base } = await loadState(this.calls, asked);
      this.good = base;
      if (this.source !== 'poll') log.info({ master: base }, 'no event stream: polling the state');
      changed(readState(document, note));
      return true;
    } catch (error) {
      if (!this.stopped()) log.warn({ master: asked, error: describe(error) }, 'cannot load the state');
      return false;
    }
  }

  private backOff(): number {
    return Math.min(PAUSE_FIRST_MS * 2 ** this.failures++, PAUSE_MAX_MS, this.options.refreshMs);
  }

  private pause(ms: number): Promise<void> {
    const { clock } = this.options;
    return new Promise((resolve) => {
      const callOff = clock.wakeAt(clock.now() + ms, resolve);
      this.wakeUp = () => {
        callOff();
        resolve();
      };
    });
  }

  private stopped(): boolean {
    return this.abort.signal.aborted;
  }
}

/** One stream's records, applied to its cluster; hangs up when it is silent for too long. */
class StreamReader {
  begun = false;
  private readonly decoder = new RecordDecoder();
  private silenceMs = HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000;
  private callOff: (() => void) | undefined;
  private heardAt: number;

  constructor(
    private readonly options: FollowOptions,
    private readonly cluster: Cluster,
    private readonly hangUp: () => void,
  ) {
    this.heardAt = options.clock.now();
    this.watch();
  }

  /** Takes the next bytes. Returns whether the stream has just begun. */
  feed(chunk: Uint8Array): boolean {
    this.heardAt = this.options.clock.now();
    const before = this.begun;
    for (const record of this.decoder.feed(chunk)) this.apply(JSON.parse(record.toString()));
    return !before && this.begun;
  }

  close(): void {
    this.callOff?.();
  }

  private apply(event: unknown): void {
    if (textAt(event, 'type') === 'SUBSCRIBED') {
      this.begun = true;
      this.silenceMs = HEARTBEATS_MISSED * (readHeartbeatSeconds(event) ?? HEARTBEAT_SECONDS) * 1000;
      this.close();
      this.watch();
    }
    if (this.begun && applyEvent(this.cluster, event, this.options.note)) this.options.changed(this.cluster);
  }

  private watch(): void {
    const { clock, log } = this.options;
    this.callOff = clock.wakeAt(this.heardAt + this.silenceMs, () => {
      if (clock.now() - this.heardAt < this.silenceMs) return this.watch();
      log.warn({ silentMs: clock.now() - this.heardAt }, 'no heartbeat on the event stream');
      this.hangUp();
    });
  }
}

function leaderFromUrl(base: string): HostPort {
  const { hostname, port } = new URL(base);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return error instanceof Error ? `${error.message}${cause}` : String(error);
}

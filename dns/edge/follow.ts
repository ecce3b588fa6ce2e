/**
 * Follows the cluster: over the event stream of the leading master while there is one, else by its state from time to time.
 *
 * Each round asks every master for a stream, then every master for its state. A stream that was up and ended is tried again
 * at once, a failure after a growing pause. Another list of masters ends the round, whatever it waits for. The last facts
 * stay until newer ones come. A failure is counted each time, and logged once until a round goes well.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { RecordDecoder } from '../../cluster/runtime/streams/recordio';
import type { Cluster } from '../core/facts/cluster';
import type { HostPort } from '../core/facts/cluster-facts';
import type { ClusterUpdater } from '../core/facts/cluster-updater';
import { createFirstRecord, type FirstRecord } from '../core/read/first-record';
import {
  applyEvent,
  createSubscribedReader,
  isFrameworkEvent,
  type Subscribed,
  type SubscribedReader,
} from '../core/read/master-events';
import {
  askLeader,
  askPids,
  loadState,
  type MasterCalls,
  masterUrl,
  type StateObserver,
  subscribe,
} from './master-calls';
import type { MasterClient } from './master-client';

export interface FollowOptions {
  /** The masters now, the one to ask first in front. */
  readonly masters: () => readonly HostPort[];
  /** Between two polls while no master has a stream. */
  readonly refreshMs: number;
  readonly stateTimeoutMs: number;
  readonly https: boolean;
  readonly client: MasterClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly note: (text: string) => void;
  /** The facts that events are applied to. */
  readonly updater: ClusterUpdater;
  /** Returns the observer of a state that is about to be read. */
  readonly observe?: () => StateObserver | undefined;
  /** Takes all facts anew, from a state or from the beginning of a stream. */
  readonly load: (cluster: Cluster) => void;
  /** Called when events have changed the facts. */
  readonly changed: () => void;
  /** Called when a master has been heard. */
  readonly heard: () => void;
  /** Called for each failure. */
  readonly failed: () => void;
}

/** The source of facts at present. */
export type FactSource = 'stream' | 'poll' | 'none';

/** Heartbeats that may be missed before a stream counts as dead. */
const HEARTBEATS_MISSED = 3;
const HEARTBEAT_SECONDS = 15;
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 30_000;
/** A stream that lived for so long went well: the next failure starts with short pauses again. */
const GOOD_LIFE_MS = 10_000;
/** The time between a framework's event and the question for drivers' addresses, so that one answer serves several events. */
const PIDS_AFTER_MS = 200;

type Outcome = 'lost' | 'polled' | 'failed';

export class Follower implements Running {
  source: FactSource = 'none';
  private stopping = false;
  /** Ends the calls of this round. */
  private round = new AbortController();
  private running: Promise<void> | undefined;
  private wakeUp: (() => void) | undefined;
  private failures = 0;
  /** The master that served last, which is asked first. */
  private lastServing: string | undefined;
  /** The failures that were logged since a round last went well. */
  private readonly logged = new Set<string>();

  constructor(private readonly options: FollowOptions) {}

  /** Begins, without waiting for a master. */
  start(): void {
    this.running ??= this.run();
  }

  /** Begins a new round with the first master of the new list, whatever this one waits for. */
  mastersChanged(): void {
    this.lastServing = undefined;
    this.failures = 0;
    this.round.abort();
    this.wakeUp?.();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.round.abort();
    this.wakeUp?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const begun = this.options.clock.now();
      this.round = new AbortController();
      const outcome = await this.askAll();
      this.source = outcome === 'polled' ? 'poll' : 'none';
      if (this.stopping) return;
      if (this.round.signal.aborted) continue;
      const lived = this.options.clock.now() - begun;
      if (outcome === 'polled' || (outcome === 'lost' && lived >= GOOD_LIFE_MS)) this.succeed();
      await this.pause(outcome === 'polled' ? this.options.refreshMs : this.backOff());
    }
  }

  private succeed(): void {
    this.failures = 0;
    this.logged.clear();
  }

  private async askAll(): Promise<Outcome> {
    for (const base of this.masterUrls()) if (await this.follow(base)) return 'lost';
    for (const base of this.masterUrls()) if (await this.poll(base)) return 'polled';
    return 'failed';
  }

  private masterUrls(): string[] {
    const listed = this.options.masters().map((master) => masterUrl(master, this.options.https));
    return [...new Set(this.lastServing === undefined ? listed : [this.lastServing, ...listed])];
  }

  /** Follows one master's stream until it ends. Returns true when it had begun. */
  private async follow(candidate: string): Promise<boolean> {
    if (this.isOver()) return false;
    try {
      const calls = this.calls();
      const { body, base, close } = await subscribe(calls, candidate);
      const reader = new StreamReader(this.options, calls, base, close, () => this.streaming(base));
      try {
        for await (const chunk of body) await reader.feed(chunk as Buffer);
        if (reader.begun) this.report('the event stream ended', base);
      } catch (error) {
        this.report('the event stream broke', base, error);
      } finally {
        reader.close();
        close();
      }
      return reader.begun;
    } catch (error) {
      if (!this.isOver())
        this.options.log.debug({ master: candidate, error: describe(error) }, 'no event stream');
      return false;
    }
  }

  private streaming(base: string): void {
    this.lastServing = base;
    this.source = 'stream';
    this.options.log.info({ master: base }, 'following the event stream');
  }

  private async poll(candidate: string): Promise<boolean> {
    if (this.isOver()) return false;
    try {
      const { cluster, base } = await loadState(this.calls(), candidate, this.options.observe);
      if (this.isOver()) return false;
      this.lastServing = base;
      if (this.source !== 'poll')
        this.options.log.info({ master: base }, 'no event stream: polling the state');
      this.options.heard();
      this.options.load(cluster);
      return true;
    } catch (error) {
      this.report('cannot load the state', candidate, error);
      return false;
    }
  }

  /** Counts a failure, and logs it unless it was logged since a round last went well. */
  private report(text: string, master: string, error?: unknown): void {
    if (this.isOver()) return;
    this.options.failed();
    const fields = { master, ...(error === undefined ? {} : { error: describe(error) }) };
    const line = JSON.stringify([text, fields]);
    if (this.logged.has(line)) return;
    if (this.logged.size > 1000) this.logged.clear();
    this.logged.add(line);
    this.options.log.warn(fields, text);
  }

  private backOff(): number {
    return Math.min(PAUSE_FIRST_MS * 2 ** this.failures++, PAUSE_MAX_MS, this.options.refreshMs);
  }

  private pause(ms: number): Promise<void> {
    const { clock } = this.options;
    return new Promise((resolve) => {
      const cancel = clock.wakeAt(clock.now() + ms, resolve);
      this.wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }

  private calls(): MasterCalls {
    const { client, https, stateTimeoutMs, note, updater } = this.options;
    const { statusRule } = updater.cluster;
    return { client, https, timeoutMs: stateTimeoutMs, signal: this.round.signal, note, statusRule };
  }

  /** True when nothing of this round counts any more. */
  private isOver(): boolean {
    return this.round.signal.aborted;
  }
}

/** Applies the records of one stream to the facts; hangs up when the stream is silent for too long. */
class StreamReader {
  begun = false;
  private readonly decoder = new RecordDecoder();
  private readonly subscribed: SubscribedReader;
  private readonly first: FirstRecord;
  private silenceMs = HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000;
  private cancel: (() => void) | undefined;
  private pidsDue: (() => void) | undefined;
  private closed = false;
  private heardAt: number;

  constructor(
    private readonly options: FollowOptions,
    private readonly calls: MasterCalls,
    private readonly base: string,
    private readonly hangUp: () => void,
    private readonly streaming: () => void,
  ) {
    this.heardAt = options.clock.now();
    this.subscribed = createSubscribedReader(options.note, options.updater.cluster.statusRule);
    this.first = createFirstRecord((part) => this.subscribed.feed(part));
    this.watchSilence();
  }

  /** Takes the next bytes. */
  async feed(chunk: Uint8Array): Promise<void> {
    this.heardAt = this.options.clock.now();
    let rest: Uint8Array | undefined = chunk;
    if (!this.begun) {
      rest = this.first.feed(chunk);
      if (rest === undefined) return;
      const subscribed = this.subscribed.finish();
      if (!subscribed) throw new Error('the stream does not begin with SUBSCRIBED');
      await this.begin(subscribed);
      if (!this.begun) return;
    }
    for (const record of this.decoder.feed(rest)) this.apply(JSON.parse(record.toString()));
    this.options.heard();
  }

  close(): void {
    this.closed = true;
    this.cancel?.();
    this.pidsDue?.();
  }

  private async begin({ cluster, heartbeatSeconds }: Subscribed): Promise<void> {
    const { calls, base, options } = this;
    const [leader, pids] = await Promise.all([askLeader(calls, base), askPids(calls, base)]);
    if (this.closed || this.calls.signal.aborted) return;
    cluster.leader = leader ?? leaderFromUrl(base);
    addPids(cluster, pids);
    this.begun = true;
    this.silenceMs = HEARTBEATS_MISSED * (heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1000;
    this.heardAt = options.clock.now();
    this.cancel?.();
    this.watchSilence();
    this.streaming();
    options.load(cluster);
  }

  private apply(event: unknown): void {
    const { updater, note, changed } = this.options;
    if (applyEvent(updater, event, note)) changed();
    if (isFrameworkEvent(event)) this.askPidsSoon();
  }

  private askPidsSoon(): void {
    if (this.pidsDue) return;
    const { clock } = this.options;
    this.pidsDue = clock.wakeAt(clock.now() + PIDS_AFTER_MS, () => {
      this.pidsDue = undefined;
      void this.takePids();
    });
  }

  private async takePids(): Promise<void> {
    const pids = await askPids(this.calls, this.base);
    const { updater, changed } = this.options;
    if (this.closed) return;
    for (const [id, endpoint] of pids) {
      const existing = updater.cluster.frameworks.get(id);
      if (!existing || (existing.host === endpoint.host && existing.port === endpoint.port)) continue;
      updater.setFramework(id, { ...existing, ...endpoint });
      changed();
    }
  }

  private watchSilence(): void {
    const { clock, log } = this.options;
    this.cancel = clock.wakeAt(this.heardAt + this.silenceMs, () => {
      if (clock.now() - this.heardAt < this.silenceMs) return this.watchSilence();
      log.warn({ silentMs: clock.now() - this.heardAt }, 'no heartbeat on the event stream');
      this.hangUp();
    });
  }
}

function addPids(cluster: Cluster, pids: ReadonlyMap<string, HostPort>): void {
  for (const [id, endpoint] of pids) {
    const existing = cluster.frameworks.get(id);
    if (existing) cluster.frameworks.set(id, { ...existing, ...endpoint });
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

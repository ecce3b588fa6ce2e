/**
 * Reads the masters for the zone builder: performs its attempts, one at a time, and applies the events of a stream to the
 * facts.
 *
 * Always true: the facts of an attempt are taken when the machine says so, and nothing of an attempt counts once it is closed.
 */

import type { Running } from '../../cluster/runtime/lifecycle';
import type { Performers } from '../../cluster/runtime/mailbox';
import { RecordDecoder } from '../../cluster/runtime/streams/recordio';
import type { BuilderEffect } from '../core/builder/effects';
import type { BuilderInput } from '../core/builder/events';
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
  type StateObserver,
  subscribe,
} from './master-calls';
import type { MasterClient } from './master-client';

export interface MasterReaderOptions {
  readonly stateTimeoutMs: number;
  readonly https: boolean;
  readonly client: MasterClient;
  readonly note: (text: string) => void;
  /** The facts that events are applied to. */
  readonly updater: ClusterUpdater;
  /** Returns the observer of a state that is about to be read. */
  readonly observe?: () => StateObserver | undefined;
  /** Takes all facts anew, from a state or from the beginning of a stream. */
  readonly load: (cluster: Cluster) => void;
  readonly post: (event: BuilderInput) => void;
}

export type MasterPerformers = Pick<
  Performers<BuilderEffect>,
  'open' | 'poll' | 'close' | 'load' | 'ask-pids'
>;

export class MasterReader implements Running {
  /** Ends the calls of the attempt that is under way. */
  private current = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  /** The facts that the newest attempt has read. */
  private facts: { readonly attempt: number; readonly cluster: Cluster } | undefined;
  readonly performers: MasterPerformers = {
    open: ({ attempt, url }) => this.begin(attempt, (calls) => this.follow(attempt, calls, url)),
    poll: ({ attempt, url }) => this.begin(attempt, (calls) => this.poll(attempt, calls, url)),
    close: () => this.current.abort(),
    load: ({ attempt }) => {
      const { facts } = this;
      this.facts = undefined;
      if (facts?.attempt === attempt) this.options.load(facts.cluster);
    },
    'ask-pids': ({ attempt, url }) => this.track(this.takePids(attempt, this.calls(), url)),
  };

  constructor(private readonly options: MasterReaderOptions) {}

  /** Ends the attempt that is under way. */
  async stop(): Promise<void> {
    this.current.abort();
    await Promise.all(this.underWay);
  }

  /** Runs an attempt to its end, and tells that. */
  private begin(attempt: number, run: (calls: MasterCalls) => Promise<void>): void {
    this.current = new AbortController();
    const calls = this.calls();
    const ended = (reason: string): void => this.options.post({ kind: 'attempt.ended', attempt, reason });
    this.track(run(calls).catch((error: unknown) => ended(describe(error))));
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  private calls(): MasterCalls {
    const { client, https, stateTimeoutMs, note, updater } = this.options;
    const { statusRule } = updater.cluster;
    return { client, https, timeoutMs: stateTimeoutMs, signal: this.current.signal, note, statusRule };
  }

  /** Follows one master's stream to its end. */
  private async follow(attempt: number, calls: MasterCalls, url: string): Promise<void> {
    const { updater, note, post } = this.options;
    const { body, base, close } = await subscribe(calls, url);
    post({ kind: 'stream.opened', attempt, url: base });
    const begin = (subscribed: Subscribed): Promise<boolean> =>
      this.beginStream(attempt, calls, base, subscribed);
    const reader = new StreamReader({ attempt, calls, updater, note, post, begin });
    try {
      for await (const chunk of body) await reader.feed(chunk as Buffer);
    } finally {
      close();
    }
    post({ kind: 'attempt.ended', attempt, reason: '' });
  }

  /** Completes the beginning of a stream with what it does not tell. Returns false when the attempt is closed. */
  private async beginStream(
    attempt: number,
    calls: MasterCalls,
    base: string,
    { cluster, heartbeatSeconds }: Subscribed,
  ): Promise<boolean> {
    const [leader, pids] = await Promise.all([askLeader(calls, base), askPids(calls, base)]);
    if (calls.signal.aborted) return false;
    cluster.leader = leader ?? leaderFromUrl(base);
    addPids(cluster, pids);
    this.facts = { attempt, cluster };
    const heartbeatMs = heartbeatSeconds === undefined ? undefined : heartbeatSeconds * 1000;
    const { tasks, agents } = cluster;
    this.options.post({ kind: 'stream.begun', attempt, heartbeatMs, tasks: tasks.size, agents: agents.size });
    return true;
  }

  private async poll(attempt: number, calls: MasterCalls, url: string): Promise<void> {
    const { cluster, base } = await loadState(calls, url, this.options.observe);
    if (calls.signal.aborted) return;
    this.facts = { attempt, cluster };
    const { tasks, agents } = cluster;
    this.options.post({ kind: 'state.read', attempt, url: base, tasks: tasks.size, agents: agents.size });
  }

  private async takePids(attempt: number, calls: MasterCalls, base: string): Promise<void> {
    const pids = await askPids(calls, base);
    if (calls.signal.aborted) return;
    const { updater, post } = this.options;
    let changed = false;
    for (const [id, endpoint] of pids) {
      const existing = updater.cluster.frameworks.get(id);
      if (!existing || (existing.host === endpoint.host && existing.port === endpoint.port)) continue;
      updater.setFramework(id, { ...existing, ...endpoint });
      changed = true;
    }
    post({ kind: 'pids.read', attempt, changed });
  }
}

interface StreamOptions extends Pick<MasterReaderOptions, 'updater' | 'note' | 'post'> {
  readonly attempt: number;
  readonly calls: MasterCalls;
  /** Takes the beginning of the stream; false when the attempt is closed. */
  readonly begin: (subscribed: Subscribed) => Promise<boolean>;
}

/** Applies the records of one stream to the facts. */
class StreamReader {
  private begun = false;
  private readonly decoder = new RecordDecoder();
  private readonly subscribed: SubscribedReader;
  private readonly first: FirstRecord;

  constructor(private readonly options: StreamOptions) {
    this.subscribed = createSubscribedReader(options.note, options.updater.cluster.statusRule);
    this.first = createFirstRecord((part) => this.subscribed.feed(part));
  }

  /** Takes the next bytes. */
  async feed(chunk: Uint8Array): Promise<void> {
    let rest: Uint8Array | undefined = chunk;
    if (!this.begun) {
      const { attempt, post, begin } = this.options;
      post({ kind: 'stream.heard', attempt });
      rest = this.first.feed(chunk);
      if (rest === undefined) return;
      const subscribed = this.subscribed.finish();
      if (!subscribed) throw new Error('the stream does not begin with SUBSCRIBED');
      this.begun = await begin(subscribed);
    }
    if (!this.options.calls.signal.aborted) this.apply(rest);
  }

  private apply(bytes: Uint8Array): void {
    const { attempt, updater, note, post } = this.options;
    let changed = false;
    let frameworks = false;
    try {
      for (const record of this.decoder.feed(bytes)) {
        const event: unknown = JSON.parse(record.toString());
        changed = applyEvent(updater, event, note) || changed;
        frameworks = isFrameworkEvent(event) || frameworks;
      }
    } finally {
      post({ kind: 'stream.applied', attempt, changed, frameworks });
    }
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
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message || error.name}${cause}`;
}

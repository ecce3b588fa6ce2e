/**
 * The calls to a master: the event stream, the leader, the whole state, and the addresses of frameworks' drivers.
 */

import { finished } from 'node:stream/promises';
import type { Cluster } from '../core/facts/cluster';
import type { HostPort, Note, StatusRule } from '../core/facts/cluster-facts';
import type { TaskObserver } from '../core/facts/task-observer';
import { readFrameworkPids, readLeader } from '../core/read/master-events';
import { createStateReader, type StateDocument } from '../core/read/state-json';
import type { MasterClient, MasterReply } from './master-client';

/** The time in which a master has to begin its answer; then the next one is asked. */
const HEADERS_MS = 15_000;

/** The origin of a master's URLs: `http://host:port`. */
export function masterUrl({ host, port }: HostPort, https = false): string {
  return `${https ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export interface MasterCalls {
  readonly client: MasterClient;
  readonly https: boolean;
  /** The time limit for loading a state. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly note: Note;
  readonly statusRule: StatusRule;
}

/** An observer that may ask the reader to wait. */
export interface StateObserver extends TaskObserver {
  /** A promise of the moment from which more can be taken; undefined when that is now. */
  whenReady(): Promise<void> | undefined;
}

/** Opens the event stream. */
export async function subscribe(calls: MasterCalls, base: string): Promise<MasterReply> {
  const headersMs = Math.min(HEADERS_MS, calls.timeoutMs);
  const { signal } = calls;
  return await calls.client.open({ base, path: '/api/v1', body: { type: 'SUBSCRIBE' }, signal, headersMs });
}

/** The leader's address as the master tells it; undefined when it does not. */
export async function askLeader(calls: MasterCalls, base: string): Promise<HostPort | undefined> {
  try {
    const body = { type: 'GET_MASTER' };
    const { signal } = calls;
    return readLeader(
      await calls.client.read({ base, path: '/api/v1', body, signal, headersMs: HEADERS_MS }),
    );
  } catch {
    return undefined;
  }
}

/** The addresses of frameworks' drivers, which the event stream does not tell; none when the master does not answer. */
export async function askPids(calls: MasterCalls, base: string): Promise<ReadonlyMap<string, HostPort>> {
  try {
    const { signal } = calls;
    const path = '/master/state-summary';
    return readFrameworkPids(await calls.client.read({ base, path, signal, headersMs: HEADERS_MS }));
  } catch {
    return new Map();
  }
}

/**
 * The leader's `/state`. A document of another master than the leader it names is fetched again from the leader. Each
 * document has an observer of its own, if any.
 */
export async function loadState(
  calls: MasterCalls,
  base: string,
  observe: () => StateObserver | undefined = () => undefined,
): Promise<{ cluster: Cluster; base: string }> {
  const first = await loadDocument(calls, base, observe());
  const { leader } = first.cluster;
  if (!leader) throw new Error(`${base} names no leader`);
  const leaderUrl = masterUrl(leader, calls.https);
  const { pid } = first;
  const fromLeader = pid ? pid.host === leader.host && pid.port === leader.port : first.base === leaderUrl;
  return fromLeader ? first : await loadDocument(calls, leaderUrl, observe());
}

/** Reads the document while it arrives; the limit is for all of it. */
async function loadDocument(
  calls: MasterCalls,
  base: string,
  observer: StateObserver | undefined,
): Promise<StateDocument & { base: string }> {
  const limit = AbortSignal.timeout(calls.timeoutMs);
  const reply = await calls.client.open({
    base,
    path: '/master/state',
    signal: AbortSignal.any([calls.signal, limit]),
    headersMs: calls.timeoutMs,
  });
  try {
    const reader = createStateReader(calls.note, observer, calls.statusRule);
    const { body } = reply;
    // Waiting for each chunk by itself would cost a tenth of the reading.
    body.on('data', (chunk: Buffer) => {
      try {
        reader.feed(chunk);
      } catch (error) {
        body.destroy(error instanceof Error ? error : new Error(String(error)));
      }
      const room = observer?.whenReady();
      if (!room) return;
      body.pause();
      void room.then(() => body.resume());
    });
    await finished(body);
    return { ...reader.finish(), base: reply.base };
  } finally {
    reply.close();
  }
}

/**
 * The calls to a master: the event stream, who leads, and the whole state. Redirects to the leader are followed.
 */

import type { HttpClient, HttpStream } from '../../cluster/runtime/http/client';
import { readLeader } from '../core/events';
import { readPid } from '../core/facts';
import { textAt } from '../core/json';
import type { HostPort } from '../core/snapshot';

const REDIRECTS_MAX = 5;
/** A master that does not even begin to answer is left for the next one. */
const HEADERS_MS = 15_000;
const JSON_TYPE = 'application/json';

/** Where a master is asked: `http://host:port`. */
export function masterUrl({ host, port }: HostPort): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export interface MasterCalls {
  readonly client: HttpClient;
  /** Limit for loading a state. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Opens the event stream. Returns it with the base of the master that gave it, after redirects. */
export async function subscribe(
  calls: MasterCalls,
  base: string,
): Promise<{ stream: HttpStream; base: string }> {
  let url = `${base}/api/v1`;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const stream = await calls.client.stream({
      method: 'POST',
      url,
      headers: { accept: JSON_TYPE, 'content-type': JSON_TYPE },
      body: JSON.stringify({ type: 'SUBSCRIBE' }),
      signal: calls.signal,
      timeoutMs: Math.min(HEADERS_MS, calls.timeoutMs),
    });
    if (stream.status === 200) return { stream, base: new URL(url).origin };
    stream.close();
    url = redirect(url, stream);
  }
  throw new Error(`${base} redirects without end`);
}

/** The leader's address as the master tells it; undefined when it does not. */
export async function askLeader(calls: MasterCalls, base: string): Promise<HostPort | undefined> {
  try {
    const { status, body } = await calls.client.request({
      method: 'POST',
      url: `${base}/api/v1`,
      headers: { accept: JSON_TYPE, 'content-type': JSON_TYPE },
      body: JSON.stringify({ type: 'GET_MASTER' }),
      signal: calls.signal,
    });
    return status === 200 ? readLeader(JSON.parse(body.toString())) : undefined;
  } catch {
    return undefined;
  }
}

/** The leader's `/state`. A document of another master than the leader it names is fetched again from the leader. */
export async function loadState(
  calls: MasterCalls,
  base: string,
): Promise<{ document: unknown; base: string }> {
  const first = await loadDocument(calls, base);
  const leader = textAt(first.document, 'leader');
  const at = leader === undefined ? undefined : readPid(leader);
  if (!at) throw new Error(`${base} names no leader`);
  const own = textAt(first.document, 'pid');
  if (own === undefined ? first.base === masterUrl(at) : own === leader) return first;
  return await loadDocument(calls, masterUrl(at));
}

async function loadDocument(calls: MasterCalls, base: string): Promise<{ document: unknown; base: string }> {
  let url = `${base}/master/state`;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const answer = await calls.client.request({
      url,
      headers: { accept: JSON_TYPE },
      signal: calls.signal,
      timeoutMs: calls.timeoutMs,
    });
    if (answer.status === 200)
      return { document: JSON.parse(answer.body.toString()), base: new URL(url).origin };
    url = redirect(url, answer);
  }
  throw new Error(`${base} redirects without end`);
}

/** The next address, or an error that says what the master answered. */
function redirect(url: string, { status, headers }: Pick<HttpStream, 'status' | 'headers'>): string {
  const { location } = headers;
  if (status < 300 || status > 399 || typeof location !== 'string' || !URL.canParse(location, url)) {
    throw new Error(`${url} answered with status ${status}`);
  }
  const next = new URL(location, url);
  if (next.protocol !== 'http:') throw new Error(`${url} redirects to ${location}`);
  return next.href;
}

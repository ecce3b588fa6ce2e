/**
 * Downloads over HTTP and HTTPS, by undici.
 *
 * Always true: every address that is connected to was looked at, those of redirects, too. What a proxy connects to is
 * looked at as far as its name has an address here.
 */

import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { assertReachable, guardedLookup, LinkLocalRefused } from '../../../../runtime/network/guarded-lookup';
import { openFtp } from './ftp-source';
import type { Source, SourceOptions } from './source';

const REDIRECTS = [301, 302, 303, 307, 308];
/** As many as curl follows. */
const REDIRECTS_MAX = 50;

/** An answer that brings nothing. */
export interface HttpFailure {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  /** The first bytes of it. */
  readonly body: string;
}

interface HttpOptions extends SourceOptions {
  /** More about a failure than its status, for the error. */
  readonly explain?: (failure: HttpFailure) => string;
}

/** Bytes of the answer that an explanation is taken from. */
const FAILURE_BYTES_MAX = 4096;

/** Opens a download. Rejects for any status but 200. */
export async function openHttp(uri: string, options: HttpOptions): Promise<Source> {
  const answer = await follow(uri, 'GET', options);
  if ('bytes' in answer) return answer;
  const { statusCode, body } = answer;
  if (statusCode !== 200) {
    const reason = await explanationOf(answer, options);
    drop(body);
    throw new Error(`Error downloading resource, received HTTP return code ${statusCode}${reason}`);
  }
  return { bytes: body, close: () => drop(body) };
}

async function explanationOf(
  { statusCode: status, headers, body }: Dispatcher.ResponseData,
  { explain }: HttpOptions,
): Promise<string> {
  if (!explain) return '';
  const reason = explain({ status, headers, body: await beginOf(body) });
  return reason === '' ? '' : `: ${reason}`;
}

/** The first bytes of an answer, as far as they come. */
async function beginOf(body: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += (chunk as Buffer).toString();
      if (text.length >= FAILURE_BYTES_MAX) break;
    }
  } catch {
    // The status says enough.
  }
  return text;
}

/** The size that a server tells. Rejects when it tells none. */
export async function httpSize(uri: string, options: HttpOptions): Promise<number> {
  const answer = await follow(uri, 'HEAD', options);
  if ('bytes' in answer) {
    answer.close();
    throw new Error('No URL content-length available');
  }
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`received HTTP return code ${answer.statusCode}`);
  const length = Number(answer.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(length)) throw new Error('No URL content-length available');
  if (length === 0) throw new Error('URI reported content-length 0');
  return length;
}

/** A body that nobody reads to its end tells it as an error. */
function drop(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

type Answer = Dispatcher.ResponseData | Source;

/** Sends a request, and again wherever the answers lead. */
async function follow(uri: string, method: 'GET' | 'HEAD', options: HttpOptions): Promise<Answer> {
  const dispatcher = dispatcherOf(options);
  let url = new URL(uri);
  let authorization = authorizationOf(url);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    assertScheme(url, options.schemes);
    if (/^ftps?:$/.test(url.protocol)) return await openFtp(url.href, options);
    await assertAddress(url, options.environment);
    const target = new URL(url);
    target.username = '';
    target.password = '';
    target.hash = '';
    const answer = await request(target, {
      method,
      dispatcher,
      signal: options.signal,
      headers: { 'user-agent': 'meseta-fetcher', accept: '*/*', ...(authorization && { authorization }) },
    });
    const location = answer.headers['location'];
    if (!REDIRECTS.includes(answer.statusCode) || typeof location !== 'string') return answer;
    drop(answer.body);
    const next = new URL(location, url);
    // Credentials are for the server that they were written for.
    authorization = authorizationOf(next) ?? (next.origin === url.origin ? authorization : undefined);
    url = next;
  }
  throw new Error(`Error downloading resource: more than ${REDIRECTS_MAX} redirects`);
}

function dispatcherOf({ stallMs, authorities }: SourceOptions): Dispatcher {
  const trust = authorities && { ca: [...authorities] };
  return new EnvHttpProxyAgent({
    connect: { lookup: guardedLookup, timeout: stallMs, ...trust },
    ...(trust && { requestTls: trust, proxyTls: trust }),
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
    keepAliveTimeout: 1,
  });
}

function assertScheme({ protocol }: URL, schemes: readonly string[]): void {
  const scheme = protocol.slice(0, -1);
  if (!/^(https?|ftps?)$/.test(scheme) || !schemes.includes(scheme))
    throw new Error(`A redirect to the scheme '${scheme}' is not followed`);
}

/** Names are looked at when they are connected to, unless a proxy does that. */
async function assertAddress({ hostname }: URL, environment: NodeJS.ProcessEnv): Promise<void> {
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (isAddress) return await assertReachable(hostname);
  if (!Object.keys(environment).some((name) => /^https?_proxy$/i.test(name))) return;
  await assertReachable(hostname).catch((error: unknown) => {
    if (error instanceof LinkLocalRefused) throw error;
  });
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/**
 * The HTTP request of a check: redirects are followed and certificates are not verified, as by `curl -L -k`, which the
 * original starts for each check.
 */

import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import type { Network } from './network';

/** The most redirects that curl follows. */
const REDIRECTS_MAX = 50;

export interface HttpCheckOptions {
  readonly network: Network;
  /** Ends a request that takes too long. */
  readonly signal: AbortSignal;
}

/** The status of the last answer. Rejects when there is none. */
export async function httpStatus(url: string, options: HttpCheckOptions): Promise<number> {
  let target = new URL(url);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const { status, location } = await get(target, options);
    if (status < 300 || status >= 400 || location === undefined) return status;
    target = new URL(location, target);
  }
  throw new Error(`more than ${REDIRECTS_MAX} redirects from ${url}`);
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
}

/** Sends one request over a connection of its own, and reads its answer to the end. */
async function get(url: URL, { network, signal }: HttpCheckOptions): Promise<Answer> {
  const isTls = url.protocol === 'https:';
  if (!isTls && url.protocol !== 'http:') throw new Error(`the protocol of ${url.href} is not HTTP`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const stream = await network.connect({ host, port: Number(url.port || (isTls ? 443 : 80)), signal });
  try {
    const socket = isTls ? connectTls({ socket: stream, rejectUnauthorized: false }) : stream;
    const options = { signal, headers: { accept: '*/*' }, createConnection: () => socket };
    return await exchange(isTls ? tlsRequest : plainRequest, url, options as RequestOptions);
  } finally {
    stream.destroy();
  }
}

function exchange(request: typeof plainRequest, url: URL, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, options, (answer: IncomingMessage) => {
      const { statusCode: status = 0, headers } = answer;
      answer.once('error', reject);
      answer.once('end', () => resolve({ status, location: headers.location }));
      answer.resume();
    });
    call.once('error', reject);
    call.end();
  });
}

/**
 * Authorization of requests to Marathon: basic credentials, or a DC/OS service account whose token is renewed before it
 * expires. Also a client that trusts a given certificate authority.
 */

import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request as undiciRequest } from 'undici';
import { errorText } from '../../cluster/model/error-text';
import type { HttpAnswer, HttpRequest, HttpStream } from '../../cluster/runtime/http/client';
import type { Credentials } from '../../cluster/runtime/http/guard';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Authorize, Client } from './marathon';

export interface ServiceAccount {
  readonly uid: string;
  readonly privateKey: string;
  readonly loginUrl: string;
}

const LOGIN_TOKEN_SECONDS = 60;
const TOKEN_SECONDS = 3600;
const RENEW_BEFORE_MS = 10_000;

/** HTTP basic credentials. */
export function basic({ user, password }: Credentials): Authorize {
  const header = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return () => Promise.resolve(header);
}

/** No Authorization header. */
export const anonymous: Authorize = () => Promise.resolve(undefined);

/** Chooses by the configuration: credentials, a service account, or none. */
export function authorizeBy(
  access: {
    readonly credentials: Credentials | undefined;
    readonly serviceAccount: ServiceAccount | undefined;
  },
  client: Client,
  now: () => number,
): Authorize {
  if (access.credentials) return basic(access.credentials);
  return access.serviceAccount ? serviceAccount(access.serviceAccount, client, now) : anonymous;
}

/** Logs in with a signed token and reuses the answer until shortly before it expires. */
export function serviceAccount(account: ServiceAccount, client: Client, now: () => number): Authorize {
  let login: { header: string; until: number } | undefined;
  return async () => {
    if (login && login.until - RENEW_BEFORE_MS > now()) return login.header;
    const seconds = Math.floor(now() / 1000);
    const exp = seconds + TOKEN_SECONDS;
    const token = signedToken(account, seconds + LOGIN_TOKEN_SECONDS);
    const answer = await client.request({
      method: 'POST',
      url: account.loginUrl,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uid: account.uid, token, exp }),
    });
    const cookie = readCookie(answer);
    if (answer.status !== 200 || cookie === undefined)
      throw new Error(`the login fails: status ${answer.status}`);
    login = { header: `token=${cookie}`, until: exp * 1000 };
    return login.header;
  };
}

function signedToken({ uid, privateKey }: ServiceAccount, exp: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ uid, exp })}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

function readCookie({ headers, body }: HttpAnswer): string | undefined {
  const cookies = [headers['set-cookie'] ?? []].flat();
  const inCookie = cookies
    .map((cookie) => /(?:^|;\s*)dcos-acs-auth-cookie=([^;]+)/.exec(cookie)?.[1])
    .find(Boolean);
  if (inCookie) return inCookie;
  try {
    const { token } = JSON.parse(body.toString()) as { token?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** A client for a Marathon whose certificate is signed by the authorities of a file. */
export function clientTrusting(caFile: string): Client & { close(): Promise<void> } {
  let ca: string;
  try {
    ca = readFileSync(caFile, 'utf8');
  } catch (error) {
    throw new StartError(`--marathon-ca-cert: ${errorText(error)}`);
  }
  const dispatcher = new Agent({ connect: { ca, timeout: 5000 }, bodyTimeout: 0, headersTimeout: 0 });
  const send = (request: HttpRequest, signal: AbortSignal): ReturnType<typeof undiciRequest> =>
    undiciRequest(request.url, {
      dispatcher,
      method: request.method ?? 'GET',
      headers: { ...request.headers },
      body: request.body === undefined ? null : Buffer.from(request.body),
      signal,
    });
  const within = (abort: AbortController, request: HttpRequest): AbortSignal =>
    request.signal ? AbortSignal.any([abort.signal, request.signal]) : abort.signal;
  const timed = async <T>(request: HttpRequest, use: (abort: AbortController) => Promise<T>): Promise<T> => {
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(new Error('no answer')), request.timeoutMs ?? 10_000);
    try {
      return await use(abort);
    } finally {
      clearTimeout(limit);
    }
  };
  return {
    request: (request): Promise<HttpAnswer> =>
      timed(request, async (abort) => {
        const { statusCode, headers, body } = await send(request, within(abort, request));
        return { status: statusCode, headers, body: Buffer.from(await body.arrayBuffer()) };
      }),
    stream: (request): Promise<HttpStream> =>
      timed(request, async (abort) => {
        const { statusCode, headers, body } = await send(request, within(abort, request));
        body.on('error', () => undefined);
        return { status: statusCode, headers, body, close: () => abort.abort() };
      }),
    close: () => dispatcher.destroy(),
  };
}

/**
 * The HTTP client for masters: TLS and logins as configured, bodies as they come, redirects to the leader followed.
 */

import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { textAt } from '../core/read/json';
import { type HttpCaller, httpCaller } from './http-call';
import { loginToken, type MasterAccess } from './master-access';
import { speaksTls } from './tls-probe';

const REDIRECTS_MAX = 5;
const CONNECT_MS = 5000;
const LOGIN_MS = 10_000;
const SMALL_MAX_BYTES = 64 * 1024 * 1024;
const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };

export interface MasterCall {
  /** The origin of the master's URL: `http://host:port`. */
  readonly base: string;
  readonly path: string;
  /** Sent as JSON with POST; without it, GET. */
  readonly body?: object;
  readonly signal: AbortSignal;
  /** The time limit until the headers are there. */
  readonly headersMs: number;
}

export interface MasterReply {
  /** The base of the master that answered, after redirects. */
  readonly base: string;
  readonly body: Readable;
  close(): void;
}

export class MasterClient {
  private readonly http: HttpCaller;

  constructor(
    private readonly access: MasterAccess,
    private readonly now: () => number,
  ) {
    const { ca, cert, key } = access;
    const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    // Without a CA file the original does not check the certificates of masters (`TLSConfig` in httpcli/doer.go).
    this.http = httpCaller({ connectMs: CONNECT_MS, tls: { rejectUnauthorized: ca !== undefined, ...tls } });
  }

  /** Sends a call and returns the body of status 200. Any other answer is an Error that says what the master answered. */
  async open(call: MasterCall): Promise<MasterReply> {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, call.signal]);
    const limit = setTimeout(() => abort.abort(new Error(`no answer from ${call.base}`)), call.headersMs);
    try {
      let url = `${call.base}${call.path}`;
      for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
        const body = await this.send(url, call.body, signal);
        const { statusCode = 0, headers } = body;
        if (statusCode === 200) return { base: new URL(url).origin, body, close: () => abort.abort() };
        body.destroy();
        url = this.redirected(url, statusCode, headers.location);
      }
      throw new Error(`${call.base} redirects without end`);
    } finally {
      clearTimeout(limit);
    }
  }

  /** Sends a call and reads its small answer. */
  async read(call: MasterCall): Promise<unknown> {
    const reply = await this.open(call);
    const limit = setTimeout(() => reply.close(), call.headersMs);
    try {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of reply.body) {
        size += (chunk as Buffer).length;
        if (size > SMALL_MAX_BYTES) throw new Error(`${call.base}${call.path} answers with too much`);
        chunks.push(chunk as Buffer);
      }
      return JSON.parse(Buffer.concat(chunks).toString());
    } finally {
      clearTimeout(limit);
      reply.close();
    }
  }

  close(): void {
    this.http.close();
  }

  private async send(url: string, body: object | undefined, signal: AbortSignal) {
    const headers = { 'user-agent': 'Mesos-DNS', ...JSON_HEADERS, ...(await this.authorization(signal)) };
    try {
      return await this.http.call(url, {
        method: body ? 'POST' : 'GET',
        headers,
        body: body && JSON.stringify(body),
        signal,
      });
    } catch (error) {
      throw signal.aborted ? error : await this.explain(url, error);
    }
  }

  /** The error to throw for a failed connection: when only one side speaks TLS it says what to change. */
  private async explain(url: string, error: unknown): Promise<unknown> {
    const { https, remedies } = this.access;
    const { code, message } = error as NodeJS.ErrnoException;
    const answersPlainly = /wrong version number|packet length too long|http request/i.test(message);
    if (https && answersPlainly)
      return new Error(`${new URL(url).origin}: ${remedies.plain}`, { cause: error });
    const brokeOff = code === 'ECONNRESET' || code?.startsWith('HPE_') === true;
    if (https || !brokeOff || !(await speaksTls(new URL(url)))) return error;
    return new Error(`${new URL(url).origin}: ${remedies.tls}`, { cause: error });
  }

  private async authorization(signal: AbortSignal): Promise<Record<string, string>> {
    const { login } = this.access;
    switch (login.kind) {
      case 'none':
        return {};
      case 'basic': {
        const encoded = Buffer.from(`${login.principal}:${login.secret}`).toString('base64');
        return { authorization: `Basic ${encoded}` };
      }
      case 'iam':
        return { authorization: `token=${await this.token(login, signal)}` };
    }
  }

  /** A token for one call: none is kept, as in the original (httpcli/iam/iam.go). */
  private async token(login: { uid: string; privateKey: string; endpoint: string }, signal: AbortSignal) {
    const { uid, privateKey, endpoint } = login;
    const reply = await this.http.call(endpoint, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ uid, token: loginToken(uid, privateKey, this.now()) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(LOGIN_MS)]),
    });
    const { statusCode } = reply;
    const body = await text(reply);
    const token = statusCode === 200 ? textAt(JSON.parse(body), 'token') : undefined;
    if (!token) throw new Error(`the login endpoint answered with status ${statusCode} and no token`);
    return token;
  }

  private redirected(url: string, status: number, location: string | undefined): string {
    if (status === 401 || status === 403)
      throw new Error(`${url} answered with status ${status}: ${this.access.remedies.login}`);
    if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, url)) {
      throw new Error(`${url} answered with status ${status}`);
    }
    const next = new URL(location, url);
    if (next.protocol !== (this.access.https ? 'https:' : 'http:'))
      throw new Error(`${url} redirects to ${location}`);
    return next.href;
  }
}

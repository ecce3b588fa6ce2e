/**
 * Passes requests on to the leader: method, path, query, headers and body, and its status, headers and body back.
 *
 * Always true: a request is passed on once at most; what was passed on to a process that does not lead is refused.
 */

import { pipeline } from 'node:stream';
import { errorText } from '../../../../cluster/model/error-text';
import { isBrowserHeader } from '../../../../cluster/runtime/http/browser-requests';
import { HttpClient, type HttpRequest, type HttpStream } from '../../../../cluster/runtime/http/client';
import type { Reply, Request } from '../../../../cluster/runtime/http/server';
import type { Running } from '../../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../../cluster/runtime/log';
import { type RestDoor, send } from '../rest/door';
import type { Standing } from './standing';

/** Headers of one connection, and those that are made anew for the next one. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** The mark of a request that was passed on. */
const MARK = 'x-meseta-forwarded';
/** Time for the leader's headers. A write waits until it is durable. */
const TIMEOUT_MS = 60_000;

export interface ForwardOptions {
  readonly standing: () => Standing;
  readonly door: Pick<RestDoor, 'headers' | 'errorBody'>;
  /** The name of the program, for texts. */
  readonly what: string;
  readonly log: Logger;
  /** TLS is spoken with the leader, as with us; certificates are verified if the settings say so. */
  readonly tls: { readonly ca: Buffer[] | undefined; readonly rejectUnauthorized: boolean } | undefined;
}

export class Forwarder implements Running {
  private readonly client: HttpClient;

  constructor(private readonly options: ForwardOptions) {
    this.client = new HttpClient({ tls: options.tls });
  }

  /** Answers a request unless we lead. */
  readonly before = (request: Request, reply: Reply): Reply | undefined => {
    const standing = this.options.standing();
    if (standing.kind === 'leading') return undefined;
    if (standing.kind === 'none') return this.refuse(reply, 503, `there is no leader: ${standing.reason}`);
    if (request.headers[MARK] !== undefined)
      return this.refuse(reply, 503, `this one does not lead, ${standing.leader} does: the lead changes now`);
    void this.pass(request, reply, standing.leader);
    return reply;
  };

  async stop(): Promise<void> {
    await this.client.close();
  }

  private async pass(request: Request, reply: Reply, leader: string): Promise<void> {
    let answer: HttpStream;
    try {
      answer = await this.client.stream(this.requestFor(request, leader));
    } catch (error) {
      const { log } = this.options;
      log.warn({ leader, url: request.url, error: errorText(error) }, 'the leader does not answer');
      this.refuse(reply, 503, `the leader ${leader} does not answer: ${errorText(error)}`);
      return;
    }
    reply.hijack();
    reply.raw.on('close', () => answer.close());
    reply.raw.writeHead(answer.status, headersFor(answer.headers));
    reply.raw.flushHeaders();
    pipeline(answer.body, reply.raw, () => undefined);
  }

  private requestFor(request: Request, leader: string): HttpRequest {
    const { headers, method, body } = request;
    const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || OWN_HEADERS.has(name) || isBrowserHeader(name)
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : value]],
    );
    const scheme = this.options.tls ? 'https' : 'http';
    return {
      method: method as NonNullable<HttpRequest['method']>,
      url: `${scheme}://${leader}${request.originalUrl}`,
      headers: { ...Object.fromEntries(passed), 'x-forwarded-for': forwardedFor(request), [MARK]: '1' },
      ...(Buffer.isBuffer(body) && body.length > 0 && { body }),
      timeoutMs: TIMEOUT_MS,
    };
  }

  private refuse(reply: Reply, status: number, reason: string): Reply {
    const { door, what } = this.options;
    const body = door.errorBody(status, `${what}: ${reason}`);
    return send(door, reply, { status, body, headers: { 'retry-after': '1' } });
  }
}

function forwardedFor({ headers, ip }: Request): string {
  const before = headers['x-forwarded-for'];
  return before === undefined ? ip : `${String(before)}, ${ip}`;
}

function headersFor(headers: HttpStream['headers']): Record<string, string | string[]> {
  const forwarded = Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] =>
    value === undefined || (OWN_HEADERS.has(name) && name !== 'content-length') ? [] : [[name, value]],
  );
  return Object.fromEntries(forwarded);
}

/**
 * Passes requests on to the leader: method, path, query, headers and body, and its status, headers and body back.
 *
 * Always true: a request comes around to no process twice; the manner of the framework says when it is refused before.
 */

import { pipeline } from 'node:stream';
import { errorText } from '../../../../cluster/model/error-text';
import { type Clock, pause } from '../../../../cluster/runtime/clock';
import { isBrowserHeader } from '../../../../cluster/runtime/http/browser-requests';
import {
  HttpClient,
  type HttpRequest,
  type HttpStream,
  type PeerTrust,
} from '../../../../cluster/runtime/http/client';
import type { Reply, Request } from '../../../../cluster/runtime/http/server';
import type { Running } from '../../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../../cluster/runtime/log';
import { type RestDoor, send } from '../rest/door';
import { type ForwardFault, type ForwardManner, plainManner } from './manner';
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
/** Pause between two looks for a leader. */
const LOOK_MS = 250;

export interface ForwardOptions {
  readonly standing: () => Standing;
  readonly door: Pick<RestDoor, 'headers' | 'errorBody'>;
  /** The name of the program, for texts. */
  readonly what: string;
  /** That of frameworks without one of their own if it is left out. */
  readonly manner?: ForwardManner | undefined;
  /** The time for which a request waits for a leader; none without it. */
  readonly patience?: { readonly ms: number; readonly clock: Clock } | undefined;
  /** Paths that each process answers itself. */
  readonly ownPaths?: ReadonlySet<string> | undefined;
  readonly log: Logger;
  /** TLS is spoken with the leader, as with us; certificates are verified if the settings say so. */
  readonly tls: PeerTrust | undefined;
  readonly limits?: ForwardLimits | undefined;
}

export interface ForwardLimits {
  readonly connections: number;
  readonly connectMs: number;
  /** Time for the leader's headers. A write waits until it is durable. */
  readonly answerMs: number;
}

const LIMITS: ForwardLimits = { connections: 64, connectMs: 5000, answerMs: 60_000 };

export class Forwarder implements Running {
  private readonly client: HttpClient;
  private readonly limits: ForwardLimits;
  private readonly manner: ForwardManner;
  private isStopped = false;

  constructor(private readonly options: ForwardOptions) {
    const { tls, limits = LIMITS, manner = plainManner(options.what) } = options;
    this.limits = limits;
    this.manner = manner;
    this.client = new HttpClient({
      connectTimeoutMs: limits.connectMs,
      connections: limits.connections,
      tls,
    });
  }

  /** Answers a request unless we lead, or become the leader while it waits. */
  readonly before = (request: Request, reply: Reply): Reply | undefined | Promise<Reply | undefined> => {
    const { standing, ownPaths, patience } = this.options;
    const current = standing();
    if (current.kind === 'leading' || ownPaths?.has(pathOf(request))) return undefined;
    if (current.kind === 'none' && patience) return this.wait(patience, request, reply);
    return this.turnAway(current, request, reply);
  };

  private async wait(
    { ms, clock }: NonNullable<ForwardOptions['patience']>,
    request: Request,
    reply: Reply,
  ): Promise<Reply | undefined> {
    const { standing } = this.options;
    const end = clock.now() + ms;
    while (standing().kind === 'none' && clock.now() < end && !this.isStopped) await pause(clock, LOOK_MS);
    const current = standing();
    return current.kind === 'leading' ? undefined : this.turnAway(current, request, reply);
  }

  private turnAway(standing: Exclude<Standing, { kind: 'leading' }>, request: Request, reply: Reply): Reply {
    if (standing.kind === 'none') return this.refuse(reply, { kind: 'nobody', reason: standing.reason });
    const { leader } = standing;
    const { manner } = this;
    if (manner.redirects(request)) {
      const location = this.urlAt(leader, request);
      return send(this.options.door, reply, { status: 302, headers: { location } });
    }
    if (manner.isLoop(valuesOf(request.headers[manner.mark])))
      return this.refuse(reply, { kind: 'loop', leader });
    void this.pass(request, reply, leader);
    return reply;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.client.close();
  }

  private async pass(request: Request, reply: Reply, leader: string): Promise<void> {
    let answer: HttpStream;
    try {
      answer = await this.client.stream(this.requestFor(request, leader));
    } catch (error) {
      const { log } = this.options;
      log.warn({ leader, url: request.url, error: errorText(error) }, 'the leader does not answer');
      this.refuse(reply, { kind: 'unreachable', leader, error });
      return;
    }
    reply.hijack();
    reply.raw.on('close', () => answer.close());
    reply.raw.writeHead(answer.status, { ...corsOf(reply), ...this.headersFor(answer.headers) });
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
    const { mark, value } = this.manner;
    const marks = [...valuesOf(headers[mark]), value()].join(', ');
    return {
      method: method as NonNullable<HttpRequest['method']>,
      url: this.urlAt(leader, request),
      headers: { ...Object.fromEntries(passed), 'x-forwarded-for': forwardedFor(request), [mark]: marks },
      ...(Buffer.isBuffer(body) && body.length > 0 && { body }),
      timeoutMs: this.limits.answerMs,
    };
  }

  private urlAt(leader: string, request: Request): string {
    return `${this.options.tls ? 'https' : 'http'}://${leader}${request.originalUrl}`;
  }

  private headersFor(headers: HttpStream['headers']): Record<string, string | string[]> {
    const forwarded = Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] =>
      value === undefined || (OWN_HEADERS.has(name) && name !== 'content-length') ? [] : [[name, value]],
    );
    const { marksAnswers, mark, value } = this.manner;
    const marks = [...valuesOf(headers[mark]), value()].join(', ');
    return { ...Object.fromEntries(forwarded), ...(marksAnswers && { [mark]: marks }) };
  }

  private refuse(reply: Reply, fault: ForwardFault): Reply {
    const { door } = this.options;
    const { status, message } = this.manner.refusal(fault);
    const body = door.errorBody(status, message);
    return send(door, reply, { status, body, headers: { 'retry-after': '1' } });
  }
}

/** The headers for pages of other origins. Requests of browsers are judged here, so the leader does not see their origin. */
function corsOf(reply: Reply): Record<string, string> {
  const headers = Object.entries(reply.getHeaders());
  return Object.fromEntries(
    headers.flatMap(([name, value]): [string, string][] =>
      name.startsWith('access-control-') || name === 'vary' ? [[name, String(value)]] : [],
    ),
  );
}

function pathOf({ url }: Request): string {
  return url.split('?')[0] ?? url;
}

/** The values of a header, each for itself. */
function valuesOf(header: string | readonly string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((value) => value.trim())
    .filter(Boolean);
}

function forwardedFor({ headers, ip }: Request): string {
  const before = headers['x-forwarded-for'];
  return before === undefined ? ip : `${String(before)}, ${ip}`;
}

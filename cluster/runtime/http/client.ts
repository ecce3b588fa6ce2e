/**
 * The HTTP client of every process, by undici: whole answers with a size limit, and endless streams.
 */

import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, request as undiciRequest } from 'undici';
import { hideUserinfo } from './userinfo';

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Limit for the whole exchange (default 10 s), or for the headers of a stream. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Limit for the body of a whole answer. */
  readonly answerMaxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it comes; ends or throws when the connection does. */
  readonly body: Readable;
  close(): void;
}

/** The certificate authorities to trust over TLS, instead of the system's. */
export interface PeerTrust {
  readonly ca?: Buffer[] | undefined;
  readonly rejectUnauthorized?: boolean;
  /** Replaces the check that a certificate is that of the host. */
  readonly checkServerIdentity?: () => undefined;
}

const TIMEOUT_MS = 10_000;
const BODY_MAX_BYTES = 1024 * 1024 * 1024;

export class HttpClient {
  private readonly agent: Agent;

  constructor({
    connectTimeoutMs = 5000,
    connections = 64,
    tls,
    socketPath,
    lookup,
  }: {
    connectTimeoutMs?: number;
    /** The most connections to one host. */
    connections?: number;
    tls?: PeerTrust | undefined;
    /** A socket in the file system, to which all requests go, whatever host they name. */
    socketPath?: string;
    /** Resolves names, in place of `dns.lookup`. */
    lookup?: LookupFunction;
  } = {}) {
    this.agent = new Agent({
      connect: {
        timeout: connectTimeoutMs,
        ...tls,
        ...(socketPath !== undefined && { socketPath }),
        ...(lookup && { lookup }),
      },
      bodyTimeout: 0,
      headersTimeout: 0,
      keepAliveTimeout: 30_000,
      connections,
    });
  }

  /** Sends a request and reads the whole answer. Rejects when the peer cannot be reached or the time is over. */
  async request({
    timeoutMs = TIMEOUT_MS,
    answerMaxBytes = BODY_MAX_BYTES,
    ...request
  }: HttpRequest): Promise<HttpAnswer> {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([limit, request.signal]) : limit;
    const answer = await this.send(request, signal);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += (chunk as Buffer).length;
      if (size > answerMaxBytes) throw new Error(`the answer of ${hideUserinfo(request.url)} is too long`);
      chunks.push(chunk as Buffer);
    }
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
  }

  /** Opens a stream: resolves when the headers are there. */
  async stream({ timeoutMs = TIMEOUT_MS, ...request }: HttpRequest): Promise<HttpStream> {
    const abort = new AbortController();
    const limit = setTimeout(
      () => abort.abort(new Error(`no answer from ${hideUserinfo(request.url)}`)),
      timeoutMs,
    );
    const signal = request.signal ? AbortSignal.any([abort.signal, request.signal]) : abort.signal;
    try {
      const { statusCode, headers, body } = await this.send(request, signal);
      body.on('error', () => undefined);
      return { status: statusCode, headers, body, close: () => abort.abort() };
    } finally {
      clearTimeout(limit);
    }
  }

  /** Drops every connection. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private send(
    request: Omit<HttpRequest, 'timeoutMs' | 'answerMaxBytes'>,
    signal: AbortSignal,
  ): ReturnType<typeof undiciRequest> {
    return undiciRequest(request.url, {
      dispatcher: this.agent,
      method: request.method ?? 'GET',
      headers: { ...request.headers },
      body: request.body === undefined ? null : Buffer.from(request.body),
      signal,
    });
  }
}

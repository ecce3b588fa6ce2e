/**
 * Sends requests in their order over one connection, without waiting for the answers (RFC 9112, 9.3.2:
 * pipelining).
 *
 * Always true: nothing is sent twice. When the connection breaks, every request that was on it fails.
 */

import { Client, type Dispatcher } from 'undici';
import type { HttpAnswer, PeerTrust } from './client';

export interface PipelineRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface PipelineOptions {
  /** The number of requests that may be under way. */
  readonly depth: number;
  /** The timeout of the connection and of each answer. */
  readonly timeoutMs: number;
  /** The trust in peers over TLS; that of the machine without it. */
  readonly tls?: PeerTrust | undefined;
}

const ANSWER_MAX_BYTES = 16 * 1024 * 1024;

/** The connection to one origin. */
interface Connection {
  readonly origin: string;
  readonly client: Client;
}

export class Pipeline {
  private current: Connection | undefined;
  /** The parts of the last request's URL. */
  private last = { url: '', origin: '', path: '' };

  constructor(private readonly options: PipelineOptions) {}

  /** POSTs; requests of one origin arrive in the order of these calls. Rejects when no answer comes. */
  post({ url, headers, body }: PipelineRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.last.url !== url) {
        const { origin, pathname, search } = new URL(url);
        this.last = { url, origin, path: pathname + search };
      }
      const { origin, path } = this.last;
      // With both, undici sends further requests meanwhile. Nothing is sent twice, see `to`.
      const request = { method: 'POST', path, headers, body, idempotent: true, blocking: false } as const;
      this.to(origin).dispatch(request, answerHandler(resolve, reject));
    });
  }

  /** Closes the connection; requests under way fail. */
  async close(): Promise<void> {
    const { client } = this.current ?? {};
    this.current = undefined;
    await client?.destroy();
  }

  private to(origin: string): Client {
    if (this.current?.origin === origin) return this.current.client;
    // Requests to the previous origin still get their answers.
    void this.current?.client.close().catch(() => undefined);
    const { depth, timeoutMs, tls } = this.options;
    const client = new Client(origin, {
      pipelining: depth,
      connect: { timeout: timeoutMs, ...tls },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 30_000,
      maxResponseSize: ANSWER_MAX_BYTES,
    });
    const connection = { origin, client };
    // Without this undici would repeat unanswered requests on a new connection.
    const drop = (): void => {
      if (this.current === connection) this.current = undefined;
      void client.destroy().catch(() => undefined);
    };
    client.on('disconnect', drop).on('connectionError', drop);
    this.current = connection;
    return client;
  }
}

/** Collects one answer. A stream for each, as undici's `request` makes, would cost more than the call itself. */
function answerHandler(
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  let status = 0;
  let headers: HttpAnswer['headers'] = {};
  const chunks: Buffer[] = [];
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, statusCode, responseHeaders) => {
      status = statusCode;
      headers = responseHeaders;
    },
    onResponseData: (_controller, chunk) => void chunks.push(chunk),
    onResponseEnd: () => resolve({ status, headers, body: Buffer.concat(chunks) }),
    onResponseError: (_controller, error) => reject(error),
  };
}

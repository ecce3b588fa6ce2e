/**
 * Requests that must arrive in their order, over one connection and without waiting for the answers between them
 * (RFC 9112, 9.3.2: pipelining).
 *
 * Always true: nothing is sent twice. When the connection breaks, every request that was on it fails.
 */

import { Client } from 'undici';
import type { HttpAnswer } from './client';

export interface PipelineRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface PipelineOptions {
  /** How many requests may be under way. */
  readonly depth: number;
  /** How long the connection and each answer may take. */
  readonly timeoutMs: number;
}

const ANSWER_MAX_BYTES = 16 * 1024 * 1024;

export class Pipeline {
  private current: { readonly origin: string; readonly client: Client } | undefined;

  constructor(private readonly options: PipelineOptions) {}

  /** POSTs; requests of one origin arrive in the order of these calls. Rejects when no answer comes. */
  async post({ url, headers, body }: PipelineRequest): Promise<HttpAnswer> {
    const { origin, pathname, search } = new URL(url);
    const answer = await this.to(origin).request({
      method: 'POST',
      path: pathname + search,
      headers,
      body,
      // To undici both mean: others may be under way meanwhile. Nothing is sent again, see `to`.
      idempotent: true,
      blocking: false,
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body: bytes };
  }

  /** Drops the connection; what is under way fails. */
  async close(): Promise<void> {
    const { client } = this.current ?? {};
    this.current = undefined;
    await client?.destroy();
  }

  private to(origin: string): Client {
    if (this.current?.origin === origin) return this.current.client;
    // What is under way to the origin of before is answered there.
    void this.current?.client.close().catch(() => undefined);
    const { depth, timeoutMs } = this.options;
    const client = new Client(origin, {
      pipelining: depth,
      connect: { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 30_000,
      maxResponseSize: ANSWER_MAX_BYTES,
    });
    const made = { origin, client };
    // Left alone, undici would send again on a new connection what was not answered on this one.
    const drop = (): void => {
      if (this.current === made) this.current = undefined;
      void client.destroy().catch(() => undefined);
    };
    client.on('disconnect', drop).on('connectionError', drop);
    this.current = made;
    return client;
  }
}

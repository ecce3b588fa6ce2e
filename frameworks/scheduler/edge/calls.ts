/**
 * Calls to the master, one after the other, so that they arrive in the order in which they were made.
 */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { encodeBody, type MediaType } from '../../../cluster/api/media-type';
import type { HttpClient } from '../../../cluster/runtime/http/client';

/** Where calls go: the master of the current subscription and its stream. */
export interface CallTarget {
  readonly url: string;
  readonly streamId: string;
}

export interface CallOptions {
  readonly client: HttpClient;
  readonly mediaType: MediaType;
  readonly headers: Readonly<Record<string, string>>;
  /** The current subscription; undefined without one. */
  readonly target: () => CallTarget | undefined;
  readonly refused: (call: scheduler.Call, reason: string) => void;
}

/** Calls waiting to be sent. A master that takes none for so long has lost us anyway. */
const WAITING_MAX = 100_000;
const TIMEOUT_MS = 30_000;

export class Calls {
  private readonly waiting: scheduler.Call[] = [];
  private busy = false;

  constructor(private readonly options: CallOptions) {}

  /** Takes a call; whether it was refused is told later. */
  send(call: scheduler.Call): void {
    if (this.waiting.length >= WAITING_MAX) return this.options.refused(call, 'too many calls are waiting');
    this.waiting.push(call);
    if (this.busy) return;
    this.busy = true;
    void this.drain();
  }

  private async drain(): Promise<void> {
    for (let call = this.waiting.shift(); call; call = this.waiting.shift()) {
      const reason = await this.attempt(call);
      if (reason !== undefined) this.options.refused(call, reason);
    }
    this.busy = false;
  }

  /** Sends one call; undefined when the master took it. */
  private async attempt(call: scheduler.Call): Promise<string | undefined> {
    const { client, mediaType, headers } = this.options;
    const target = this.options.target();
    if (!target) return 'not subscribed';
    try {
      const answer = await client.request({
        method: 'POST',
        url: `${target.url}/api/v1/scheduler`,
        headers: {
          ...headers,
          'content-type': mediaType,
          accept: mediaType,
          'mesos-stream-id': target.streamId,
        },
        body: encodeBody('mesos.v1.scheduler.Call', mediaType, call),
        timeoutMs: TIMEOUT_MS,
      });
      if (answer.status === 202 || answer.status === 200) return undefined;
      return `HTTP ${answer.status}: ${answer.body.toString().slice(0, 300)}`;
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/**
 * Calls to the master, over one connection, so that they arrive in the order in which they were sent.
 */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { encodeBody, type MediaType } from '../../../cluster/api/media-type';
import { errorText } from '../../../cluster/model/error-text';
import type { PeerTrust } from '../../../cluster/runtime/http/client';
import { Pipeline } from '../../../cluster/runtime/http/pipeline';
import { Queue } from '../../../cluster/runtime/queue';

/** The target of calls: the master of the current subscription and its stream. */
export interface CallTarget {
  readonly url: string;
  readonly streamId: string;
}

export interface CallOptions {
  readonly mediaType: MediaType;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: PeerTrust | undefined;
  /** The current subscription; undefined without one. */
  readonly target: () => CallTarget | undefined;
  readonly refused: (call: scheduler.Call, reason: string) => void;
}

/** Calls that may wait. A master that accepts none for so long has lost the subscription. */
const WAITING_MAX = 100_000;
const TIMEOUT_MS = 30_000;
/** Calls whose answer may be awaited at a time. */
const UNDER_WAY_MAX = 256;

export class Calls {
  private readonly waiting = new Queue<scheduler.Call>();
  private readonly pipeline: Pipeline;
  private underWay = 0;
  /** The headers of calls to the last target. */
  private last:
    | { readonly target: CallTarget; readonly url: string; readonly headers: Record<string, string> }
    | undefined;

  constructor(private readonly options: CallOptions) {
    const { tls } = options;
    this.pipeline = new Pipeline({ depth: UNDER_WAY_MAX, timeoutMs: TIMEOUT_MS, tls });
  }

  /** Sends a call. A refusal is reported later, by `refused`. */
  send(call: scheduler.Call): void {
    if (this.waiting.size >= WAITING_MAX) return this.options.refused(call, 'too many calls are waiting');
    this.waiting.add(call);
    this.next();
  }

  /** Drops the connection; calls that are under way are refused. */
  async stop(): Promise<void> {
    await this.pipeline.close();
  }

  private next(): void {
    while (this.underWay < UNDER_WAY_MAX) {
      const call = this.waiting.take();
      if (!call) return;
      this.underWay += 1;
      void this.attempt(call).then((reason) => {
        this.underWay -= 1;
        if (reason !== undefined) this.options.refused(call, reason);
        this.next();
      });
    }
  }

  /** Sends one call; undefined when the master took it. */
  private async attempt(call: scheduler.Call): Promise<string | undefined> {
    const { mediaType } = this.options;
    const target = this.options.target();
    if (!target) return 'not subscribed';
    const { url, headers } = this.to(target);
    try {
      const body = encodeBody('mesos.v1.scheduler.Call', mediaType, call);
      const answer = await this.pipeline.post({ url, headers, body });
      if (answer.status === 202 || answer.status === 200) return undefined;
      return `HTTP ${answer.status}: ${answer.body.toString().slice(0, 300)}`;
    } catch (error) {
      return errorText(error);
    }
  }

  private to(target: CallTarget) {
    const { mediaType, headers } = this.options;
    if (this.last?.target !== target) {
      const streamHeaders = {
        'content-type': mediaType,
        accept: mediaType,
        'mesos-stream-id': target.streamId,
      };
      this.last = {
        target,
        url: `${target.url}/api/v1/scheduler`,
        headers: { ...headers, ...streamHeaders },
      };
    }
    return this.last;
  }
}

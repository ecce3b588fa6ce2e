/**
 * The executor's side of the v1 executor API over HTTP: a subscription stream, and calls in the order they are made.
 */

import type { Call, Event } from '../../api/generated/executor';
import { decodeProtobuf, encodeProtobuf } from '../../api/protobuf';
import { errorText } from '../../model/error-text';
import type { HttpClient, HttpStream } from '../../runtime/http/client';
import type { Logger } from '../../runtime/log';
import { RecordDecoder } from '../../runtime/streams/recordio';
import type { ExecutorInput } from '../core/events';
import { readExecutorEvent, type Session } from './session';

const PROTOBUF = { 'content-type': 'application/x-protobuf', accept: 'application/x-protobuf' };

/** Bytes of an answer that are logged. */
const TEXT_MAX_BYTES = 500;

export interface HttpSessionOptions {
  /** The URL of the API: `http://host:port/slave(1)/api/v1/executor`. */
  readonly url: string;
  readonly client: HttpClient;
  readonly post: (event: ExecutorInput) => void;
  readonly log: Logger;
}

export class HttpSession implements Session {
  private stream: HttpStream | undefined;
  private calls: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: HttpSessionOptions) {}

  subscribe(call: Call): void {
    void this.follow(call);
  }

  private async follow(call: Call): Promise<void> {
    try {
      const body = encodeProtobuf('mesos.v1.executor.Call', call);
      const stream = await this.options.client.stream({
        method: 'POST',
        url: this.options.url,
        headers: PROTOBUF,
        body,
      });
      // A stop before the answer had no stream to close.
      if (this.stopped) return stream.close();
      this.stream = stream;
      if (stream.status !== 200) throw new Error(`the agent answered ${stream.status}`);
      const decoder = new RecordDecoder();
      for await (const chunk of stream.body) {
        for (const record of decoder.feed(chunk as Buffer))
          this.deliver(decodeProtobuf('mesos.v1.executor.Event', record));
      }
      this.lost('the stream ended');
    } catch (error) {
      this.lost(errorText(error));
    }
  }

  call(call: Call): void {
    const body = encodeProtobuf('mesos.v1.executor.Call', call);
    this.calls = this.calls.then(async () => {
      if (this.stopped) return;
      const why = await this.refusal(body);
      if (why !== undefined && !this.stopped)
        this.options.log.warn({ call: call.type, why }, 'the agent did not take a call');
    });
  }

  /** The reason why a call failed, or undefined. */
  private async refusal(body: Uint8Array): Promise<string | undefined> {
    const { client, url } = this.options;
    try {
      const answer = await client.request({ method: 'POST', url, headers: PROTOBUF, body });
      if (answer.status < 300) return undefined;
      return `${answer.status} ${answer.body.toString('utf8', 0, TEXT_MAX_BYTES)}`;
    } catch (error) {
      return errorText(error);
    }
  }

  stop(): void {
    this.stopped = true;
    this.stream?.close();
  }

  private lost(reason: string): void {
    this.stream?.close();
    this.stream = undefined;
    if (!this.stopped) this.options.post({ kind: 'agent.disconnected', reason });
  }

  private deliver(event: Event): void {
    const input = readExecutorEvent(event);
    if (input) this.options.post(input);
  }
}

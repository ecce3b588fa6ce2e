/**
 * The stream of changes for user interfaces, as server-sent events: `job` with the row of its summary, `deleted` with its
 * name, and `notice` with what its owners are told. Past events are not repeated.
 *
 * Always true: what waits for a reader that does not read has a limit; beyond it the reader is cut off.
 */

import type { Clock } from '../../../cluster/runtime/clock';
import type { Reply } from '../../../cluster/runtime/http/server';
import { ResponseStream } from '../../../cluster/runtime/http/stream';
import { encodeSse } from '../../../cluster/runtime/streams/sse';

const READERS_MAX = 500;
const UNREAD_MAX_BYTES = 1024 * 1024;
const IDLE_MS = 10_000;
/** Time in which a reader has to take something. */
const STALL_MS = 30_000;

export interface ReaderRequest {
  readonly reply: Reply;
  readonly headers: Readonly<Record<string, string>>;
  /** Only these jobs; all of them without any. */
  readonly names: ReadonlySet<string>;
  /** The jobs that the reader may see; all without it. */
  readonly sees?: ((name: string) => boolean) | undefined;
}

interface Reader extends Pick<ReaderRequest, 'names' | 'sees'> {
  readonly stream: ResponseStream;
}

export class ChangeStream {
  private readonly readers = new Set<Reader>();
  private cancelIdle: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    /** The row of a job; undefined for one that is gone. */
    private readonly rowOf: (name: string) => string | undefined,
  ) {}

  get size(): number {
    return this.readers.size;
  }

  /** Jobs have changed, and the change is durable. */
  publish(names: Iterable<string>): void {
    if (this.readers.size === 0) return;
    for (const name of names) {
      const row = this.rowOf(name);
      this.send(
        name,
        row === undefined ? encodeSse('deleted', JSON.stringify({ name })) : encodeSse('job', row),
      );
    }
  }

  /** The owners of a job are told something. */
  tell(notice: { readonly notice: string; readonly jobName: string; readonly reason: string }): void {
    const { jobName, reason } = notice;
    this.send(jobName, encodeSse('notice', JSON.stringify({ name: jobName, notice: notice.notice, reason })));
  }

  /** Opens a stream; false when there are too many. */
  attach({ reply, headers, names, sees }: ReaderRequest): boolean {
    if (this.readers.size >= READERS_MAX) return false;
    const stream = new ResponseStream(reply, {
      headers: { ...headers, 'content-type': 'text/event-stream' },
      unreadMaxBytes: UNREAD_MAX_BYTES,
      stallMs: STALL_MS,
      closed: () => this.readers.delete(reader),
    });
    const reader = { stream, names, sees };
    this.readers.add(reader);
    stream.write(': changes of jobs\r\n\r\n');
    this.keepAlive();
    return true;
  }

  /** Ends all streams. */
  stop(): void {
    this.cancelIdle?.();
    for (const { stream } of this.readers) stream.close();
  }

  private send(name: string, frame: string): void {
    for (const { stream, names, sees } of this.readers) {
      if (names.size > 0 && !names.has(name)) continue;
      if (sees?.(name) ?? true) stream.write(frame);
    }
  }

  /** A comment at intervals, so that a connection that is gone is noticed. */
  private keepAlive(): void {
    this.cancelIdle?.();
    this.cancelIdle = this.clock.wakeAt(this.clock.now() + IDLE_MS, () => {
      for (const { stream } of this.readers) stream.write(':\r\n\r\n');
      if (this.readers.size > 0) this.keepAlive();
    });
  }
}

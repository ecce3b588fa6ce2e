/** The outcomes of REST handlers: a status with JSON, with a text of another type, or without a body. */

import type { Readable } from 'node:stream';

export interface Outcome {
  readonly status: number;
  /** A value that is sent as JSON. */
  readonly body?: unknown;
  /** A body that is sent as it is, instead of `body`. */
  readonly text?: string | Buffer | Readable;
  /** The media type of `text`; JSON without it. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function ok(body: unknown, headers?: Record<string, string>): Outcome {
  return { status: 200, body, headers };
}

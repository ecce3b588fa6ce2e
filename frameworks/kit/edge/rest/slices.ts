/**
 * Long answers, printed in slices: between two slices the process does everything else.
 *
 * Always true: in one turn of the event loop there is at most one slice, whatever the number of answers under way; and no
 * more is printed than the reader takes.
 */

import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** The longest time of one slice, in ms. */
const SLICE_MS = 5;
/** Characters of one chunk of an answer. */
const CHUNK_MAX = 256 * 1024;

/** Gives out the slices. */
export class Slices {
  private readonly waiting: (() => void)[] = [];
  private isTaken = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes the slice of this turn; false when it is taken. */
  take(): boolean {
    if (this.isTaken) return false;
    this.isTaken = true;
    setImmediate(this.pass);
    return true;
  }

  /** Waits for a slice. */
  wait(): Promise<void> {
    if (this.take()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Runs a generator for one slice; texts that it yields are added up. */
  run(pieces: Iterator<string, unknown>): Slice {
    const end = this.now() + SLICE_MS;
    let text = '';
    do {
      const { done, value } = pieces.next();
      if (done) return { text, isDone: true };
      text += value as string;
    } while (text.length < CHUNK_MAX && this.now() < end);
    return { text, isDone: false };
  }

  private readonly pass = (): void => {
    const next = this.waiting.shift();
    if (next === undefined) {
      this.isTaken = false;
      return;
    }
    setImmediate(this.pass);
    next();
  };
}

interface Slice {
  readonly text: string;
  readonly isDone: boolean;
}

/** The whole text where one slice is enough, and else a stream of it. */
export async function printSliced(
  slices: Slices,
  pieces: Iterator<string, unknown>,
): Promise<string | Readable> {
  await slices.wait();
  const first = slices.run(pieces);
  return first.isDone ? first.text : Readable.from(chunks(slices, first.text, pieces), { objectMode: false });
}

async function* chunks(
  slices: Slices,
  first: string,
  pieces: Iterator<string, unknown>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for (let isDone = false; !isDone; ) {
    await slices.wait();
    const slice = slices.run(pieces);
    isDone = slice.isDone;
    if (slice.text !== '') yield Buffer.from(slice.text);
  }
}

/** A stream with gzip; whole texts are compressed by the server. */
export function gzipped(stream: Readable): Readable {
  const gzip = createGzip({ level: 1 });
  stream.on('error', (error) => gzip.destroy(error));
  gzip.on('close', () => stream.destroy());
  return stream.pipe(gzip);
}

/**
 * A file in a sandbox, read in parts as it grows.
 *
 * Always true: bytes are counted as they are on disk, whatever they are. A file that is replaced or cut off meanwhile, as
 * by a rotation of logs, goes on with the rest of the old one, as far as it is there, and with the new one from its begin.
 */

import { StartError } from '../cluster/runtime/lifecycle';
import { type Api, ApiError } from './api';

/** The part that is read at once. */
export const READ_BYTES = 64 * 1024;
/** Bytes before the offset that show whether the file is still the same. */
const SIGN_BYTES = 64;
const LINE_END = 0x0a;

/** Without a character at the end that the next part completes. */
export function wholeCharacters(data: string): string {
  return data.replace(/(?<=[^\uFFFD])\uFFFD{1,3}$/, '');
}

interface FilePart {
  /** The size of the whole file. */
  readonly size: number;
  readonly bytes: Buffer;
}

export class SandboxFile {
  private offset = 0;
  /** The last bytes that were read before the offset. */
  private sign: Buffer = Buffer.alloc(0);

  constructor(
    private readonly api: Pick<Api, 'json'>,
    private readonly path: string,
    /** The text of the error when it is not there. */
    private readonly missing: string,
  ) {}

  /** Skips all but the last lines. */
  async skipToLast(lines: number): Promise<void> {
    const { size } = await this.read(this.path, 0, 0);
    this.offset = size;
    let missing = lines;
    while (this.offset > 0 && missing > 0) {
      const end = this.offset;
      this.offset = Math.max(0, end - READ_BYTES);
      const { bytes } = await this.read(this.path, this.offset, end - this.offset);
      for (let place = bytes.length - 1; place >= 0 && missing > 0; place -= 1) {
        // The end of the last line begins no other one.
        if (bytes[place] !== LINE_END || this.offset + place === size - 1) continue;
        missing -= 1;
        if (missing === 0) this.offset += place + 1;
      }
    }
  }

  /** All that was written since the last call. A MissingOutput when there is no such file. */
  async *readNew(): AsyncGenerator<Buffer, void> {
    for (;;) {
      const bytes = await this.readPart(this.path);
      if (bytes?.length === 0) return;
      if (bytes) {
        this.advance(bytes);
        yield bytes;
        continue;
      }
      yield* this.readReplaced();
      this.offset = 0;
      this.sign = Buffer.alloc(0);
    }
  }

  /** The rest of the file that was replaced, which a rotation keeps under the next name. */
  private async *readReplaced(): AsyncGenerator<Buffer, void> {
    for (;;) {
      const bytes = await this.readPart(`${this.path}.1`).catch(() => undefined);
      if (!bytes || bytes.length === 0) return;
      this.advance(bytes);
      yield bytes;
    }
  }

  private advance(bytes: Buffer): void {
    this.offset += bytes.length;
    this.sign = Buffer.concat([this.sign, bytes]).subarray(-SIGN_BYTES);
  }

  /** The bytes from the offset on; undefined for another file than before. */
  private async readPart(path: string): Promise<Buffer | undefined> {
    const { size, bytes } = await this.read(path, this.offset - this.sign.length, READ_BYTES);
    const sign = bytes.subarray(0, this.sign.length);
    return size < this.offset || !sign.equals(this.sign) ? undefined : bytes.subarray(this.sign.length);
  }

  private async read(path: string, offset: number, length: number): Promise<FilePart> {
    const call = { type: 'READ_FILE', read_file: { path, offset, length } };
    const answer = await this.api.json('POST', '/api/v1', call).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) throw new MissingOutput(this.missing);
      throw error;
    });
    const { size, data } = (
      answer as { readonly read_file: { readonly size: number; readonly data?: string } }
    ).read_file;
    return { size: Number(size), bytes: Buffer.from(data ?? '', 'base64') };
  }
}

/** A file or a sandbox that is not there: no longer, or not yet. */
export class MissingOutput extends StartError {}

/**
 * The encoding of values in ZooKeeper, whose nodes take no more than 1 MB.
 *
 * An entry is a line of JSON and then the bytes of the value, or the names of the parts that have them.
 *
 * Always true: parts are written before the entry that names them and are never changed, so that an entry
 * that can be read is whole.
 */

import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';

/** The size above which a value is compressed, and split when that is not enough. */
export const PART_BYTES = 512 * 1024;
/** The largest transaction; the server cuts the connection at 1 MB. */
const COMMIT_BYTES = 800_000;
/** The size above which a value is compressed in a commit that is too large as a whole. */
const SPILL_BYTES = 16 * 1024;
/** A generous size for a step's path and permissions. */
const STEP_BYTES = 300;

/** The head of an entry. */
export interface EntryHead {
  readonly version: number;
  /** Bytes of the value. */
  readonly bytes: number;
  readonly packed?: boolean | undefined;
  readonly parts?: readonly string[] | undefined;
}

/** A change that is ready to be written: its value is in the entry, or in parts that are written first. */
export interface EncodedChange {
  readonly name: string;
  /** Undefined removes the variable. */
  readonly value: EncodedValue | undefined;
}

export interface EncodedValue {
  readonly bytes: number;
  readonly packed: boolean;
  /** The bytes in the entry itself. */
  readonly inline: Buffer;
  readonly parts: ReadonlyMap<string, Buffer>;
}

export function encodeEntry(version: number, { bytes, packed, inline, parts }: EncodedValue): Buffer {
  const head: EntryHead = {
    version,
    bytes,
    ...(packed && { packed }),
    ...(parts.size > 0 && { parts: [...parts.keys()] }),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), inline]);
}

/** Decodes an entry. Throws when another program has written it. */
export function decodeEntry(path: string, data: Buffer): { head: EntryHead; inline: Buffer } {
  const end = data.indexOf(10);
  try {
    const head = JSON.parse(data.subarray(0, end).toString()) as EntryHead;
    if (end > 0 && Number.isSafeInteger(head.version) && Number.isSafeInteger(head.bytes))
      return { head, inline: data.subarray(end + 1) };
  } catch {
    // The error is thrown below.
  }
  throw new Error(`${path} in ZooKeeper has not been written by this program: restore it, or remove it`);
}

/** Decodes a value from the bytes of its entry and parts. Throws when bytes are missing. */
export async function decodeValue(path: string, head: EntryHead, chunks: readonly Buffer[]): Promise<Buffer> {
  const joined = Buffer.concat(chunks);
  const value = head.packed ? await promisify<Buffer, Buffer>(inflate)(joined) : joined;
  if (value.length !== head.bytes)
    throw new Error(`${path} in ZooKeeper has ${value.length} bytes instead of ${head.bytes}`);
  return value;
}

/**
 * Encodes changes; a value that is too large for one transaction goes into parts. Throws when they still do
 * not fit.
 */
export async function encodeChanges(
  changes: readonly { readonly name: string; readonly value: Buffer | undefined }[],
): Promise<EncodedChange[]> {
  const whole = changes.reduce((sum, { value }) => sum + (value?.length ?? 0) + STEP_BYTES, 0);
  const limit = whole > COMMIT_BYTES ? SPILL_BYTES : PART_BYTES;
  const encoded: EncodedChange[] = [];
  for (const { name, value } of changes)
    encoded.push({ name, value: value && (await encodeValue(value, limit)) });
  const bytes = bytesOf(encoded);
  if (bytes > COMMIT_BYTES)
    throw new Error(
      `a commit of ${changes.length} changes with ${bytes} bytes does not fit into one transaction of ZooKeeper: ` +
        'change less at once',
    );
  return encoded;
}

async function encodeValue(value: Buffer, limit: number): Promise<EncodedValue> {
  const plain = { bytes: value.length, packed: false, inline: value, parts: new Map<string, Buffer>() };
  if (value.length <= limit) return plain;
  const packed = await promisify<Buffer, Buffer>(deflate)(value);
  if (packed.length <= limit) return { ...plain, packed: true, inline: packed };
  const id = randomUUID();
  const parts = new Map<string, Buffer>();
  for (let offset = 0; offset < packed.length; offset += PART_BYTES)
    parts.set(`${id}.${parts.size}`, packed.subarray(offset, offset + PART_BYTES));
  return { ...plain, packed: true, inline: Buffer.alloc(0), parts };
}

/** The approximate size of changes in a transaction. */
export function bytesOf(encoded: readonly EncodedChange[]): number {
  return encoded.reduce(
    (sum, { name, value }) =>
      sum + STEP_BYTES + 3 * name.length + (value ? value.inline.length + STEP_BYTES * value.parts.size : 0),
    0,
  );
}

/**
 * Values of the original in ZooKeeper (Mesos' State): protobuf messages with fields of bytes.
 *
 * An entry has a name (1), the id of its version (2) and the value (3); the value of `frameworkId` is a FrameworkID, whose
 * only field is the text (1).
 */

const NAME = 1;
const VALUE = 3;
const LENGTH_DELIMITED = 2;

export interface OriginalEntry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Reads an entry; undefined for bytes that are none. */
export function readEntry(bytes: Uint8Array): OriginalEntry | undefined {
  const fields = readFields(bytes);
  const name = fields?.get(NAME);
  const value = fields?.get(VALUE);
  return name && value ? { name: textOf(name), value } : undefined;
}

/** Reads a FrameworkID; undefined for bytes that are none. */
export function readFrameworkId(bytes: Uint8Array): string | undefined {
  const id = readFields(bytes)?.get(1);
  return id && textOf(id);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The fields of a message by their numbers; undefined when one is of another kind, or is cut off. */
function readFields(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined {
  const fields = new Map<number, Uint8Array>();
  for (let position = 0; position < bytes.length; ) {
    const tag = readVarint(bytes, position);
    const length = tag && readVarint(bytes, tag.end);
    if (!length || tag.value % 8 !== LENGTH_DELIMITED) return undefined;
    const end = length.end + length.value;
    if (end > bytes.length) return undefined;
    fields.set(Math.floor(tag.value / 8), bytes.subarray(length.end, end));
    position = end;
  }
  return fields;
}

const VARINT_MAX_BYTES = 5;

function readVarint(bytes: Uint8Array, begin: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < VARINT_MAX_BYTES; index++) {
    const byte = bytes[begin + index];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return { value, end: begin + index + 1 };
  }
  return undefined;
}

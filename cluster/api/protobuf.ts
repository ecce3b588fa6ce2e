/**
 * Protobuf bytes to plain values and back.
 *
 * Plain values have the generated types: snake_case names, enums as names, bytes as base64, 64-bit integers
 * as Int64, nothing for unset fields.
 */

import { Reader, Writer } from 'protobufjs';
import { errorText } from '../model/error-text';
import type { MessageName, Messages } from './generated/messages';
import { planOf } from './plan';
import { readMessage } from './protobuf-read';
import { CodecError, writeMessage } from './protobuf-write';

export { CodecError };

/** Reads a message. Unknown fields and enum numbers are dropped; throws CodecError for anything unreadable. */
export function decodeProtobuf<N extends MessageName>(name: N, bytes: Uint8Array): Messages[N] {
  const plan = planOf(name);
  try {
    return readMessage(plan, Reader.create(bytes), bytes.length) as unknown as Messages[N];
  } catch (error) {
    throw new CodecError(`not a ${name}: ${errorText(error)}`);
  }
}

/** Writes a message. Throws CodecError when a required field is missing or an enum name unknown. */
export function encodeProtobuf<N extends MessageName>(name: N, value: Messages[N]): Uint8Array {
  const missing: string[] = [];
  const writer = Writer.create();
  writeMessage(planOf(name), value as unknown as Record<string, unknown>, writer, { path: '', missing });
  if (missing.length > 0) throw new CodecError(`Missing required fields: ${missing.join(', ')}`);
  return writer.finish();
}

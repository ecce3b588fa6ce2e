/**
 * Encodes protobuf messages directly from plain values; the library writes the single values.
 *
 * Fields stand in the order of their numbers.
 */

import type { Writer } from 'protobufjs';
import { type FieldPlan, type MessagePlan, WIRE_TYPES } from './plan';

/** The error of bytes or a value that are not the message they should be. */
export class CodecError extends Error {}

type Plain = Record<string, unknown>;

/** The path to a field in a message, and the required fields that are missing. */
interface FieldTrail {
  readonly path: string;
  readonly missing: string[];
}

/** Writes all fields. Throws CodecError for an unknown enum name; missing fields are noted in the trail. */
export function writeMessage(plan: MessagePlan, plain: Plain, writer: Writer, trail: FieldTrail): void {
  for (const field of plan.byNumber) {
    const value = plain[field.name];
    if (value === undefined || value === null) {
      if (field.required) trail.missing.push(trail.path + field.name);
    } else if (field.map) writeMap(field, value as Plain, writer, trail);
    else if (field.repeated) for (const item of value as unknown[]) writeValue(field, item, writer, trail);
    else writeValue(field, value, writer, trail);
  }
}

function writeMap(field: FieldPlan, entries: Plain, writer: Writer, trail: FieldTrail): void {
  for (const [key, value] of Object.entries(entries)) {
    writer.uint32(field.tag).fork().uint32(KEY_TAG).string(key);
    writer.uint32((2 << 3) | WIRE_TYPES[field.kind]);
    writeBare(field, value, writer, trail);
    writer.ldelim();
  }
}

const KEY_TAG = (1 << 3) | WIRE_TYPES.string;

function writeValue(field: FieldPlan, value: unknown, writer: Writer, trail: FieldTrail): void {
  writer.uint32(field.tag);
  writeBare(field, value, writer, trail);
}

/** One value without the tag in front of it. */
function writeBare(field: FieldPlan, value: unknown, writer: Writer, trail: FieldTrail): void {
  const { kind } = field;
  switch (kind) {
    case 'message':
      writer.fork();
      writeMessage(field.message as MessagePlan, value as Plain, writer, {
        path: `${trail.path}${field.name}.`,
        missing: trail.missing,
      });
      writer.ldelim();
      return;
    case 'string':
      writer.string(value as string);
      return;
    case 'enum':
      writer.int32(numberOf(field, value as string, trail));
      return;
    case 'bytes':
      writer.bytes(Buffer.from(value as string, 'base64'));
      return;
    case 'bool':
      writer.bool(value as boolean);
      return;
    case 'int64':
    case 'uint64':
      writer[kind](typeof value === 'bigint' ? String(value) : (value as number));
      return;
    default:
      writer[kind](value as number);
  }
}

function numberOf(field: FieldPlan, name: string, { path }: FieldTrail): number {
  const number = field.numberOf.get(name);
  if (number === undefined)
    throw new CodecError(`Failed to find enum for '${String(name)}' in ${path}${field.name}`);
  return number;
}

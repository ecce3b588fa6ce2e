/**
 * Decodes protobuf messages directly to plain values, without an object of protobufjs in between.
 *
 * The library reads the single values.
 *
 * Always true: the result is that of the library's own decoder (`test/cluster/api/protobuf.test.ts` compares
 * them). Unknown fields, unknown enum numbers and values of another wire type are ignored, a message that
 * comes twice is merged, lists may be packed.
 */

import { Reader } from 'protobufjs';
import { type FieldPlan, type MessagePlan, WIRE_TYPES } from './plan';
import { toInt64 } from './scalars';

type Plain = Record<string, unknown>;

const LENGTH_DELIMITED = WIRE_TYPES.message;
const WIRE_BITS = 7;

/** Reads a message up to `end`; throws an Error for other bytes. */
export function readMessage(plan: MessagePlan, reader: Reader, end: number): Plain {
  return readFields(plan, { reader, end, depth: 0 }, {});
}

/** The end of a message or packed list, and its depth. */
interface Span {
  readonly reader: Reader;
  readonly end: number;
  readonly depth: number;
}

function readFields(plan: MessagePlan, span: Span, message: Plain): Plain {
  const { reader, end, depth } = span;
  if (depth > Reader.recursionLimit) throw new Error('max depth exceeded');
  while (reader.pos < end) {
    const tag = reader.tag();
    const field = plan.byId[tag >>> 3];
    if (field !== undefined && field.tag === tag && !field.map) readField(field, span, message);
    else if (field?.map && field.tag === tag) readEntry(field, within(span), message);
    else if (field?.repeated && isPacked(field, tag)) readPacked(field, within(span), message);
    else reader.skipType(tag & WIRE_BITS, depth, tag >>> 3);
  }
  if (reader.pos !== end) throw new RangeError('index out of range');
  for (const { name } of plan.required)
    if (message[name] === undefined) throw new Error(`missing required '${name}'`);
  return message;
}

/** The span that begins at the reader's position with its length. */
function within({ reader, end, depth }: Span): Span {
  const size = reader.size();
  const inner = reader.pos + size;
  if (inner > end) throw new RangeError('index out of range');
  return { reader, end: inner, depth: depth + 1 };
}

function readField(field: FieldPlan, span: Span, message: Plain): void {
  const { name, repeated } = field;
  const held = message[name];
  const value = readValue(field, span, repeated ? undefined : held);
  if (value === undefined) return;
  if (!repeated) message[name] = value;
  else if (held === undefined) message[name] = [value];
  else (held as unknown[]).push(value);
}

/** One value; undefined for an enum number that has no name. */
function readValue(field: FieldPlan, span: Span, held: unknown): unknown {
  const { reader } = span;
  switch (field.kind) {
    case 'message':
      return readFields(field.message as MessagePlan, within(span), (held as Plain | undefined) ?? {});
    case 'string':
      return reader.string();
    case 'enum':
      return field.nameOf.get(reader.int32());
    case 'double':
      return reader.double();
    case 'uint32':
      return reader.uint32();
    case 'bool':
      return reader.bool();
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'int64':
      return exact(reader.int64());
    case 'uint64':
      return exact(reader.uint64());
    default:
      return reader[field.kind]();
  }
}

function exact(value: unknown): unknown {
  return typeof value === 'number' ? value : toInt64(BigInt(String(value)));
}

function isPacked({ kind }: FieldPlan, tag: number): boolean {
  return (tag & WIRE_BITS) === LENGTH_DELIMITED && WIRE_TYPES[kind] !== LENGTH_DELIMITED;
}

function readPacked(field: FieldPlan, span: Span, message: Plain): void {
  while (span.reader.pos < span.end) readField(field, span, message);
  if (span.reader.pos !== span.end) throw new RangeError('index out of range');
}

/** Reads an entry of a map, whose keys are texts. An enum number without a name leaves the entry out. */
function readEntry(field: FieldPlan, span: Span, message: Plain): void {
  const { reader, end, depth } = span;
  let key = '';
  let value: unknown;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | LENGTH_DELIMITED)) key = reader.string();
    else if (tag === ((2 << 3) | WIRE_TYPES[field.kind])) value = readValue(field, span, value);
    else reader.skipType(tag & WIRE_BITS, depth, tag >>> 3);
  }
  if (reader.pos !== end) throw new RangeError('index out of range');
  const entries = (message[field.name] ?? {}) as Plain;
  // An assignment would set the prototype for the key `__proto__`.
  Object.defineProperty(entries, key, {
    value: value ?? emptyValue(field),
    enumerable: true,
    writable: true,
    configurable: true,
  });
  message[field.name] = entries;
}

function emptyValue({ kind }: FieldPlan): unknown {
  return kind === 'message' ? {} : kind === 'string' ? '' : kind === 'bool' ? false : 0;
}

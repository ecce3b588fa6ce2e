/**
 * Protobuf bytes to plain values and back. Plain values are what the generated types describe: snake_case
 * names, enums as names, bytes as base64, 64-bit integers as Int64, nothing for what is unset.
 */

import type { MessageName, Messages } from './generated/messages';
import { type FieldPlan, type MessagePlan, planOf } from './plan';
import { toInt64 } from './scalars';

/** Why bytes or a value are no such message. */
export class CodecError extends Error {}

type Plain = Record<string, unknown>;

/** Reads a message. Unknown fields and enum numbers are dropped; throws CodecError for anything unreadable. */
export function decodeProtobuf<N extends MessageName>(name: N, bytes: Uint8Array): Messages[N] {
  const plan = planOf(name);
  try {
    return toPlain(plan, plan.type.decode(bytes) as unknown as Plain) as unknown as Messages[N];
  } catch (error) {
    throw new CodecError(`not a ${name}: ${(error as Error).message}`);
  }
}

/** Writes a message. Throws CodecError when a required field is missing or an enum name unknown. */
export function encodeProtobuf<N extends MessageName>(name: N, value: Messages[N]): Uint8Array {
  const plan = planOf(name);
  const missing: string[] = [];
  const message = toMessage(plan, value as unknown as Plain, '', missing);
  if (missing.length > 0) throw new CodecError(`Missing required fields: ${missing.join(', ')}`);
  return plan.type.encode(message).finish();
}

function toPlain(plan: MessagePlan, message: Plain): Plain {
  const plain: Plain = {};
  for (const field of plan.fields) {
    if (!Object.hasOwn(message, field.name)) continue;
    const value = fieldToPlain(field, message[field.name]);
    if (value !== undefined) plain[field.name] = value;
  }
  return plain;
}

function fieldToPlain(field: FieldPlan, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (field.map) {
    const entries = mapValues(value as Plain, (item) => itemToPlain(field, item));
    return Object.keys(entries).length > 0 ? entries : undefined;
  }
  if (!field.repeated) return itemToPlain(field, value);
  const items = (value as unknown[])
    .map((item) => itemToPlain(field, item))
    .filter((item) => item !== undefined);
  return items.length > 0 ? items : undefined;
}

function itemToPlain(field: FieldPlan, value: unknown): unknown {
  switch (field.kind) {
    case 'message':
      return toPlain(field.message as MessagePlan, value as Plain);
    case 'enum':
      return field.nameOf.get(value as number);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'int64':
    case 'uint64':
      return typeof value === 'number' ? value : toInt64(BigInt(String(value)));
    default:
      return value;
  }
}

function toMessage(plan: MessagePlan, plain: Plain, path: string, missing: string[]): Plain {
  const message: Plain = {};
  for (const field of plan.fields) {
    const value = plain[field.name];
    if (value === undefined || value === null) {
      if (field.required) missing.push(path + field.name);
    } else {
      message[field.name] = fieldToMessage(field, value, path, missing);
    }
  }
  return message;
}

function fieldToMessage(field: FieldPlan, value: unknown, path: string, missing: string[]): unknown {
  const convert = (item: unknown): unknown => itemToMessage(field, item, path, missing);
  if (field.map) return mapValues(value as Plain, convert);
  return field.repeated ? (value as unknown[]).map(convert) : convert(value);
}

function itemToMessage(field: FieldPlan, value: unknown, path: string, missing: string[]): unknown {
  switch (field.kind) {
    case 'message':
      return toMessage(field.message as MessagePlan, value as Plain, `${path}${field.name}.`, missing);
    case 'enum': {
      const number = field.numberOf.get(value as string);
      if (number === undefined)
        throw new CodecError(`Failed to find enum for '${String(value)}' in ${path}${field.name}`);
      return number;
    }
    case 'bytes':
      return Buffer.from(value as string, 'base64');
    case 'int64':
    case 'uint64':
      return typeof value === 'bigint' ? String(value) : value;
    default:
      return value;
  }
}

function mapValues(map: Plain, convert: (value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, convert(value)]));
}

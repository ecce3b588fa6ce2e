/**
 * Reads messages from JSON by Mesos' own mapping (stout's protobuf.hpp), which is not proto3's.
 *
 * Names are snake_case only, enums are names only, null is unset, unknown members are ignored, numbers may
 * stand in strings, and a single value may stand for a list of one.
 */

import { errorText } from '../model/error-text';
import type { MessageName, Messages } from './generated/messages';
import { type FieldPlan, type MessagePlan, planOf } from './plan';
import { CodecError } from './protobuf';
import { toInt64 } from './scalars';

type Plain = Record<string, unknown>;

/** The deepest JSON that is read; no message is deeper. */
const DEPTH_MAX = 100;

/** Reads a message from JSON text. Throws CodecError with Mesos' words. */
export function decodeJson<N extends MessageName>(name: N, text: string): Messages[N] {
  return messageFromJson(name, parseExact(text));
}

/** Reads a message from parsed JSON, for documents that hold messages among other things. */
export function messageFromJson<N extends MessageName>(name: N, json: unknown): Messages[N] {
  const missing: string[] = [];
  const value = readMessage(planOf(name), json, { path: '', missing, depth: 0 });
  if (missing.length > 0) throw new CodecError(`Missing required fields: ${missing.join(', ')}`);
  return value as unknown as Messages[N];
}

/** Matches strings and whole numbers of JSON, so that digits inside of strings are left alone. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** JSON.parse, except that whole numbers too long for a double come as strings of their digits. */
export function parseExact(text: string): unknown {
  const exact = /\d{16}/.test(text)
    ? text.replace(STRING_OR_NUMBER, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token))
    : text;
  try {
    return JSON.parse(exact);
  } catch (error) {
    throw new CodecError(`Failed to parse JSON: ${errorText(error)}`);
  }
}

interface FieldPath {
  readonly path: string;
  readonly missing: string[];
  readonly depth: number;
}

function readMessage(plan: MessagePlan, json: unknown, place: FieldPath): Plain {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new CodecError(
      `Expecting a JSON object${place.path ? ` for field '${place.path.slice(0, -1)}'` : ''}`,
    );
  }
  if (place.depth > DEPTH_MAX) throw new CodecError('the JSON is nested too deeply');
  const plain: Plain = {};
  const members = json as Plain;
  for (const field of plan.fields) {
    const value = members[field.name];
    if (value !== undefined && value !== null) {
      const read = readField(field, value, place);
      if (read !== undefined) plain[field.name] = read;
    }
    if (field.required && plain[field.name] === undefined) place.missing.push(place.path + field.name);
  }
  return plain;
}

function readField(field: FieldPlan, value: unknown, place: FieldPath): unknown {
  if (field.map) return readMap(field, value, place);
  if (field.repeated) {
    const items = (Array.isArray(value) ? value : [value]).map((item) => readItem(field, item, place));
    const values = items.filter((item) => item !== undefined);
    return values.length > 0 ? values : undefined;
  }
  if (Array.isArray(value)) throw new CodecError(`Not expecting a JSON array for field '${field.name}'`);
  return readItem(field, value, place);
}

function readMap(field: FieldPlan, value: unknown, place: FieldPath): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CodecError(`Expecting a JSON object for field '${field.name}'`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readItem(field, item, place)]));
}

function readItem(field: FieldPlan, value: unknown, place: FieldPath): unknown {
  switch (field.kind) {
    case 'message': {
      const inner = { path: `${place.path}${field.name}.`, missing: place.missing, depth: place.depth + 1 };
      return readMessage(field.message as MessagePlan, value, inner);
    }
    case 'enum':
      return readEnum(field, value);
    case 'string':
      if (typeof value === 'string') return value;
      throw unexpected(field, value);
    case 'bytes':
      return readBytes(field, value);
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw unexpected(field, value);
    default:
      return readNumber(field, value);
  }
}

function readEnum(field: FieldPlan, value: unknown): string | undefined {
  if (typeof value !== 'string') throw unexpected(field, value);
  if (field.numberOf.has(value)) return value;
  if (field.required) throw new CodecError(`Failed to find enum for '${value}'`);
  return undefined;
}

function readBytes(field: FieldPlan, value: unknown): string {
  if (typeof value !== 'string') throw unexpected(field, value);
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new CodecError(`Failed to decode base64 in field '${field.name}'`);
  }
  return value;
}

const WHOLE = /^-?\d+$/;

function readNumber(field: FieldPlan, value: unknown): unknown {
  if (typeof value !== 'number' && typeof value !== 'string') throw unexpected(field, value);
  if (field.kind === 'double' || field.kind === 'float') {
    const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
    if (Number.isNaN(number)) throw unexpected(field, value);
    return number;
  }
  const text = typeof value === 'number' ? String(Math.trunc(value)) : value.trim();
  if (!WHOLE.test(text)) throw unexpected(field, value);
  const exact = toInt64(BigInt(text));
  if (!inLimits(field.kind, BigInt(exact)))
    throw new CodecError(`Value ${text} is out of range for field '${field.name}'`);
  return exact;
}

function inLimits(kind: FieldPlan['kind'], value: bigint): boolean {
  const bits = kind.endsWith('64') ? 64n : 32n;
  return kind.startsWith('u')
    ? value >= 0n && value < 1n << bits
    : value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n);
}

function unexpected(field: FieldPlan, value: unknown): CodecError {
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return new CodecError(`Not expecting a JSON ${kind} for field '${field.name}'`);
}

/**
 * Texts of values, for hashes and recordings: JSON that also holds Maps, Sets, big integers and bytes.
 *
 * The canonical text has sorted object keys and is the same for equal values; the hash of a state is that of
 * its canonical text. The faithful text keeps the order of keys, for recordings: the labels of a task go into
 * its environment in their order.
 *
 * A value that JSON has no form for is an object with one member whose name begins with `$`. An object of
 * ours that looks like that gets one more `$`, so that no name from a peer can be mistaken for it.
 */

import { createHash } from 'node:crypto';

/** The canonical text. Undefined members are left out, as in JSON. */
export function canonicalText(value: unknown): string {
  return textOf(value, (members) => members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The text with object keys in their own order. Undefined members are left out, as in JSON. */
export function faithfulText(value: unknown): string {
  return textOf(value, (members) => members);
}

type Members = [string, unknown][];

function textOf(value: unknown, order: (members: Members) => Members): string {
  const text = (part: unknown): string => textOf(part, order);
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return `{"$int":"${value}"}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `{"$number":"${value}"}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString('base64')}"}`;
  if (value instanceof Map) return `{"$map":${text([...value])}}`;
  if (value instanceof Set) return `{"$set":${text([...value])}}`;
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  const members = order(Object.entries(value).filter(([, member]) => member !== undefined));
  const mark = members.length === 1 && members[0]?.[0].startsWith('$') ? '$' : '';
  return `{${members.map(([key, member]) => `${JSON.stringify(mark + key)}:${text(member)}`).join(',')}}`;
}

/** Reads either text. */
export function readCanonical(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => revive(value));
}

function revive(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const [only, second] = Object.entries(value);
  if (!only || second) return value;
  const [key, content] = only;
  switch (key) {
    case '$int':
      return BigInt(content as string);
    case '$number':
      return Number(content);
    case '$bytes':
      return Buffer.from(content as string, 'base64');
    case '$map':
      return new Map(content as [unknown, unknown][]);
    case '$set':
      return new Set(content as unknown[]);
    default:
      return key.startsWith('$$') ? { [key.slice(1)]: content } : value;
  }
}

/** SHA-256 of the canonical text, in hex: equal states have equal hashes. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

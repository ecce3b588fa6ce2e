/**
 * One text for one value: JSON with sorted object keys that also holds Maps, Sets, big integers and bytes.
 * Used for recordings and for the hash of a state. Maps and Sets keep their order, since behaviour may depend
 * on it.
 *
 * What JSON has no form for is an object of one member whose name begins with `$`. An object of ours that
 * looks like that gets one more `$`, so that nothing a peer names can be taken for it.
 */

import { createHash } from 'node:crypto';

/** The canonical text. Undefined members are left out, as in JSON. */
export function canonicalText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return `{"$int":"${value}"}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `{"$number":"${value}"}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString('base64')}"}`;
  if (value instanceof Map) return `{"$map":${canonicalText([...value])}}`;
  if (value instanceof Set) return `{"$set":${canonicalText([...value])}}`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const mark = members.length === 1 && members[0]?.[0].startsWith('$') ? '$' : '';
  const texts = members.map(([key, member]) => `${JSON.stringify(mark + key)}:${canonicalText(member)}`);
  return `{${texts.join(',')}}`;
}

/** Reads what canonicalText wrote. */
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

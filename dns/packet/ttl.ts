/** The time that a reply may be kept (RFC 2181, 5.2; RFC 2308, 5), and the same reply some time later. */

import { HEADER_BYTES } from './request';
import { skipName } from './request-sections';

const TYPE_SOA = 6;
const TYPE_OPT = 41;
const RCODE_NXDOMAIN = 3;
const FLAG_TC = 0x0200;
/** Nothing is kept for longer. */
const KEEP_MAX_SECONDS = 3600;

export interface CacheLifetime {
  readonly seconds: number;
  /** The offsets of the TTLs. */
  readonly offsets: readonly number[];
}

/** The lifespan of a whole reply; undefined for one that must not be kept. */
export function cacheLifetime(reply: Buffer, questionEnd: number): CacheLifetime | undefined {
  const flags = reply.readUInt16BE(2);
  const rcode = flags & 15;
  if ((flags & FLAG_TC) !== 0 || (rcode !== 0 && rcode !== RCODE_NXDOMAIN)) return undefined;
  const answers = reply.readUInt16BE(6);
  const count = answers + reply.readUInt16BE(8) + reply.readUInt16BE(10);
  const offsets: number[] = [];
  let seconds = KEEP_MAX_SECONDS;
  let negative = answers > 0 && rcode === 0 ? KEEP_MAX_SECONDS : 0;
  let offset = questionEnd;
  for (let index = 0; index < count; index++) {
    const fixed = skipName(reply, offset);
    if (fixed === undefined || fixed + 10 > reply.length) return undefined;
    const next = fixed + 10 + reply.readUInt16BE(fixed + 8);
    if (next > reply.length) return undefined;
    const type = reply.readUInt16BE(fixed);
    if (type !== TYPE_OPT) {
      const ttl = reply.readUInt32BE(fixed + 4);
      seconds = Math.min(seconds, ttl < 2 ** 31 ? ttl : 0);
      offsets.push(fixed + 4);
    }
    if (type === TYPE_SOA && next - fixed >= 14) negative ||= reply.readUInt32BE(next - 4);
    offset = next;
  }
  seconds = Math.min(seconds, negative);
  return seconds > 0 ? { seconds, offsets } : undefined;
}

/** A copy with TTLs that have run down. */
export function aged(reply: Buffer, { offsets }: CacheLifetime, seconds: number): Buffer {
  const copy = Buffer.from(reply);
  for (const offset of offsets) copy.writeUInt32BE(Math.max(0, copy.readUInt32BE(offset) - seconds), offset);
  return copy;
}

/** A copy that repeats the question as it was spelled this time. */
export function respelled(reply: Buffer, question: Buffer, end: number): Buffer {
  question.copy(reply, HEADER_BYTES, HEADER_BYTES, end);
  return reply;
}

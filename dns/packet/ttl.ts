/**
 * The time for which a reply of a resolver may be kept (RFC 2181, section 5.2; RFC 2308, section 5), and the reply after a
 * part of it.
 */

import { HEADER_BYTES } from './request';
import { skipName } from './request-sections';

const TYPE_SOA = 6;
const TYPE_OPT = 41;
const RCODE_NXDOMAIN = 3;
const FLAG_TC = 0x0200;
/** The longest time for which a reply is kept. */
const KEEP_MAX_SECONDS = 3600;

export interface CacheLifetime {
  readonly seconds: number;
  /** The offsets of the TTLs. */
  readonly offsets: readonly number[];
}

/** The lifetime of a whole reply in a cache; undefined for a reply that must not be kept. */
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

/** A copy of the reply with its TTLs run down. */
export function agedReply(reply: Buffer, { offsets }: CacheLifetime, seconds: number): Buffer {
  const copy = Buffer.from(reply);
  for (const offset of offsets) copy.writeUInt32BE(Math.max(0, copy.readUInt32BE(offset) - seconds), offset);
  return copy;
}

/** Writes the question into a reply as it was spelled this time. */
export function respellQuestion(reply: Buffer, question: Buffer, end: number): Buffer {
  question.copy(reply, HEADER_BYTES, HEADER_BYTES, end);
  return reply;
}

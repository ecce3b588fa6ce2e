/**
 * Replies of twelve octets, which have no question.
 */

import { FLAG_QR, FLAG_TC, FLAGS_KEPT, OPCODE } from './flags';
import { HEADER_BYTES, type Request } from './request';

/** Twelve octets for a message whose question could not be read. The original repeats nothing but the id. */
export function encodeFailure(bytes: Buffer, rcode: number, flagsKept: keyof typeof FAILURE_FLAGS): Buffer {
  const reply = Buffer.alloc(HEADER_BYTES);
  bytes.copy(reply, 0, 0, 2);
  reply.writeUInt16BE(FLAG_QR | FAILURE_FLAGS[flagsKept](bytes.readUInt16BE(2)) | rcode, 2);
  return reply;
}

const FAILURE_FLAGS = {
  none: () => 0,
  recursion: (flags: number) => flags & 0x0100,
  all: (flags: number) => flags & FLAGS_KEPT,
  /** The original's: RD and CD only of what is a query. */
  original: (flags: number) => flags & ((flags & OPCODE) === 0 ? FLAGS_KEPT : OPCODE),
};

/** Twelve octets with TC, for a client whom not even the question can be repeated to: it was written shorter than it is. */
export function cutFailure({ bytes }: Request, rcode: number): Buffer {
  const reply = encodeFailure(bytes, rcode, 'recursion');
  reply.writeUInt16BE(reply.readUInt16BE(2) | FLAG_TC, 2);
  return reply;
}

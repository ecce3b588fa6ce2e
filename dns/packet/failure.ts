/**
 * Encodes replies that are only a header: twelve octets without a question.
 */

import { FLAG_QR, FLAG_TC, FLAGS_KEPT, OPCODE } from './flags';
import { HEADER_BYTES, type Request } from './request';

/** The reply to a message whose question could not be read. The original repeats nothing but the id. */
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
  /** The original repeats RD and CD only for the opcode QUERY. */
  original: (flags: number) => flags & ((flags & OPCODE) === 0 ? FLAGS_KEPT : OPCODE),
};

/** The reply with TC to a question that is longer than the limit: it was written with pointers. */
export function cutFailure({ bytes }: Request, rcode: number): Buffer {
  const reply = encodeFailure(bytes, rcode, 'recursion');
  reply.writeUInt16BE(reply.readUInt16BE(2) | FLAG_TC, 2);
  return reply;
}

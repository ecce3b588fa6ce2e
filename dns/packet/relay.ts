/**
 * Relays messages: a question on its way to a resolver, and the reply on its way back.
 */

import { HEADER_BYTES, type Request, readRequest } from './request';
import { skipName } from './request-sections';

const FLAG_QR = 0x80;
const FLAG_TC = 0x02;

/** A copy of a message under another id. */
export function withId(bytes: Buffer, id: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(id & 0xffff, 0);
  return copy;
}

/** True when a message is the reply to this question: same id, same name, type and class. */
export function isReplyTo(reply: Buffer, request: Request, id: number): boolean {
  if (reply.length < HEADER_BYTES || reply.readUInt16BE(0) !== id) return false;
  if (((reply[2] ?? 0) & FLAG_QR) === 0) return false;
  // Some servers leave the question out of an error: then only the id can be compared.
  if (reply.readUInt16BE(4) === 0) return ((reply[3] ?? 0) & 15) !== 0 && reply.readUInt16BE(6) === 0;
  return questionKey(reply) === `${request.key}${request.class}`;
}

/** The reply for the client: under its own id, and cut to the first answers with TC when it is too long. */
export function replyForClient(reply: Buffer, request: Request, limit: number): Buffer {
  const id = request.bytes.readUInt16BE(0);
  if (reply.length <= limit) return withId(reply, id);
  const { answers, end } = answersWithin(reply, request.end, limit);
  const cut = withId(reply.subarray(0, end), id);
  cut.fill(0, 6, HEADER_BYTES);
  cut.writeUInt16BE(answers, 6);
  cut[2] = (cut[2] ?? 0) | FLAG_TC;
  return cut;
}

/** Number of answers that end before the limit. */
function answersWithin(reply: Buffer, start: number, limit: number): { answers: number; end: number } {
  const count = reply.readUInt16BE(6);
  let end = start;
  for (let answers = 0; answers < count; answers++) {
    const fixed = skipName(reply, end);
    if (fixed === undefined || fixed + 10 > reply.length) return { answers, end };
    const next = fixed + 10 + reply.readUInt16BE(fixed + 8);
    if (next >= limit) return { answers, end };
    end = next;
  }
  return { answers: count, end };
}

function questionKey(reply: Buffer): string | undefined {
  // The same reader as for questions, so that spelling does not matter: the message up to its question.
  const question = Buffer.from(reply);
  question[2] = (question[2] ?? 0) & ~FLAG_QR;
  question.fill(0, 6, HEADER_BYTES);
  const reading = readRequest(question);
  return reading.kind === 'request' ? `${reading.request.key}${reading.request.class}` : undefined;
}

/**
 * The media types of bodies and answers: JSON or protobuf (libprocess' rules: JSON is tried first).
 */

import type { MessageName, Messages } from './generated/messages';
import { decodeJson } from './json-read';
import { encodeJson } from './json-write';
import { decodeProtobuf, encodeProtobuf } from './protobuf';

export type MediaType = 'application/json' | 'application/x-protobuf';

/** The media type of a Content-Type header; undefined when it is neither. Parameters are accepted. */
export function readContentType(header: string): MediaType | undefined {
  const bare = header.split(';')[0]?.trim().toLowerCase();
  return bare === 'application/json' || bare === 'application/x-protobuf' ? bare : undefined;
}

/** The media type of the answer for an Accept header; undefined when neither is acceptable. */
export function readAccept(header: string | undefined): MediaType | undefined {
  const candidates: readonly MediaType[] = ['application/json', 'application/x-protobuf'];
  return candidates.find((type) => acceptsType(header, type));
}

/** True when an Accept header allows the type; one that is missing or empty allows all. */
export function acceptsType(header: string | undefined, type: `application/${string}`): boolean {
  if (header === undefined || header.trim() === '') return true;
  const ranges = header.split(',').map((part) => {
    const [range, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return { range, refused: parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) };
  });
  for (const form of [type, 'application/*', '*/*']) {
    const match = ranges.find(({ range }) => range === form);
    if (match) return !match.refused;
  }
  return false;
}

/** Reads a body in its media type. Throws CodecError. */
export function decodeBody<N extends MessageName>(name: N, type: MediaType, body: Buffer): Messages[N] {
  return type === 'application/json' ? decodeJson(name, body.toString('utf8')) : decodeProtobuf(name, body);
}

/** Writes a body in the wanted media type. */
export function encodeBody<N extends MessageName>(name: N, type: MediaType, value: Messages[N]): Buffer {
  if (type === 'application/json') return Buffer.from(encodeJson(name, value));
  const bytes = encodeProtobuf(name, value);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

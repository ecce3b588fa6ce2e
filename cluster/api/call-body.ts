/**
 * Reads the body of a v1 call, with Mesos' refusals in their order (Mesos 1.11 src/master/http.cpp,
 * src/slave/http.cpp).
 */

import type { MessageName, Messages } from './generated/messages';
import { messageFromJson, parseExact } from './json-read';
import { type MediaType, readContentType } from './media-type';
import { CodecError, decodeProtobuf } from './protobuf';

/** The refusal of a body. */
export interface CallRefusal {
  readonly status: 400 | 406 | 415;
  readonly text: string;
}

/** The text of 406, when an Accept header allows neither form. */
export const NOT_ACCEPTABLE = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'";

/** Reads a call by the Content-Type header of its request. */
export function readCallBody<N extends MessageName>(
  name: N,
  contentType: string | undefined,
  body: Buffer | undefined,
): { readonly call: Messages[N] } | CallRefusal {
  if (contentType === undefined) return { status: 400, text: "Expecting 'Content-Type' to be present" };
  const type = readContentType(contentType);
  if (!type) {
    const text = "Expecting 'Content-Type' of application/json or application/x-protobuf";
    return { status: 415, text };
  }
  return decodeCall(name, type, body ?? Buffer.alloc(0));
}

/** Reads a call in its media type. */
export function decodeCall<N extends MessageName>(
  name: N,
  type: MediaType,
  body: Buffer,
): { readonly call: Messages[N] } | CallRefusal {
  if (type === 'application/x-protobuf') {
    const call = attempt(() => decodeProtobuf(name, body));
    return 'error' in call ? { status: 400, text: 'Failed to parse body into Call protobuf' } : call;
  }
  const json = attempt(() => parseExact(body.toString('utf8')));
  if ('error' in json) {
    const why = json.error.replace(/^Failed to parse JSON: /, '');
    return { status: 400, text: `Failed to parse body into JSON: ${why}` };
  }
  const call = attempt(() => messageFromJson(name, json.call));
  if (!('error' in call)) return call;
  return { status: 400, text: `Failed to convert JSON into Call protobuf: ${call.error}` };
}

/** The decoded call, or the error in it. Errors of our own code are thrown on. */
function attempt<T>(read: () => T): { readonly call: T } | { readonly error: string } {
  try {
    return { call: read() };
  } catch (error) {
    if (error instanceof CodecError) return { error: error.message };
    throw error;
  }
}

/**
 * The media types of a request of the v1 operator API: those of its body and its answer, each of which may be a stream of
 * records (Mesos 1.11 Http::api in src/slave/http.cpp).
 */

import { acceptsType, type MediaType, readAccept, readContentType } from '../../../api/media-type';

export const RECORDIO = 'application/recordio';

export interface OperatorMedia {
  /** The form of the call, or of each record of it. */
  readonly content: MediaType;
  /** True for a call that is a stream of records. */
  readonly isStream: boolean;
  /** The form of the answer, or of each record of it. */
  readonly accept: MediaType;
  /** True when the answer is wanted as a stream of records. */
  readonly wantsStream: boolean;
}

export interface MediaRefusal {
  readonly status: 400 | 406 | 415;
  readonly text: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Reads the headers of a request, with the refusals in their order. */
export function readMedia(headers: Headers): OperatorMedia | MediaRefusal {
  const content = readContent(headers);
  if ('status' in content) return content;
  const accept = readAnswer(headers);
  return 'status' in accept ? accept : { ...content, ...accept };
}

function readContent(headers: Headers): Pick<OperatorMedia, 'content' | 'isStream'> | MediaRefusal {
  const type = textOf(headers, 'content-type');
  const message = textOf(headers, 'message-content-type');
  if (type === undefined) return refuse(400, "Expecting 'Content-Type' to be present");
  if (isRecordio(type)) return readMessageContent(message);
  const content = readContentType(type);
  if (!content)
    return refuse(
      415,
      `Expecting 'Content-Type' of application/json or application/x-protobuf or ${RECORDIO}`,
    );
  return message === undefined
    ? { content, isStream: false }
    : refuse(415, "Expecting 'Message-Content-Type' to be not set for non-streaming requests");
}

function readMessageContent(type: string | undefined): ReturnType<typeof readContent> {
  if (type === undefined)
    return refuse(400, "Expecting 'Message-Content-Type' to be set for streaming requests");
  const content = readContentType(type);
  return content
    ? { content, isStream: true }
    : refuse(415, "Expecting 'Message-Content-Type' of application/json or application/x-protobuf");
}

function readAnswer(headers: Headers): Pick<OperatorMedia, 'accept' | 'wantsStream'> | MediaRefusal {
  const header = textOf(headers, 'accept');
  const message = textOf(headers, 'message-accept');
  const accept = readAccept(header);
  if (accept)
    return message === undefined
      ? { accept, wantsStream: false }
      : refuse(406, "Expecting 'Message-Accept' to be not set for non-streaming responses");
  if (!acceptsType(header, RECORDIO))
    return refuse(
      406,
      `Expecting 'Accept' to allow application/json or application/x-protobuf or ${RECORDIO}`,
    );
  const type = readAccept(message);
  return type
    ? { accept: type, wantsStream: true }
    : refuse(406, "Expecting 'Message-Accept' to allow application/json or application/x-protobuf");
}

function isRecordio(type: string): boolean {
  return type.split(';')[0]?.trim().toLowerCase() === RECORDIO;
}

function textOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function refuse(status: MediaRefusal['status'], text: string): MediaRefusal {
  return { status, text };
}

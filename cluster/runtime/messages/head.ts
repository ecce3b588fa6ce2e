/**
 * Reads the head of a libprocess message (Mesos 1.11, 3rdparty/libprocess/src/encoder.hpp).
 *
 * It is a POST to `/<process>/<message name>` whose User-Agent is `libprocess/<sender>`.
 */

import { isBrowserHeader } from '../http/browser-requests';
import { readPid } from './pid';

/** The head of a message: its destination, name, sender, and the form of its body. */
export interface MessageHead {
  /** The id of the receiving process, such as `master`. */
  readonly to: string;
  readonly name: string;
  /** The pid of the sender as it was written, and the host in it. */
  readonly from: string;
  readonly host: string;
  /** The header `Host`: our address as the sender knows it. */
  readonly target: string | undefined;
  /** The number of bytes of the body, or `chunked`. */
  readonly length: number | 'chunked';
}

const REQUEST = /^POST \/([^/? ]*)\/([^/? ]*)(?:\?\S*)? HTTP\/1\.1$/;
const SENDER = 'libprocess/';
/** The head of libprocess itself (encoder.hpp), read by one expression, as thousands come in a second. */
const USUAL = new RegExp(
  [
    String.raw`^POST /([^/? ]*)/([^/? ]*) HTTP/1\.1`,
    String.raw`User-Agent: libprocess/\S+`,
    String.raw`Libprocess-From: ([^@\s]+@(\[[0-9a-fA-F:.]+\]|[^:@\s]+):(\d{1,5}))`,
    'Connection: Keep-Alive',
    String.raw`Host: ([^\r\n]*)`,
    String.raw`(?:Transfer-Encoding: chunked|Content-Length: (\d{1,12}))$`,
  ].join(String.raw`\r\n`),
);
const PORT_MAX = 65_535;

/**
 * Reads a head without the empty line at its end. Undefined for requests of others, and for messages that the
 * HTTP server has to refuse or answer.
 */
export function readHead(text: string): MessageHead | undefined {
  return readUsual(text) ?? readAny(text);
}

function readUsual(text: string): MessageHead | undefined {
  const [, to = '', name = '', from = '', host = '', port, target, length] = USUAL.exec(text) ?? [];
  if (port === undefined || Number(port) > PORT_MAX) return undefined;
  const size = length === undefined ? 'chunked' : Number(length);
  return { to: decodeId(to), name, from, host, target, length: size };
}

function readAny(text: string): MessageHead | undefined {
  const lines = text.split('\r\n');
  const [, to, name] = REQUEST.exec(lines[0] ?? '') ?? [];
  if (to === undefined || name === undefined) return undefined;
  const headers = readHeaders(lines);
  const agent = headers?.get('user-agent');
  if (!headers || agent === undefined || !agent.startsWith(SENDER)) return undefined;
  const from = headers.get('libprocess-from') ?? agent.slice(SENDER.length);
  const host = readPid(from)?.host;
  const length = lengthOf(headers);
  if (host === undefined || length === undefined) return undefined;
  return { to: decodeId(to), name, from, host, target: headers.get('host'), length };
}

/**
 * The headers by name; undefined when a line is not a header, comes twice, is a browser's, or asks for more than
 * a message may.
 */
function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const key = line.slice(0, colon).toLowerCase();
    if (colon < 1 || !/^[a-z-]+$/.test(key) || headers.has(key) || isBrowserHeader(key)) return undefined;
    headers.set(key, line.slice(colon + 1).trim());
  }
  return headers.has('expect') || headers.has('upgrade') ? undefined : headers;
}

function lengthOf(headers: ReadonlyMap<string, string>): number | 'chunked' | undefined {
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (coding !== undefined) return coding === 'chunked' && length === undefined ? 'chunked' : undefined;
  return length !== undefined && /^\d{1,12}$/.test(length) ? Number(length) : undefined;
}

/** Decodes the id of a process; one that is escaped wrongly stays as it is. */
export function decodeId(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

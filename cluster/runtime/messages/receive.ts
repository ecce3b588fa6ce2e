/**
 * Routes libprocess messages to the processes of this server (Mesos 1.11, 3rdparty/libprocess).
 *
 * Messages are POSTs of protobuf bytes to `/<process>/<message name>` with the sender in a header, on the
 * port of the HTTP API. Those of libprocess come by connection.ts, past the HTTP server. Those of other
 * senders, and those to be refused, come as HTTP requests.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorText } from '../../model/error-text';
import { type BrowserRefusal, messageRefusal } from '../http/browser-requests';
import type { HostRule } from '../http/hosts';
import type { Logger } from '../log';
import { RateLimitedLog } from '../rate-limited-log';
import { decodeId, type MessageHead } from './head';
import { readPid } from './pid';

/** One message as it arrived. */
export interface Message {
  /** The pid of the sender, `id@host:port`, where it listens; the bytes may come from another address. */
  readonly from: string;
  /** The protobuf full name, such as `mesos.internal.PingSlaveMessage`. */
  readonly name: string;
  readonly body: Buffer;
}

export type Receiver = (message: Message) => void;

/** The largest body; a re-registration of 100,000 tasks fits. */
export const MESSAGE_MAX_BYTES = 256 * 1024 * 1024;

export interface RouterOptions {
  /**
   * The address in a sender's pid must be the one of its connection (libprocess'
   * `--require_peer_address_ip_match`).
   */
  readonly peerMatches?: boolean;
  /** Peers authenticate, so `Host` may be any name. */
  readonly authenticated?: boolean;
}

/** Reads the options from libprocess' environment. */
export function routerOptions(env: Readonly<Record<string, string | undefined>>): RouterOptions {
  return { peerMatches: ['1', 'true'].includes(env['LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH'] ?? '') };
}

export class MessageRouter {
  private readonly receivers = new Map<string, Receiver>();
  private readonly refusals: RateLimitedLog;
  private hosts: HostRule | undefined;

  constructor(
    private readonly log: Logger,
    private readonly options: RouterOptions = {},
  ) {
    this.refusals = new RateLimitedLog(log);
  }

  /** Sets the names that `Host` may have. */
  guard(hosts: HostRule): void {
    this.hosts = this.options.authenticated ? undefined : hosts;
  }

  /** Delivers messages to the process of this id, such as `master`, until the returned function is called. */
  register(id: string, receiver: Receiver): () => void {
    this.receivers.set(id, receiver);
    return () => this.receivers.delete(id);
  }

  /** True for an HTTP request that is a message: a POST that names a libprocess sender. */
  static isMessage(request: IncomingMessage): boolean {
    const agent = request.headers['user-agent'] ?? '';
    return (
      request.method === 'POST' && ('libprocess-from' in request.headers || agent.startsWith('libprocess/'))
    );
  }

  /**
   * True for a message, received without the HTTP server, whose process is ours and whose sender is the one
   * it names.
   */
  accepts(head: MessageHead, peer: string | undefined): boolean {
    const { hosts, options, receivers } = this;
    if (hosts && !hosts(head.target)) return false;
    return receivers.has(head.to) && (!options.peerMatches || isSameHost(peer, head.host));
  }

  /** Delivers a message that `accepts` let in. The process may have left meanwhile. */
  dispatch({ to, from, name }: MessageHead, body: Buffer): void {
    const receiver = this.receivers.get(to);
    if (receiver) this.deliver(receiver, { from, name, body });
  }

  /** Logs that a peer's connection is closed, as its bytes cannot be decoded any further. */
  broken(peer: string | undefined, error: unknown): void {
    this.log.warn({ peer, error: errorText(error) }, 'cut off a peer whose messages cannot be read');
  }

  /**
   * Answers 202 when delivered, 403 when a web page could have sent it, 404 for an unknown process, 500 for
   * an unreadable sender, 413 when it is too long.
   */
  receive(request: IncomingMessage, response: ServerResponse): void {
    const refusal = messageRefusal(request.headers, this.hosts);
    if (refusal) return this.refuse(refusal, request, response);
    const header =
      request.headers['libprocess-from'] ?? request.headers['user-agent']?.slice('libprocess/'.length);
    const from = readPid(String(header ?? ''));
    const [, encodedId = '', name = ''] = (request.url ?? '').split('/');
    const receiver = this.receivers.get(decodeId(encodedId));
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MESSAGE_MAX_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (!from) return answer(response, 500);
      if (this.options.peerMatches && !isSameHost(request.socket.remoteAddress, from.host))
        return answer(response, 400);
      if (!receiver) return answer(response, 404);
      if (size > MESSAGE_MAX_BYTES) return answer(response, 413);
      answer(response, 202);
      this.deliver(receiver, {
        from: String(header),
        name: name.split('?')[0] ?? '',
        body: Buffer.concat(chunks),
      });
    });
  }

  private refuse(refusal: BrowserRefusal, request: IncomingMessage, response: ServerResponse): void {
    const { host, origin } = request.headers;
    const fields = { path: request.url, host, origin, peer: request.socket.remoteAddress };
    this.refusals.warn(refusal.kind, fields, `refused a message: ${refusal.text}`);
    // The body is not read: the connection ends with the answer.
    const body = Buffer.from(refusal.text);
    const type = 'text/plain; charset=utf-8';
    response.writeHead(403, { 'content-type': type, 'content-length': body.length, connection: 'close' });
    response.end(body);
  }

  private deliver(receiver: Receiver, message: Message): void {
    try {
      receiver(message);
    } catch (error) {
      this.log.warn(
        { message: message.name, from: message.from, error: errorText(error) },
        'dropped a message',
      );
    }
  }
}

function isSameHost(peer: string | undefined, host: string): boolean {
  return peer?.replace(/^::ffff:(?=\d+\.)/, '') === host.replace(/^\[|\]$/g, '');
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}

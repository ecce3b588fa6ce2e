/**
 * Takes the connections of libprocess peers off the HTTP server, as their messages come by the thousand.
 *
 * Each message is answered 202, as Mesos 1.11 does; the answers to messages that arrived together go out
 * together.
 *
 * Always true: bytes that are not a message for one of our processes go to the HTTP server, from the first
 * one on.
 */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { MessageDecoder } from './decoder';
import { MESSAGE_MAX_BYTES, type MessageRouter } from './receive';

type Take = (socket: Socket) => void;

/** The time for a whole message, however slowly it comes. */
const MESSAGE_TIMEOUT_MS = 60_000;
/** Unread answers of a peer, after which it gets no more of them; they say nothing. */
const UNREAD_MAX_BYTES = 1024 * 1024;

/**
 * Handles the connections of a server before its own listener. `event` announces them: `connection`, or
 * `secureConnection` with TLS.
 */
export function interceptMessages(server: Server, event: string, router: MessageRouter): void {
  const [toHttp] = server.listeners(event) as Take[];
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => receiveFrom(socket, router, (other) => toHttp?.call(server, other)));
}

function receiveFrom(socket: Socket, router: MessageRouter, toHttp: Take): void {
  const decoder = new MessageDecoder((head) => router.accepts(head, socket.remoteAddress), MESSAGE_MAX_BYTES);
  let isPeer = false;
  let late: NodeJS.Timeout | undefined;
  const drop = (): void => void socket.destroy();
  const ended = (): void => void socket.end();
  const closed = (): void => clearTimeout(late);
  const handOver = (bytes: Buffer): void => {
    clearTimeout(late);
    socket.off('data', take).off('error', drop).off('end', ended).off('close', closed);
    socket.pause();
    socket.unshift(bytes);
    toHttp(socket);
    socket.resume();
  };
  const take = (chunk: Buffer): void => {
    let others: Buffer | undefined;
    try {
      const fed = decoder.feed(chunk);
      // The timeout starts anew at the end of each message, as chunks rarely end with one.
      if (fed.messages.length > 0) late = void clearTimeout(late);
      for (const { head, body } of fed.messages) router.dispatch(head, body);
      accept(socket, fed.messages.length);
      // Messages before the malformed one were delivered.
      if (fed.broken !== undefined) throw new Error(fed.broken);
      isPeer ||= fed.messages.length > 0;
      // A connection without a message may be a slow HTTP client, so the HTTP server gets it.
      others = fed.others ?? (isPeer || decoder.inBody ? undefined : decoder.giveBack());
    } catch (error) {
      router.broken(socket.remoteAddress, error);
      return drop();
    }
    if (others) handOver(others);
    else if (!decoder.partial) late = void clearTimeout(late);
    else late ??= setTimeout(drop, MESSAGE_TIMEOUT_MS).unref();
  };
  socket.on('data', take).on('error', drop).on('end', ended).on('close', closed);
}

/** Answers 202 to messages. */
function accept(socket: Socket, messages: number): void {
  if (messages === 0 || socket.writableLength > UNREAD_MAX_BYTES) return;
  const answer = `HTTP/1.1 202 Accepted\r\nDate: ${new Date().toUTCString()}\r\nContent-Length: 0\r\n\r\n`;
  socket.write(answer.repeat(messages));
}

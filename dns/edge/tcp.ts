/**
 * The TCP side: messages with their length in front (RFC 1035, section 4.2.2), answered in order. Peers that are idle, ask
 * too much or do not read are cut off.
 */

import { createServer, type Server, type Socket } from 'node:net';
import type { Running } from '../../cluster/runtime/lifecycle';
import { HEADER_BYTES } from '../packet/request';
import { FrameDecoder, frame } from '../packet/tcp-framing';
import type { Responder } from './responder';

const IDLE_MS = 10_000;
const CONNECTIONS_MAX = 1000;
/** Replies a peer may leave unread. */
const UNREAD_MAX_BYTES = 1024 * 1024;
/** Questions of one connection that wait for their answers. */
const WAITING_MAX = 256;

export interface TcpOptions {
  readonly responder: Pick<Responder, 'respond'>;
  /** Connections of one address at one time. */
  readonly perClient: number;
  /** A peer has shown that its address is real. */
  readonly spoke: (address: string) => void;
}

/** Listens; rejects with the system's error when that fails. */
export async function bindTcp(address: string, port: number): Promise<Server> {
  // A peer that has asked everything may close its side and still wait for the replies.
  const server = createServer({ allowHalfOpen: true });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // A socket for all IPv6 addresses serves IPv4 too, as with UDP.
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Answers on every connection. */
export function serveTcp(server: Server, options: TcpOptions): Running {
  const sockets = new Set<Socket>();
  const perClient = new Map<string, number>();
  server.maxConnections = CONNECTIONS_MAX;
  server.on('error', () => undefined);
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (perClient.get(address) ?? 0) + 1;
    if (count > options.perClient) {
      socket.destroy();
      return;
    }
    perClient.set(address, count);
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      const left = (perClient.get(address) ?? 1) - 1;
      if (left > 0) perClient.set(address, left);
      else perClient.delete(address);
    });
    serve(socket, address, options);
  });
  return { stop: () => close(server, sockets) };
}

function serve(socket: Socket, address: string, { responder, spoke }: TcpOptions): void {
  const decoder = new FrameDecoder();
  const client = { address, transport: 'tcp' } as const;
  let queue = Promise.resolve();
  let waiting = 0;
  const answerNext = async (message: Buffer): Promise<void> => {
    const reply = socket.destroyed ? undefined : await responder.respond(message, client);
    waiting--;
    if (reply && socket.writable) socket.write(frame(reply));
    if (socket.writableLength > UNREAD_MAX_BYTES) socket.destroy();
  };
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.once('data', () => spoke(address));
  socket.on('end', () => void queue.then(() => socket.end()));
  socket.on('data', (chunk) => {
    for (const message of decoder.feed(chunk)) {
      waiting++;
      if (message.length < HEADER_BYTES || waiting > WAITING_MAX) {
        socket.destroy();
        return;
      }
      queue = queue.then(() => answerNext(message));
    }
  });
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

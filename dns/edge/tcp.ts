/**
 * The TCP side: messages with their length in front, answered in order; idle, greedy and deaf peers are cut off.
 */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Running } from '../../cluster/runtime/lifecycle';
import { FrameDecoder, frame } from '../packet/framing';
import { HEADER_BYTES } from '../packet/request';
import type { Responder } from './responder';

const IDLE_MS = 10_000;
const CONNECTIONS_MAX = 1000;
/** Replies a peer may leave unread. */
const UNREAD_MAX_BYTES = 1024 * 1024;
/** Questions of one connection that wait for their turn. */
const WAITING_MAX = 256;

export interface TcpOptions {
  readonly address: string;
  readonly port: number;
  readonly responder: Pick<Responder, 'respond'>;
}

/** Listens; rejects with the system's error when that fails. */
export async function startTcp(options: TcpOptions): Promise<Running & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, options.responder);
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.address, port: options.port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', () => undefined);
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => close(server, sockets) };
}

function serve(socket: Socket, responder: TcpOptions['responder']): void {
  const decoder = new FrameDecoder();
  const asker = { address: socket.remoteAddress ?? '', transport: 'tcp' } as const;
  let turn = Promise.resolve();
  let waiting = 0;
  const answerNext = async (message: Buffer): Promise<void> => {
    const reply = socket.destroyed ? undefined : await responder.respond(message, asker);
    waiting--;
    if (reply && socket.writable) socket.write(frame(reply));
    if (socket.writableLength > UNREAD_MAX_BYTES) socket.destroy();
  };
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    for (const message of decoder.feed(chunk)) {
      waiting++;
      if (message.length < HEADER_BYTES || waiting > WAITING_MAX) {
        socket.destroy();
        return;
      }
      turn = turn.then(() => answerNext(message));
    }
  });
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

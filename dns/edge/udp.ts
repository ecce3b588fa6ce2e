/**
 * The UDP side: binds sockets, and answers each message by itself.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { errorText } from '../../cluster/model/error-text';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { Responder } from './responder';

/** Room for questions that wait in the kernel while this process is busy. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface UdpBinding {
  readonly address: string;
  readonly port: number;
  /** True to let sockets of single addresses stand beside one for all addresses. */
  readonly beside?: boolean;
}

/** Binds a socket; rejects with the system's error when that fails. */
export async function bindUdp({ address, port, beside = false }: UdpBinding, log: Logger): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    reuseAddr: beside,
    // Addresses need no look-up, and the usual one costs a tick a reply. Only IPv6 addresses have colons.
    lookup: (host, _options, done) => done(null, host, host.includes(':') ? 6 : 4),
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', fail);
      resolve();
    });
  });
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch (error) {
    log.debug({ error: errorText(error) }, 'the receive buffer keeps its size');
  }
  return socket;
}

/** Answers each message that arrives. */
export function serveUdp(socket: Socket, responder: Pick<Responder, 'respond'>, log: Logger): Running {
  socket.on('error', (error) => log.warn({ error: error.message }, 'error of a UDP socket'));
  socket.on('message', (bytes, from) => {
    const reply = responder.respond(bytes, { address: from.address, transport: 'udp' });
    if (reply instanceof Promise) void reply.then((late) => send(socket, late, from));
    else send(socket, reply, from);
  });
  let closed: Promise<void> | undefined;
  return {
    stop: () => {
      closed ??= new Promise<void>((resolve) => socket.close(() => resolve()));
      return closed;
    },
  };
}

function send(socket: Socket, reply: Buffer | undefined, { address, port }: RemoteInfo): void {
  // A forged message can come from port 0, which nothing can be sent to.
  if (!reply || port === 0) return;
  try {
    socket.send(reply, port, address, ignore);
  } catch {
    // The socket was closed while a resolver was asked.
  }
}

function ignore(): void {
  // A reply that cannot be sent is lost, as on any network.
}

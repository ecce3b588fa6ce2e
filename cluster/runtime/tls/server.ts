/**
 * An HTTP server with TLS; with `downgrade` it serves plain HTTP on the same port, told apart by the first
 * byte.
 */

import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { interceptMessages } from '../messages/connection';
import type { MessageRouter } from '../messages/receive';
import type { TlsSettings } from './settings';

/** A TLS handshake begins with this byte; no HTTP method does. */
const HANDSHAKE = 0x16;
const HANDSHAKE_TIMEOUT_MS = 20_000;
/** libprocess accepts requests without Host, and some pollers send none; no browser leaves it out. */
const NO_HOST_NEEDED = { requireHostHeader: false };

export interface WebServerOptions {
  readonly tls: TlsSettings | undefined;
  readonly handler: RequestListener;
  /** Takes the messages of libprocess peers before the handler sees them. */
  readonly messages?: MessageRouter | undefined;
  /** Sets timeouts and the like; called for each server that gets connections. */
  readonly configure: (server: Server) => void;
}

/** Makes a server with these settings, or a plain one without any. */
export function createWebServer({ tls, handler, messages, configure }: WebServerOptions): Server {
  const plain = (): Server => first(createServer(NO_HOST_NEEDED, handler), 'connection', messages);
  const secure = (settings: TlsSettings): Server =>
    first(createTls(settings, handler), 'secureConnection', messages);
  const server = !tls ? plain() : tls.downgrade ? either(secure(tls), plain(), configure) : secure(tls);
  configure(server);
  if (tls || messages) closeWholly(server);
  return server;
}

function first(server: Server, event: string, messages: MessageRouter | undefined): Server {
  if (messages) interceptMessages(server, event, messages);
  return server;
}

/** Makes closeAllConnections also end connections that are silent so far or in a handshake. */
function closeWholly(server: Server): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const closeAll = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeAll();
    for (const socket of sockets) socket.destroy();
  };
}

function createTls(settings: TlsSettings, handler: RequestListener): SecureServer {
  const server = createSecure(
    {
      ...NO_HOST_NEEDED,
      key: settings.key,
      cert: settings.cert,
      ca: settings.ca?.slice(),
      ciphers: settings.ciphers,
      minVersion: settings.minVersion,
      maxVersion: settings.maxVersion,
      requestCert: settings.requiresClients,
      rejectUnauthorized: settings.requiresClients,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    handler,
  );
  // A connection whose handshake failed is closed.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/**
 * The plain server listens and passes connections on that begin with a handshake. Silent ones are kept: they
 * may be links.
 */
function either(secure: Server, plain: Server, configure: (server: Server) => void): Server {
  configure(secure);
  const [takePlain] = plain.listeners('connection') as ((socket: Socket) => void)[];
  plain.removeAllListeners('connection');
  plain.on('connection', (socket: Socket) => {
    const drop = (): void => void socket.destroy();
    socket.on('error', drop);
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return drop();
      socket.off('error', drop);
      socket.unshift(first);
      if (first[0] === HANDSHAKE) secure.emit('connection', socket);
      else takePlain?.call(plain, socket);
    });
  });
  // The secure server never listens itself, so its events of start and end are passed on.
  plain.on('listening', () => secure.emit('listening'));
  secure.on('clientError', (error, socket) => plain.emit('clientError', error, socket));
  plain.on('close', () => secure.close(() => undefined));
  return plain;
}

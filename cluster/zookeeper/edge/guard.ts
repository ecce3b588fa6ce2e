/**
 * Guards around the connection of node-zookeeper-client, for its gaps.
 *
 * They reach into an internal object of the library, so its version is pinned exactly and each guard has a
 * test against a real server:
 *
 * - A connection on which nothing of the last two thirds of the session timeout is answered is closed, and counts as lost.
 * - A server that accepts a connection and does not begin a session is left for the next one.
 * - Half a frame of a lost connection is discarded.
 * - Requests are numbered from zero again for each connection, and after the highest number.
 * - Credentials and watches are restored before any waiting request is sent.
 * - After a connection that ended at once the next one waits a little longer each time.
 */

import type { Socket } from 'node:net';
import type { Client } from 'node-zookeeper-client';
import { Hearing } from './hearing';

/** The part of the library's connection that is used. */
export interface Connection {
  socket?: Socket;
  state: number;
  xid: number;
  sessionTimeout: number;
  connectTimeout: number;
  connectTimeoutHandler: NodeJS.Timeout | null;
  pendingBuffer: Buffer | null;
  packetQueue: { queue: unknown[] };
  connect(): void;
  findNextServer(callback: (server: unknown) => void): void;
  onSocketConnected(): void;
  onSocketData(bytes: Buffer): void;
  onSocketClosed(hasError: boolean): void;
}

const CONNECTED = 2;
/** The highest number a request can have. */
const REQUEST_MAX = 2 ** 31 - 1;
/** Life of a connection below which it counts as ended at once. */
const SHORT_LIFE_MS = 500;
const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 5000;
/** The longest frame of a server: the data of a node is 1 MB at most, lists of children can be longer. */
const FRAME_MAX_BYTES = 64 * 1024 * 1024;

export function connectionOf(client: Client): Connection {
  const connection: unknown = Reflect.get(client, 'connectionManager');
  if (typeof connection !== 'object' || connection === null)
    throw new Error('node-zookeeper-client is not the version it has to be');
  return connection as Connection;
}

/**
 * Wraps the numbers of requests. They have 32 bits, of which the negative ones mean something else; the
 * library counts on.
 */
function wrapNumbers(connection: Connection): void {
  let number = connection.xid;
  Object.defineProperty(connection, 'xid', {
    get: () => number,
    set: (next: number) => {
      number = next > REQUEST_MAX ? 0 : next;
    },
  });
}

/** Tells when each packet is sent: the library writes one at a time. */
function noteSent({ socket }: Connection, hearing: Hearing): void {
  if (!socket) return;
  const { write } = socket;
  socket.write = (...parameters: readonly unknown[]): boolean => {
    hearing.sent(performance.now());
    return Reflect.apply(write, socket, parameters) as boolean;
  };
}

function pauseMs(shortLives: number): number {
  return Math.min(PAUSE_FIRST_MS * 2 ** shortLives, PAUSE_MAX_MS);
}

export interface Guard {
  /** The last time at which the server is known to have heard us, by `performance.now()`; undefined before. */
  heardAt(): number | undefined;
  /** Ends the client at once, whatever it is doing. */
  end(): void;
}

/** Puts the guards around a client that has not connected yet. */
export function guard(client: Client): Guard {
  const connection = connectionOf(client);
  wrapNumbers(connection);
  let silence: NodeJS.Timeout | undefined;
  let begin: NodeJS.Timeout | undefined;
  let pause: NodeJS.Timeout | undefined;
  let connectedAt = 0;
  let shortLives = 0;
  let ended = false;
  let heardAt: number | undefined;
  let hearing = new Hearing();
  const { connect, onSocketConnected, onSocketData, onSocketClosed } = connection;
  const quiet = (): void => {
    clearTimeout(silence);
    clearTimeout(begin);
  };
  const hear = (bytes: Buffer): void => {
    hearing.received(bytes);
    heardAt = hearing.heardAt ?? heardAt;
    clearTimeout(silence);
    const age = hearing.heardAt === undefined ? 0 : performance.now() - hearing.heardAt;
    silence = setTimeout(() => connection.socket?.destroy(), (connection.sessionTimeout * 2) / 3 - age);
  };
  connection.connect = () => {
    if (ended) return;
    const lived = Date.now() - connectedAt;
    shortLives = connectedAt > 0 && lived < SHORT_LIFE_MS ? shortLives + 1 : 0;
    connectedAt = 0;
    if (shortLives === 0) connect.call(connection);
    else pause = setTimeout(() => connect.call(connection), pauseMs(shortLives));
  };
  connection.onSocketConnected = () => {
    if (ended) {
      connection.socket?.destroy();
      return;
    }
    connection.pendingBuffer = null;
    connection.xid = 0;
    hearing = new Hearing();
    noteSent(connection, hearing);
    const waiting = connection.packetQueue.queue.splice(0);
    onSocketConnected.call(connection);
    connection.packetQueue.queue.push(...waiting);
    begin = setTimeout(() => connection.socket?.destroy(), Math.max(connection.connectTimeout, 100));
  };
  connection.onSocketData = (bytes) => {
    if (ended) return;
    hear(bytes);
    onSocketData.call(connection, bytes);
    if (connection.state === CONNECTED) {
      clearTimeout(begin);
      connectedAt ||= Date.now();
    }
    if ((connection.pendingBuffer?.length ?? 0) > FRAME_MAX_BYTES) connection.socket?.destroy();
  };
  connection.onSocketClosed = (hasError) => {
    quiet();
    if (connection.connectTimeoutHandler) clearTimeout(connection.connectTimeoutHandler);
    connection.pendingBuffer = null;
    if (!ended) onSocketClosed.call(connection, hasError);
  };
  const end = (): void => {
    ended = true;
    quiet();
    clearTimeout(pause);
    if (connection.connectTimeoutHandler) clearTimeout(connection.connectTimeoutHandler);
    connection.socket?.destroy();
  };
  return { end, heardAt: () => heardAt };
}

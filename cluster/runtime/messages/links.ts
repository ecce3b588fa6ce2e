/**
 * Sends libprocess messages and watches links.
 *
 * There is no retry, and answers are ignored. Messages to one address keep their order while one connection
 * lives. A link is a connection that we dialled; when it breaks, `exited` is called once for each linked pid
 * at that address. A connection without a link is closed when it has been idle for a while.
 */

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '../log';
import type { TlsSettings } from '../tls/settings';
import { type Pid, printPid, readPid } from './pid';

/** Unsent bytes for one address; above them the connection is given up, as a dead peer's would be. */
const UNSENT_MAX_BYTES = 64 * 1024 * 1024;
/** Additional unsent bytes for each linked pid at an address: thousands of emulated agents share one. */
const UNSENT_LINKED_BYTES = 16 * 1024;
const IDLE_CLOSE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Time between two rounds of writes, so that thousands of messages a second take a few writes. */
const BETWEEN_WRITES_MS = 1;

interface Peer {
  readonly socket: Socket;
  /** Messages of the next write. */
  queued: Frame[];
  readonly linked: Set<string>;
  connected: boolean;
}

export interface LinksOptions {
  /** Our own pid, as peers should answer to it. */
  readonly from: Pid;
  readonly log: Logger;
  /** Peers speak TLS. */
  readonly tls?: TlsSettings | undefined;
  /** Number of pids that send from here and share connections. */
  readonly senders?: number;
  /** Called when the connection to a linked pid broke or could not be made. */
  readonly exited: (pid: string) => void;
}

export class Links {
  private readonly peers = new Map<string, Peer>();
  private readonly unflushed: Peer[] = [];
  private stopped = false;
  /** Time of the last write, in milliseconds since the process began. */
  private flushedAt = 0;

  constructor(private readonly options: LinksOptions) {}

  /** Sends a message; `body` is its protobuf form. A message to an invalid pid is logged and dropped. */
  send(to: string, name: string, body: Uint8Array, from: Pid = this.options.from): void {
    const pid = readPid(to);
    if (!pid || this.stopped) return this.options.log.warn({ to, name }, 'no such address, message dropped');
    const peer = this.peer(pid);
    const pids = peer.linked.size + (this.options.senders ?? 0);
    if (peer.socket.writableLength > UNSENT_MAX_BYTES + pids * UNSENT_LINKED_BYTES) {
      peer.socket.destroy(new Error('the peer does not read'));
      return;
    }
    if (peer.queued.push(frame(pid, name, body, printPid(from))) === 1) this.flushSoon(peer);
  }

  private flushSoon(peer: Peer): void {
    if (this.unflushed.push(peer) > 1) return;
    if (performance.now() - this.flushedAt < BETWEEN_WRITES_MS)
      setTimeout(() => this.flush(), BETWEEN_WRITES_MS);
    else setImmediate(() => this.flush());
  }

  private flush(): void {
    this.flushedAt = performance.now();
    for (const peer of this.unflushed.splice(0)) {
      const frames = peer.queued;
      peer.queued = [];
      if (!peer.socket.destroyed) peer.socket.write(joined(frames));
    }
  }

  /** Keeps a connection to the pid's address and reports when it breaks. */
  link(to: string): void {
    const pid = readPid(to);
    if (!pid || this.stopped) return;
    const peer = this.peer(pid);
    peer.linked.add(to);
    peer.socket.setTimeout(peer.connected ? 0 : CONNECT_TIMEOUT_MS);
  }

  /** Closes every connection without reporting it. */
  stop(): void {
    this.stopped = true;
    this.flush();
    for (const { socket } of this.peers.values()) socket.destroy();
    this.peers.clear();
  }

  private peer(pid: Pid): Peer {
    const address = `${pid.host}:${pid.port}`;
    const existing = this.peers.get(address);
    if (existing && !existing.socket.destroyed) return existing;
    const socket = this.dial(pid.host.replace(/^\[|\]$/g, ''), pid.port);
    const peer: Peer = { socket, queued: [], linked: new Set(), connected: false };
    this.peers.set(address, peer);
    socket.setTimeout(CONNECT_TIMEOUT_MS);
    socket.on(this.options.tls ? 'secureConnect' : 'connect', () => {
      peer.connected = true;
      socket.setTimeout(peer.linked.size > 0 ? 0 : IDLE_CLOSE_MS);
    });
    socket.on('timeout', () => {
      // A busy process notices late that it was connected in time, so pending events are handled first.
      if (!peer.connected) setImmediate(() => peer.connected || socket.destroy());
      else if (peer.queued.length === 0) socket.destroy();
    });
    socket.on('error', (error) =>
      this.options.log.debug({ address, error: error.message }, 'connection failed'),
    );
    socket.on('close', () => this.closed(address, peer));
    socket.resume();
    return peer;
  }

  private dial(host: string, port: number): Socket {
    const { tls } = this.options;
    if (!tls) return connect({ host, port, noDelay: true });
    const { key, cert, ciphers, minVersion, maxVersion, verifiesServers } = tls;
    const secureOptions = { key, cert, ca: tls.ca?.slice(), ciphers, minVersion, maxVersion };
    const socket = connectTls({ host, port, ...secureOptions, rejectUnauthorized: verifiesServers });
    return socket.setNoDelay(true);
  }

  private closed(address: string, peer: Peer): void {
    if (this.peers.get(address) === peer) this.peers.delete(address);
    if (this.stopped) return;
    for (const pid of peer.linked) this.options.exited(pid);
  }
}

/** A message as it goes out. A chunked body is ended with END_OF_CHUNKS when frames are joined. */
interface Frame {
  readonly head: string;
  readonly body: Uint8Array;
}

const END_OF_CHUNKS = '\r\n0\r\n\r\n';

function frame(to: Pid, name: string, body: Uint8Array, from: string): Frame {
  const head =
    `POST /${encodeURIComponent(to.id).replace(/%2F/g, '/')}/${name} HTTP/1.1\r\n` +
    `User-Agent: libprocess/${from}\r\nLibprocess-From: ${from}\r\n` +
    `Connection: Keep-Alive\r\nHost: ${to.host}:${to.port}\r\n`;
  return body.byteLength === 0
    ? { head: `${head}Content-Length: 0\r\n\r\n`, body }
    : { head: `${head}Transfer-Encoding: chunked\r\n\r\n${body.byteLength.toString(16)}\r\n`, body };
}

/** Joins frames into one buffer, in one pass, as there may be thousands. */
function joined(frames: readonly Frame[]): Buffer {
  let size = 0;
  for (const { head, body } of frames)
    size += Buffer.byteLength(head) + body.byteLength + (body.byteLength > 0 ? END_OF_CHUNKS.length : 0);
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const { head, body } of frames) {
    offset += bytes.write(head, offset);
    bytes.set(body, offset);
    offset += body.byteLength;
    if (body.byteLength > 0) offset += bytes.write(END_OF_CHUNKS, offset, 'latin1');
  }
  return bytes;
}

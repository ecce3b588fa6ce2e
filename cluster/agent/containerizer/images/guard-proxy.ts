/**
 * A proxy for one pull, through which the tool that speaks to registries reaches them: what is link-local is refused, also
 * after a redirect, a realm of tokens, or a name that is looked up anew.
 *
 * Go programs, such as that tool, reach loopback without any proxy, which is allowed.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { errorText } from '../../../model/error-text';
import { assertReachable, guardedLookup, LinkLocalRefused } from '../../../runtime/network/guarded-lookup';

const HTTPS = 443;

export class GuardProxy {
  /** The first refusal. */
  refusal: string | undefined;
  private readonly password = randomBytes(16).toString('hex');
  private readonly server: Server = createServer((incoming, reply) => void this.forward(incoming, reply));
  private readonly sockets = new Set<Duplex>();

  /** Starts one that listens on loopback. */
  static async start(): Promise<GuardProxy> {
    const proxy = new GuardProxy();
    const { server } = proxy;
    server.on('connect', (incoming: IncomingMessage, socket: Duplex) => void proxy.tunnel(incoming, socket));
    server.on('connection', (socket) => proxy.track(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** The variables that lead a program through it. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.server.address() as AddressInfo;
    const url = `http://meseta:${this.password}@127.0.0.1:${port}`;
    return { HTTP_PROXY: url, HTTPS_PROXY: url };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }

  private track(socket: Duplex): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
  }

  /** A request over plain HTTP. */
  private async forward(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
    try {
      const url = new URL(incoming.url ?? '');
      await this.check(incoming, url.hostname);
      const headers = Object.entries(incoming.headers).filter(([name]) => !name.startsWith('proxy-'));
      const outgoing = request(url, {
        method: incoming.method,
        headers: Object.fromEntries(headers),
        lookup: guardedLookup,
      });
      outgoing.once('response', (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, reply, () => undefined);
      });
      outgoing.once('error', (error) => this.refuse(reply, error));
      pipeline(incoming, outgoing, () => undefined);
    } catch (error) {
      this.refuse(reply, error);
    }
  }

  private refuse(reply: ServerResponse, error: unknown): void {
    this.note(error);
    if (reply.headersSent) reply.destroy();
    else reply.writeHead(502).end(errorText(error));
  }

  /** A connection, for HTTPS. */
  private async tunnel(incoming: IncomingMessage, socket: Duplex): Promise<void> {
    const { hostname, port } = hostAndPort(incoming.url ?? '');
    try {
      await this.check(incoming, hostname);
      const target = connect({ host: hostname, port, lookup: guardedLookup });
      this.track(target);
      target.once('connect', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        pipeline(socket, target, socket, () => undefined);
      });
      target.once('error', (error) => this.drop(socket, error));
    } catch (error) {
      this.drop(socket, error);
    }
  }

  private drop(socket: Duplex, error: unknown): void {
    this.note(error);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  }

  private async check({ headers }: IncomingMessage, host: string): Promise<void> {
    const expected = `Basic ${Buffer.from(`meseta:${this.password}`).toString('base64')}`;
    if (headers['proxy-authorization'] !== expected) throw new Error('not for others');
    await assertReachable(host);
  }

  private note(error: unknown): void {
    if (error instanceof LinkLocalRefused) this.refusal ??= error.message;
  }
}

function hostAndPort(text: string): { readonly hostname: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  const hostname = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { hostname, port: Number(text.slice(colon + 1)) || HTTPS };
}

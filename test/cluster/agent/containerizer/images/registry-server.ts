/**
 * A registry that a test serves on loopback: manifests by name and tag or digest, blobs by digest, with credentials if it
 * is told to ask for them, and with whatever a hostile one may do.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BuiltImage, digestOf } from './image-builder';

type Handler = (request: IncomingMessage, reply: ServerResponse, url: URL) => boolean;

export class RegistryServer {
  /** The requests so far, `METHOD PATH`. */
  readonly requests: string[] = [];
  /** Called before the usual answer; it has answered itself when it returns true. */
  handler: Handler = () => false;
  private readonly manifests = new Map<string, BuiltImage>();
  private readonly blobs = new Map<string, Buffer>();
  private readonly server: Server = createServer((request, reply) => this.answer(request, reply));

  static async start(): Promise<RegistryServer> {
    const registry = new RegistryServer();
    // A client that tries TLS first is no error of the test.
    registry.server.on('clientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve) => void registry.server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  push(name: string, image: BuiltImage, ...others: readonly BuiltImage[]): void {
    const [repository = '', tag = ''] = name.split(':');
    this.manifests.set(`${repository} ${tag}`, image);
    for (const part of [image, ...others]) {
      this.manifests.set(`${repository} ${digestOf(part.manifest)}`, part);
      for (const [digest, blob] of part.blobs) this.blobs.set(digest, blob);
    }
  }

  /** The requests for blobs. */
  get pulled(): readonly string[] {
    return this.requests.flatMap((line) => /\/blobs\/(.*)$/.exec(line)?.[1] ?? []);
  }

  private answer(request: IncomingMessage, reply: ServerResponse): void {
    const url = new URL(request.url ?? '/', `http://${this.host}`);
    this.requests.push(`${request.method} ${url.pathname}`);
    if (this.handler(request, reply, url)) return;
    const [, repository = '', kind, reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
    const image = this.manifests.get(`${repository} ${reference}`);
    const body =
      url.pathname === '/v2/' ? '{}' : kind === 'blobs' ? this.blobs.get(reference) : image?.manifest;
    if (body === undefined) return void reply.writeHead(404).end();
    const type = kind === 'manifests' ? (image?.mediaType ?? '') : 'application/octet-stream';
    reply.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }
}

/** Asks for a user and a password, such as `user:password`. */
export function basicAuthentication(credentials: string): Handler {
  return (request, reply) => {
    const expected = `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (request.headers.authorization === expected) return false;
    reply.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
    return true;
  };
}

/** Asks for a token, which it gives for a user and a password. */
export function tokenAuthentication(credentials: string): Handler {
  const basic = basicAuthentication(credentials);
  return (request, reply, url) => {
    if (url.pathname === '/token') {
      if (!basic(request, reply, url)) reply.end(JSON.stringify({ token: 'T1' }));
      return true;
    }
    if (request.headers.authorization === 'Bearer T1') return false;
    const realm = `http://${request.headers.host}/token`;
    reply.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="test"` }).end();
    return true;
  };
}

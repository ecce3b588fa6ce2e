/**
 * Compresses whole answers with gzip for clients that accept it (Mesos 1.11, encoder.hpp: from 1024 bytes
 * on).
 *
 * Streams are never compressed.
 */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const MIN_BYTES = 1024;
const compress = promisify(gzip);

/** Bodies that many share are compressed once. */
const done = new WeakMap<Buffer, Promise<Buffer>>();

export function addCompression(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    // An answer to HEAD is that to GET without its body, before compression: some are compressed only when they take long.
    if (request.method === 'HEAD') reply.removeHeader('content-encoding');
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    const isPacked = reply.hasHeader('content-encoding') || request.method === 'HEAD';
    const body = isWhole && !isPacked ? bytesOf(payload) : undefined;
    if (!body || body.length < MIN_BYTES || !acceptsGzip(request.headers['accept-encoding']))
      return done(null, payload);
    packedOf(body).then((packed) => {
      reply.header('content-encoding', 'gzip').header('content-length', packed.length);
      done(null, packed);
    }, done);
  });
}

function bytesOf(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function packedOf(body: Buffer): Promise<Buffer> {
  const compressed = done.get(body) ?? compress(body, { level: 1 });
  done.set(body, compressed);
  return compressed;
}

/** True when gzip is among the encodings of the header, and not refused by `;q=0`. */
export function acceptsGzip(header: string | undefined): boolean {
  const ranges = (header ?? '').split(',').map((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return { name, refused: parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) };
  });
  const match = ranges.find(({ name }) => name === 'gzip') ?? ranges.find(({ name }) => name === '*');
  return match !== undefined && !match.refused;
}

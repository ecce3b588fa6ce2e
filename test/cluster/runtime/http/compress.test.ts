import { gunzipSync, gzipSync } from 'node:zlib';
import { HttpClient } from '../../../../cluster/runtime/http/client';
import { acceptsGzip } from '../../../../cluster/runtime/http/compress';
import type { HttpServer } from '../../../../cluster/runtime/http/server';
import { ResponseStream } from '../../../../cluster/runtime/http/stream';
import { startTestServer } from './test-server';

it.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip;q=0.0, *', false],
  ['*', true],
  ['*;q=0', false],
  ['br', false],
])('takes Accept-Encoding %s as gzip: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

describe('answers', () => {
  const client = new HttpClient();
  const small = 'x'.repeat(1023);
  const big = 'x'.repeat(1024);
  const shared = Buffer.from(big);
  let server: HttpServer;
  beforeAll(async () => {
    server = await startTestServer({
      compress: true,
      routes: [
        { path: '/small', methods: { GET: () => small } },
        { path: '/big', methods: { GET: () => big } },
        { path: '/shared', methods: { GET: (_request, reply) => reply.type('text/plain').send(shared) } },
        {
          path: '/packed',
          methods: {
            GET: (_request, reply) => reply.header('content-encoding', 'gzip').send(gzipSync(big)),
          },
        },
        {
          path: '/stream',
          methods: {
            GET: (_request, reply) => {
              const stream = new ResponseStream(reply, { headers: {}, closed: () => undefined });
              stream.write(big);
              stream.close();
              return reply;
            },
          },
        },
      ],
    });
  });
  afterAll(async () => {
    await server.close();
    await client.close();
  });

  const ask = async (path: string, accept: string) => {
    const { headers, body } = await client.request({
      url: server.url + path,
      headers: { 'accept-encoding': accept },
    });
    return { encoding: headers['content-encoding'], length: headers['content-length'], body };
  };

  it('are gzipped from 1024 bytes on, for those who accept it', async () => {
    for (const path of ['/big', '/shared', '/shared']) {
      const { encoding, length, body } = await ask(path, 'gzip');
      expect([encoding, Number(length), gunzipSync(body).toString()]).toEqual(['gzip', body.length, big]);
    }
    expect((await ask('/big', 'identity')).encoding).toBeUndefined();
    expect((await ask('/small', 'gzip')).body.toString()).toBe(small);
  });

  it('to HEAD have no encoding, whoever compresses', async () => {
    for (const path of ['/big', '/packed']) {
      const url = server.url + path;
      const { status, headers } = await client.request({
        url,
        method: 'HEAD',
        headers: { 'accept-encoding': 'gzip' },
      });
      expect([path, status, headers['content-encoding']]).toEqual([path, 200, undefined]);
    }
  });

  it('that are streams are not', async () => {
    expect(await ask('/stream', 'gzip')).toMatchObject({ encoding: undefined, body: Buffer.from(big) });
  });
});

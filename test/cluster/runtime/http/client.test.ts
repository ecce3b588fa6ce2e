import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HttpClient } from '../../../../cluster/runtime/http/client';
import { deferred } from '../eventually';

interface Peer {
  readonly url: string;
  readonly sockets: Set<Socket>;
  close(): Promise<void>;
}

async function peer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  server.on('connection', (socket) => sockets.add(socket));
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, close };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function pair(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const client = new HttpClient();
  const server = await peer(answer);
  cleanups.push(() => server.close());
  cleanups.push(() => client.close());
  return { client, server, url: server.url };
}

describe('a request', () => {
  it('carries method, headers and body, and brings back status, headers and body', async () => {
    const { client, url } = await pair((request, response) => {
      response.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${request.headers['x-a']}` });
      request.pipe(response);
    });
    const answer = await client.request({
      method: 'PUT',
      url: `${url}/p?q=1`,
      headers: { 'x-a': 'b' },
      body: Uint8Array.of(0, 255),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['x-seen']).toBe('PUT /p?q=1 b');
    expect([...answer.body]).toEqual([0, 255]);
  });

  it('uses a connection again', async () => {
    const { client, server, url } = await pair((_request, response) => response.end('ok'));
    for (let count = 0; count < 50; count++) await client.request({ url });
    expect(server.sockets.size).toBeLessThan(10);
  });

  it('gives up when the peer does not answer, or stops in the middle', async () => {
    const { client, url } = await pair((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    await expect(client.request({ url, timeoutMs: 50 })).rejects.toThrow();
    await expect(client.request({ url: `${url}/half`, timeoutMs: 50 })).rejects.toThrow();
  });

  it('gives up when told to, and when nobody is there', async () => {
    const { client, server, url } = await pair(() => undefined);
    const abort = new AbortController();
    const pending = client.request({ url, signal: abort.signal });
    abort.abort(new Error('no longer of interest'));
    await expect(pending).rejects.toThrow('no longer of interest');
    await server.close();
    cleanups.shift();
    await expect(client.request({ url })).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a stream', () => {
  it('is there with its headers, gives what comes, and ends at the peer when it is closed', async () => {
    const left = deferred<string>();
    const { client, url } = await pair((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('first');
      response.on('close', () => left.resolve('the reader left'));
    });
    const stream = await client.stream({ url });
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream']);
    const [chunk] = (await once(stream.body, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('first');
    stream.close();
    expect(await left.promise).toBe('the reader left');
  });

  it('may be silent for longer than the limit for its headers', async () => {
    const go = deferred<void>();
    const { client, url } = await pair((_request, response) => {
      response.writeHead(200).flushHeaders();
      void go.promise.then(() => response.end('late'));
    });
    const stream = await client.stream({ url, timeoutMs: 1000 });
    await new Promise((later) => setTimeout(later, 1100));
    go.resolve();
    const [chunk] = (await once(stream.body, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('late');
  });

  it('is given up when its headers do not come', async () => {
    const { client, url } = await pair(() => undefined);
    await expect(client.stream({ url, timeoutMs: 30 })).rejects.toThrow(`no answer from ${url}`);
  });

  it('ends with an error when the connection breaks', async () => {
    const { client, server, url } = await pair((_request, response) => response.write('first'));
    const stream = await client.stream({ url });
    await once(stream.body, 'data');
    const closed = new Promise((done) => stream.body.on('close', done));
    for (const socket of server.sockets) socket.destroy();
    await closed;
    expect(stream.body.errored).toBeInstanceOf(Error);
  });
});

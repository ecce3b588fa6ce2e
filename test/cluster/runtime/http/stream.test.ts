import { once } from 'node:events';
import { connect } from 'node:net';
import { HttpClient } from '../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../cluster/runtime/http/server';
import { ResponseStream, type StreamOptions } from '../../../../cluster/runtime/http/stream';
import { deferred } from '../eventually';
import { startTestServer } from './test-server';

let server: HttpServer;
const client = new HttpClient();
afterEach(() => server.close());
afterAll(() => client.close());

/** A server whose one path is a stream. Answers the stream once somebody reads it, and why it ended. */
async function serve(options: Partial<StreamOptions> = {}) {
  const opened = deferred<ResponseStream>();
  const ended = deferred<string>();
  const reasons: string[] = [];
  const closed = (reason: string): void => {
    reasons.push(reason);
    ended.resolve(reason);
  };
  server = await startTestServer({
    routes: [
      {
        path: '/',
        methods: {
          GET: (_request, reply) =>
            opened.resolve(new ResponseStream(reply, { headers: { 'x-stream': 'yes' }, closed, ...options })),
        },
      },
    ],
  });
  return { opened: opened.promise, ended: ended.promise, reasons };
}

describe('a response stream', () => {
  it('sends headers at once, pieces as they come, and ends when closed', async () => {
    const { opened, ended, reasons } = await serve({ status: 202 });
    const reader = await client.stream({ url: server.url });
    expect([reader.status, reader.headers['x-stream']]).toEqual([202, 'yes']);
    const stream = await opened;
    stream.write('a');
    expect(String((await once(reader.body, 'data'))[0])).toBe('a');
    reader.body.resume();
    const end = once(reader.body, 'end');
    stream.close('done');
    stream.close('again');
    stream.write('into the void');
    await end;
    expect(await ended).toBe('done');
    expect(reasons).toEqual(['done']);
  });

  it('tells when the reader left, once', async () => {
    const { opened, ended, reasons } = await serve();
    const reader = await client.stream({ url: server.url });
    const stream = await opened;
    reader.close();
    expect(await ended).toBe('the reader left');
    stream.write('nobody there');
    stream.close();
    expect(reasons).toEqual(['the reader left']);
  });

  it('cuts off a reader that does not read, and says why', async () => {
    const { opened, ended, reasons } = await serve({ unreadMaxBytes: 100_000 });
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const stream = await opened;
    const piece = Buffer.alloc(50_000, 'x');
    // The system's own buffers take the first megabytes.
    for (let count = 0; count < 10_000 && reasons.length === 0; count++) {
      stream.write(piece);
      if (count % 10 === 0) await new Promise((soon) => setImmediate(soon));
    }
    expect(await ended).toBe('the reader is too slow: more than 100000 bytes unread');
    const closed = once(socket, 'close');
    socket.resume();
    await closed;
    expect(reasons).toHaveLength(1);
  });
});

describe('a reader that does not read', () => {
  async function silent(options: Partial<StreamOptions>) {
    const { opened, ended } = await serve(options);
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    return { stream: await opened, ended, socket };
  }
  /** More than the system's own buffers take. */
  const whole = Buffer.alloc(32 * 1024 * 1024, 'x');

  it('may leave the first piece unread, however big, and a little more', async () => {
    const { stream, ended, socket } = await silent({ unreadMaxBytes: 1000 });
    stream.write(whole, { first: true });
    stream.write('event');
    let over = false;
    void ended.then(() => {
      over = true;
    });
    await new Promise((soon) => setImmediate(soon));
    expect(over).toBe(false);
    stream.write(Buffer.alloc(2000));
    stream.write('one more');
    expect(await ended).toBe('the reader is too slow: more than 1000 bytes unread');
    socket.destroy();
  });

  it('is cut off when it takes nothing for too long', async () => {
    let time = 1;
    const { stream, ended, socket } = await silent({ stallMs: 60_000, now: () => time });
    stream.write(whole, { first: true });
    for (const moment of [15_000, 30_000, 60_000]) {
      time = moment;
      stream.write('beat');
      await new Promise((soon) => setTimeout(soon, 5));
    }
    // The kernel may have taken some of it until now; from here on nothing moves.
    time = 200_000;
    stream.write('beat');
    time = 300_000;
    stream.write('beat');
    expect(await ended).toBe('the reader is too slow: nothing was read for too long');
    socket.destroy();
  });
});

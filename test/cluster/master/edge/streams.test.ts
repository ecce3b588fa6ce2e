import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Streams } from '../../../../cluster/master/edge/streams';
import { HttpClient } from '../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../cluster/runtime/http/server';
import { RecordDecoder } from '../../../../cluster/runtime/streams/recordio';
import { startTestServer } from '../../runtime/http/test-server';

const MIB = 1024 * 1024;
const TOTAL = 20 * MIB;
/** Streams that begin with an event which takes a while to write. */
const WAITING = new Set(['two', 'late', 'held']);
const client = new HttpClient();
const sockets: Socket[] = [];
const ended: string[] = [];
let server: HttpServer;
let streams: Streams<'mesos.v1.master.Event'>;

beforeAll(async () => {
  streams = new Streams('mesos.v1.master.Event', { unreadMaxBytes: 16 * MIB, unreadTotalMaxBytes: TOTAL });
  server = await startTestServer({
    routes: [
      {
        path: '/:id',
        methods: {
          GET: (request, reply) => {
            const { id } = request.params as { id: string };
            const closed = (reason: string): void => void ended.push(`${id}: ${reason}`);
            streams.open(id, reply, { type: 'application/json', closed, waits: WAITING.has(id) });
          },
        },
      },
    ],
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  streams.breakOffAll();
  await client.close();
  await server.close();
});

/** Asks for a stream and reads nothing. */
async function deaf(id: string): Promise<void> {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  socket.write(`GET /${id} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise((resolve) => socket.once('readable', resolve));
}

const event = (bytes: number) => ({
  type: 'AGENT_REMOVED' as const,
  agent_removed: { agent_id: { value: 'x'.repeat(bytes) } },
});

test('streams together buffer no more than the total: the one with the most unread is cut off first, those that read stay', async () => {
  for (const id of ['one', 'two', 'three']) await deaf(id);
  const reader = await client.stream({ url: `${server.url}/reader` });
  let read = 0;
  reader.body.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  streams.begin('two');
  streams.first('two', [Buffer.alloc(12 * MIB)], []);
  for (let count = 0; count < 30; count++) {
    streams.writeAll(event(MIB));
    expect(streams.unreadBytes).toBeLessThanOrEqual(TOTAL);
    while (read < (count + 1) * MIB) await pause(1);
  }
  expect(ended[0]).toBe(`two: the reader is too slow: more than ${TOTAL} bytes unread by all together`);
  expect(ended.some((line) => line.startsWith('reader'))).toBe(false);
  expect(read).toBeGreaterThan(30 * MIB);
  reader.close();
});

test('a stream whose first event takes a while gets later events right after it, each once', async () => {
  const gone = (id: string) => ({
    type: 'AGENT_REMOVED' as const,
    agent_removed: { agent_id: { value: id } },
  });
  const { body, close } = await client.stream({ url: `${server.url}/late` });
  const decoder = new RecordDecoder();
  const records: string[] = [];
  body.on('data', (chunk: Buffer) => {
    for (const record of decoder.feed(chunk)) records.push(record.toString());
  });
  streams.writeAll(gone('before'));
  streams.begin('late');
  streams.begin('late');
  streams.writeAll(gone('first'));
  streams.write('late', gone('second'));
  expect(streams.unreadBytes).toBeGreaterThan(0);
  streams.first('late', [Buffer.from('{"the":'), Buffer.from('"state"}')], [{ type: 'HEARTBEAT' }]);
  streams.writeAll(gone('third'));
  while (records.length < 5) await pause(1);
  const names = records.map((text) => /"value":"(\w+)"/.exec(text)?.[1] ?? text);
  expect(names).toEqual(['{"the":"state"}', '{"type":"HEARTBEAT"}', 'first', 'second', 'third']);
  close();
});

test('a stream buffers no more than its limit while the first event is written', async () => {
  await deaf('held');
  streams.begin('held');
  for (let count = 0; count < 17; count++) streams.write('held', event(MIB));
  expect(ended.at(-1)).toBe(`held: the reader is too slow: more than ${16 * MIB} bytes unread`);
  expect(streams.typeOf('held')).toBeUndefined();
});

test('a stream that is broken off has all that was written, and no end of its response', async () => {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  socket.write('GET /last HTTP/1.1\r\nHost: x\r\n\r\n');
  while (streams.typeOf('last') === undefined) await pause(1);
  streams.writeAll({ type: 'HEARTBEAT' });
  streams.breakOffAll();
  await once(socket, 'end');
  expect(Buffer.concat(chunks).toString()).toMatch(/\{"type":"HEARTBEAT"\}\r\n$/);
  expect(ended.at(-1)).toBe('last: the master stops');
});

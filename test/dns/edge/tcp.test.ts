import { connect } from 'node:net';
import type { Reply } from '../../../dns/edge/responder';
import { bindTcp, serveTcp } from '../../../dns/edge/tcp';
import { FrameDecoder, frame } from '../../../dns/packet/tcp-framing';
import { query } from '../queries';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function serve(respond: (bytes: Buffer) => Reply): Promise<number> {
  const server = await bindTcp('127.0.0.1', 0);
  const serving = serveTcp(server, { responder: { respond }, perClient: 10, spoke: () => undefined });
  undo.push(() => serving.stop());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** All replies until the server closes. */
function ask(
  port: number,
  send: (write: (bytes: Buffer) => void, end: () => void) => void,
): Promise<Buffer[]> {
  const socket = connect(port, '127.0.0.1');
  const decoder = new FrameDecoder();
  const replies: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => void replies.push(...decoder.feed(chunk)));
    socket.on('close', () => resolve(replies));
    socket.on('error', reject);
    socket.on('connect', () =>
      send(
        (bytes) => void socket.write(bytes),
        () => void socket.end(),
      ),
    );
  });
}

test('who closes its side after the questions still gets every reply, the late ones too', async () => {
  const late = (bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve) => setTimeout(() => resolve(Buffer.from(bytes)), 50));
  let answered = 0;
  const port = await serve((bytes) => (answered++ % 2 === 0 ? late(bytes) : Buffer.from(bytes)));
  const questions = [1, 2, 3].map((id) => query('example.com', 'A', { id }));
  const replies = await ask(port, (write, end) => {
    for (const question of questions) write(frame(question));
    end();
  });
  expect(replies.map((reply) => reply.readUInt16BE(0))).toEqual([1, 2, 3]);
});

test('a message in single octets costs what its length is, and is answered', async () => {
  const port = await serve((bytes) => Buffer.from(bytes));
  const message = Buffer.concat([query('example.com', 'A'), Buffer.alloc(3000)]);
  const replies = await ask(port, (write, end) => {
    for (const octet of frame(message)) write(Buffer.from([octet]));
    end();
  });
  expect(replies).toEqual([message]);
});

test('a message that is none ends the connection', async () => {
  const port = await serve(() => undefined);
  expect(await ask(port, (write) => write(frame(Buffer.alloc(3))))).toEqual([]);
});

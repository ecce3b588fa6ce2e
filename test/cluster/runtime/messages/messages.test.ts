/** Messages over real sockets: what Links sends, MessageRouter receives. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { HttpServer } from '../../../../cluster/runtime/http/server';
import { Links } from '../../../../cluster/runtime/messages/links';
import {
  type Message,
  MessageRouter,
  type RouterOptions,
  routerOptions,
} from '../../../../cluster/runtime/messages/receive';
import { until } from '../eventually';
import { startTestServer } from '../http/test-server';
import { keepingLogger } from '../recorded-log';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const NAME = 'mesos.internal.PingSlaveMessage';

/** An HTTP server with a process that keeps what it gets. */
async function receiver(id = 'master', options: RouterOptions = {}) {
  const log = keepingLogger();
  const messages = new MessageRouter(log, options);
  const got: Message[] = [];
  const leave = messages.register(id, (message) => got.push(message));
  const server: HttpServer = await startTestServer({
    messages,
    routes: [{ path: '/master/state', methods: { GET: () => 'state', POST: () => 'posted' } }],
  });
  cleanups.push(() => server.close());
  return { server, messages, got, leave, log, pid: `${id}@127.0.0.1:${server.port}` };
}

function sender() {
  const exited: string[] = [];
  const log = keepingLogger();
  const from = { id: 'slave(1)', host: '127.0.0.1', port: 5051 };
  const links = new Links({ from, log, exited: (pid) => exited.push(pid) });
  cleanups.push(() => links.stop());
  return { links, exited, log };
}

/** Sends bytes as they are and answers the status lines that come back. */
async function raw(server: HttpServer, bytes: string, answers = 1): Promise<string[]> {
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write(bytes);
  const statuses = (): string[] => text.match(/HTTP\/1\.1 \d+/g) ?? [];
  await until(() => statuses().length >= answers);
  socket.destroy();
  return statuses().map((line) => line.slice('HTTP/1.1 '.length));
}

const post = (path: string, headers: string, body = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('sending and receiving', () => {
  it('brings name, sender and body', async () => {
    const { got, pid } = await receiver();
    const { links } = sender();
    links.send(pid, NAME, Buffer.from('hello'));
    links.send(pid, NAME, Buffer.from('other'), { id: 'slave(2)', host: '127.0.0.1', port: 5051 });
    await until(() => got.length === 2);
    expect(got).toEqual([
      { from: 'slave(1)@127.0.0.1:5051', name: NAME, body: Buffer.from('hello') },
      { from: 'slave(2)@127.0.0.1:5051', name: NAME, body: Buffer.from('other') },
    ]);
  });

  it.each(['slave(1)', 'executor(1)-äß', 'a%b', 'a b'.replace(' ', '+'), 'a?b', 'a#b'])(
    'reaches a process called %s',
    async (id) => {
      const { got, pid } = await receiver(id);
      sender().links.send(pid, NAME, Buffer.alloc(1));
      await until(() => got.length === 1);
      expect(got[0]?.name).toBe(NAME);
    },
  );

  it('keeps the order of 1000 messages of all sizes, empty ones too', async () => {
    const { got, pid } = await receiver();
    const { links } = sender();
    const sizes = Array.from({ length: 1000 }, (_, index) => [0, 20, 1, 70_000, 0, 300][index % 6] ?? 0);
    for (const [index, size] of sizes.entries())
      links.send(pid, `m${index}`, Buffer.alloc(size, index % 256));
    await until(() => got.length === 1000);
    expect(got.map(({ name }) => name)).toEqual(sizes.map((_, index) => `m${index}`));
    expect(got.map(({ body }) => body.length)).toEqual(sizes);
    expect(got[1]?.body).toEqual(Buffer.alloc(20, 1));
  });

  it('uses one connection for all processes at one address', async () => {
    const ports = new Set<number | undefined>();
    let heads = 0;
    const peer = createServer((socket) => {
      ports.add(socket.remotePort);
      socket.on('data', (chunk: Buffer) => {
        heads += chunk.toString().split('POST /').length - 1;
      });
    }).listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const { port } = peer.address() as AddressInfo;
    const { links } = sender();
    cleanups.unshift(() => void peer.close());
    for (const id of ['master', 'slave(1)', 'slave(2)'])
      links.send(`${id}@127.0.0.1:${port}`, NAME, Buffer.alloc(1));
    await until(() => heads === 3);
    expect(ports.size).toBe(1);
  });

  it('drops a message to what is no address, and says so', () => {
    const { links, log } = sender();
    links.send('nobody', NAME, Buffer.alloc(0));
    expect(log.lines).toEqual([
      { level: 'warn', text: 'no such address, message dropped', fields: { to: 'nobody', name: NAME } },
    ]);
  });
});

describe('a message that a web page could have sent', () => {
  const libprocess = (headers: string, host = '127.0.0.1:5050'): string =>
    'POST /master/a HTTP/1.1\r\nUser-Agent: libprocess/slave(1)@127.0.0.1:5051\r\n' +
    'Libprocess-From: slave(1)@127.0.0.1:5051\r\nConnection: Keep-Alive\r\n' +
    `Host: ${host}\r\n${headers}Content-Length: 1\r\n\r\nx`;
  const other = (headers: string, host = '127.0.0.1:5050'): string =>
    `POST /master/a HTTP/1.1\r\nHost: ${host}\r\n${headers}Libprocess-From: slave(1)@127.0.0.1:5051\r\n` +
    'Content-Length: 1\r\n\r\nx';

  it.each([
    ['of libprocess, with an origin', libprocess('Origin: http://127.0.0.1:5050\r\n')],
    ['of libprocess, with fetch metadata', libprocess('Sec-Fetch-Mode: cors\r\n')],
    ['of libprocess, to a foreign name', libprocess('', 'evil.example:5050')],
    ['of another sender, with an origin', other('Origin: null\r\n')],
    ['of another sender, with fetch metadata', other('Sec-Fetch-Site: same-origin\r\n')],
    ['of another sender, to a foreign name', other('', 'evil.example:5050')],
  ])('%s, is refused with 403, and logged', async (_name, bytes) => {
    const { server, got, log } = await receiver();
    expect(await raw(server, bytes)).toEqual(['403']);
    expect(got).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'warn', text: expect.stringMatching(/^refused a message: /) }]);
  });

  it('is taken to every name of ours, to none, and to any where peers show who they are', async () => {
    const { server, got } = await receiver();
    const guarded = await receiver('master', { authenticated: true });
    for (const host of ['', '127.0.0.1:5050', 'localhost', 'leader.mesos:5050', 'myhost'])
      await raw(server, libprocess('', host) + post('/x', ''), 1);
    expect(got).toHaveLength(5);
    await raw(guarded.server, libprocess('', 'm1.corp.example') + post('/x', ''), 1);
    expect(guarded.got).toHaveLength(1);
    expect(await raw(guarded.server, libprocess('Origin: null\r\n', 'm1.corp.example'))).toEqual(['403']);
  });
});

describe('the router', () => {
  const from = 'Libprocess-From: slave(1)@127.0.0.1:5051\r\n';

  it('answers 202, 404 for an unknown process, 500 for an unreadable sender', async () => {
    const { server, got } = await receiver();
    const all = [
      post('/master/a', from),
      post('/slave(9)/a', from),
      post('/master/a', 'Libprocess-From: nonsense\r\n'),
      post('/master/b', 'User-Agent: libprocess/slave(1)@127.0.0.1:5051\r\n', 'x'.repeat(20)),
    ];
    expect(await raw(server, all.join(''), 4)).toEqual(['202', '404', '500', '202']);
    expect(got.map(({ name, body }) => [name, body.length])).toEqual([
      ['a', 0],
      ['b', 20],
    ]);
  });

  it('leaves requests of others to the HTTP API of the same port', async () => {
    const { server, got } = await receiver();
    expect(await raw(server, post('/master/state', ''))).toEqual(['200']);
    expect(await raw(server, `GET /master/state HTTP/1.1\r\nHost: x\r\n${from}\r\n`)).toEqual(['200']);
    expect(got).toEqual([]);
  });

  it('drops a message that its process cannot read, and goes on', async () => {
    const { server, messages, log } = await receiver();
    messages.register('picky', () => {
      throw new Error('not for me');
    });
    expect(await raw(server, post('/picky/a', from) + post('/master/a', from), 2)).toEqual(['202', '202']);
    expect(log.lines).toEqual([expect.objectContaining({ level: 'warn', text: 'dropped a message' })]);
  });

  it('cuts off a peer whose messages cannot be read, says why, and serves others', async () => {
    const { server, got, log, pid } = await receiver();
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    socket.resume();
    const head = `POST /master/a HTTP/1.1\r\nUser-Agent: libprocess/slave(1)@127.0.0.1:5051\r\n`;
    socket.write(`${head}Content-Length: 0\r\n\r\n${head}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n`);
    await once(socket, 'close');
    expect(got).toHaveLength(1);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        text: 'cut off a peer whose messages cannot be read',
        fields: { peer: '127.0.0.1', error: 'a chunk without a length' },
      },
    ]);
    sender().links.send(pid, NAME, Buffer.alloc(1));
    await until(() => got.length === 2);
  });

  it('answers each message of a peer of libprocess, too', async () => {
    const { server, got } = await receiver();
    const socket = connect(server.port, '127.0.0.1');
    let answered = '';
    socket.on('data', (chunk: Buffer) => {
      answered += chunk.toString();
    });
    const peer = 'User-Agent: libprocess/slave(1)@127.0.0.1:5051\r\n';
    socket.write(post('/master/a', peer) + post('/master/b', peer));
    await until(() => got.length === 2);
    // What comes after on the same connection is HTTP's.
    socket.write('GET /master/state HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => answered.includes('state'));
    expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 202', 'HTTP/1.1 202', 'HTTP/1.1 200']);
    socket.destroy();
  });

  it('knows a process until it leaves', async () => {
    const { server, leave } = await receiver();
    leave();
    expect(await raw(server, post('/master/a', from))).toEqual(['404']);
  });

  it('takes an escaped process name, and one that is escaped wrongly as it stands', async () => {
    const { server, got } = await receiver('slave(1)');
    const both = post('/slave%281%29/a', from) + post('/slave%2/a', from);
    expect(await raw(server, both, 2)).toEqual(['202', '404']);
    expect(got).toHaveLength(1);
  });
});

describe('links', () => {
  it('tell each linked process at an address once when the peer dies', async () => {
    const { server, got, pid } = await receiver();
    const other = `slave(2)@127.0.0.1:${server.port}`;
    const { links, exited } = sender();
    links.link(pid);
    links.link(pid);
    links.link(other);
    links.send(pid, NAME, Buffer.alloc(0));
    await until(() => got.length === 1);
    expect(exited).toEqual([]);
    await server.close();
    await until(() => exited.length > 0);
    expect(exited.sort()).toEqual([pid, other]);
  });

  it('tell when nobody is there, and can be made again', async () => {
    const { links, exited } = sender();
    const placeholder: Server = createServer().listen(0, '127.0.0.1');
    await once(placeholder, 'listening');
    const { port } = placeholder.address() as AddressInfo;
    placeholder.close();
    await once(placeholder, 'close');
    const pid = `master@127.0.0.1:${port}`;
    links.link(pid);
    await until(() => exited.length === 1);
    links.link(pid);
    await until(() => exited.length === 2);
    expect(exited).toEqual([pid, pid]);
  });

  it('are quiet about connections that nobody linked, and send again on a new one', async () => {
    const accepted: Server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(accepted, 'listening');
    cleanups.push(() => void accepted.close());
    let connections = 0;
    accepted.on('connection', () => {
      connections += 1;
    });
    const { links, exited } = sender();
    const pid = `master@127.0.0.1:${(accepted.address() as AddressInfo).port}`;
    await until(() => {
      links.send(pid, NAME, Buffer.alloc(0));
      return connections >= 3;
    });
    expect(exited).toEqual([]);
  });

  it('are quiet once they are stopped, and send nothing more', async () => {
    const { server, got, pid } = await receiver();
    const { links, exited, log } = sender();
    links.link(pid);
    links.send(pid, NAME, Buffer.alloc(0));
    await until(() => got.length === 1);
    links.stop();
    links.send(pid, NAME, Buffer.alloc(0));
    links.link(pid);
    await server.close();
    expect(exited).toEqual([]);
    expect(got).toHaveLength(1);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });
});

it('believes a sender only at its own address, where that is wanted', async () => {
  expect(routerOptions({})).toEqual({ peerMatches: false });
  const options = routerOptions({ LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH: '1' });
  const { server, got } = await receiver('master', options);
  const from = (address: string): string =>
    `POST /master/${NAME} HTTP/1.1\r\nHost: x\r\nLibprocess-From: slave(1)@${address}:1\r\nContent-Length: 0\r\n\r\n`;
  expect(await raw(server, from('10.0.0.1') + from('127.0.0.1'), 2)).toEqual(['400', '202']);
  expect(got.map((message) => message.from)).toEqual(['slave(1)@127.0.0.1:1']);
});

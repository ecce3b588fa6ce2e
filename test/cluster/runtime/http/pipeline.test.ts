/** Requests over one connection, against a server that answers when it is told to. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Pipeline } from '../../../../cluster/runtime/http/pipeline';
import { until } from '../eventually';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Keeps the bodies that arrive, and the connections they came by. */
async function server() {
  const sockets: Socket[] = [];
  let text = '';
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/api`;
  return { url, sockets, bodies: () => text.match(/<\d+>/g) ?? [] };
}

function pipeline(timeoutMs = 10_000, depth = 8): Pipeline {
  const created = new Pipeline({ depth, timeoutMs });
  cleanups.push(() => created.close());
  return created;
}

const post = (to: Pipeline, url: string, number: number): Promise<string> =>
  to
    .post({ url, headers: {}, body: Buffer.from(`<${number}>`) })
    .then(({ status, body }) => `${number}: ${status} ${body.toString()}`)
    .catch((error: Error) => `${number} failed: ${error.constructor.name}`);

const answer = (text: string): string =>
  `HTTP/1.1 202 Accepted\r\nContent-Length: ${text.length}\r\n\r\n${text}`;

describe('a pipeline', () => {
  it('sends in order without waiting, over one connection, and no more than its depth', async () => {
    const { url, sockets, bodies } = await server();
    const line = pipeline();
    const all = Array.from({ length: 12 }, (_, index) => post(line, url, index));
    await until(() => bodies().length === 8);
    expect(bodies()).toEqual(Array.from({ length: 8 }, (_, index) => `<${index}>`));
    const respond = (index: number): void => void sockets[0]?.write(answer(`a${index}`));
    for (let index = 0; index < 8; index++) respond(index);
    await until(() => bodies().length === 12);
    for (let index = 8; index < 12; index++) respond(index);
    expect(await Promise.all(all)).toEqual(
      Array.from({ length: 12 }, (_, index) => `${index}: 202 a${index}`),
    );
    expect(sockets).toHaveLength(1);
  });

  it('sends nothing twice: what a broken connection had fails, the next one begins anew', async () => {
    const { url, sockets, bodies } = await server();
    const line = pipeline();
    const all = [0, 1, 2, 3].map((index) => post(line, url, index));
    await until(() => bodies().length === 4);
    sockets[0]?.write(answer('yes'));
    await expect(all[0]).resolves.toBe('0: 202 yes');
    sockets[0]?.destroy();
    const rest = await Promise.all(all.slice(1));
    expect(rest.map((text) => text.replace(/:.*/, ''))).toEqual(['1 failed', '2 failed', '3 failed']);
    const later = post(line, url, 4);
    await until(() => bodies().length === 5);
    expect(bodies().at(-1)).toBe('<4>');
    sockets[1]?.write(answer('again'));
    await expect(later).resolves.toBe('4: 202 again');
  });

  it('gives up an answer that does not come, and those behind it', async () => {
    const { url, bodies } = await server();
    const line = pipeline(300);
    const all = [0, 1].map((index) => post(line, url, index));
    await until(() => bodies().length === 2);
    for (const text of await Promise.all(all)) expect(text).toMatch(/failed/);
  });

  it('fails when nobody listens', async () => {
    const { url, sockets } = await server();
    const line = pipeline();
    const other = url.replace(/:\d+/, ':1');
    await expect(post(line, other, 0)).resolves.toMatch(/^0 failed/);
    expect(sockets).toHaveLength(0);
  });

  it('goes over to another origin; what the one before still owes is answered', async () => {
    const former = await server();
    const next = await server();
    const line = pipeline();
    const first = post(line, former.url, 1);
    await until(() => former.bodies().length === 1);
    const second = post(line, next.url, 2);
    await until(() => next.bodies().length === 1);
    former.sockets[0]?.write(answer('one'));
    next.sockets[0]?.write(answer('two'));
    expect(await Promise.all([first, second])).toEqual(['1: 202 one', '2: 202 two']);
  });
});

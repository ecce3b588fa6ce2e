/**
 * The proxy between skopeo and registries, over plain HTTP and by tunnels; and the garbage collection by the clock.
 */

import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { GuardProxy } from '../../../../../cluster/agent/containerizer/images/guard-proxy';
import { ImageGarbage } from '../../../../../cluster/agent/containerizer/images/image-garbage';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';

let proxy: GuardProxy;
let server: Server;
beforeEach(async () => {
  proxy = await GuardProxy.start();
  server = createServer((_request, reply) => reply.end('hello'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
});

const target = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Asks the proxy for a URL, with the password that its variables have. */
async function get(
  url: string,
  hasPassword = true,
): Promise<readonly [status: number | undefined, body: string]> {
  const place = new URL(proxy.environment['HTTP_PROXY'] ?? '');
  const credentials = Buffer.from(`${place.username}:${place.password}`).toString('base64');
  const headers = hasPassword ? { 'proxy-authorization': `Basic ${credentials}` } : {};
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: place.hostname, port: place.port, path: url, headers, agent: false })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
  return [answer.statusCode, await text(answer)];
}

/** The first line that a tunnel answers with, and what comes of a request through it. */
async function tunnel(host: string): Promise<string> {
  const place = new URL(proxy.environment['HTTPS_PROXY'] ?? '');
  const credentials = Buffer.from(`${place.username}:${place.password}`).toString('base64');
  const socket: Socket = connect(Number(place.port), place.hostname);
  socket.write(
    `CONNECT ${host} HTTP/1.1\r\nhost: ${host}\r\nproxy-authorization: Basic ${credentials}\r\n\r\n`,
  );
  socket.once('data', (line: Buffer) => {
    if (line.includes(' 200 ')) socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  });
  return await text(socket);
}

it('passes on what may be reached', async () => {
  expect(await get(`http://${target()}/`)).toEqual([200, 'hello']);
  expect(await tunnel(target())).toMatch(/^HTTP\/1.1 200 [\s\S]*hello/);
  expect(proxy.refusal).toBeUndefined();
});

it.each(['169.254.169.254', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]', '[fe80::1]'])(
  'refuses %s, and keeps why',
  async (host) => {
    expect((await get(`http://${host}:80/`))[0]).toBe(502);
    expect(proxy.refusal).toMatch('link-local');
    expect(await tunnel(`${host}:443`)).toMatch(/^HTTP\/1.1 502 /);
  },
);

it('serves nobody but the tool that it was made for', async () => {
  expect((await get(`http://${target()}/`, false))[0]).toBe(502);
  expect(proxy.refusal).toBeUndefined();
});

it('answers for a server that is not there', async () => {
  const gone = target();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  expect((await get(`http://${gone}/`))[0]).toBe(502);
  expect(await tunnel(gone)).toMatch(/^HTTP\/1.1 502 /);
  server.listen(0, '127.0.0.1');
});

it.each([
  ['is pruned when the disk is too full', 1, 2],
  ['is left alone as long as there is room', 0, 0],
])('a store %s', async (_what, headroom, count) => {
  const clock = new VirtualClock();
  const excluded = [{ type: 'DOCKER', docker: { name: 'kept' } }] as const;
  const calls: unknown[] = [];
  const provisioner = { prune: async (images: unknown) => void calls.push(images) };
  const deps = { path: tmpdir(), provisioner, clock, log: silentLogger };
  const garbage = new ImageGarbage({ headroom, intervalMs: 1000, excluded }, deps);
  for (let round = 0; round < 2; round++) {
    clock.advance(1000);
    // It asks the disk meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(calls).toEqual(Array(count).fill(excluded));
  garbage.stop();
});

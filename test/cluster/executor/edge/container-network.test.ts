import { type ChildProcess, spawn } from 'node:child_process';
import { networkOf } from '../../../../cluster/executor/edge/container-network';
import { httpStatus } from '../../../../cluster/executor/edge/http-check';
import { HOST_NETWORK } from '../../../../cluster/executor/edge/network';

/** A server that answers 204 at 127.0.0.1 in a network namespace of its own; its first line of output is the port. */
const SERVER = `
  const server = require('http').createServer((request, reply) => reply.writeHead(204).end());
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
const { signal } = new AbortController();

test('a process without networks of its own has those of the host', () => {
  expect(networkOf(undefined)).toBe(HOST_NETWORK);
  expect(networkOf(process.pid)).toBe(HOST_NETWORK);
  expect(networkOf(2 ** 30)).toBe(HOST_NETWORK);
});

asRoot('a network namespace (needs root)', () => {
  let server: ChildProcess;
  let port = 0;
  beforeAll(async () => {
    const script = `ip link set lo up && exec ${process.execPath} -e "${SERVER}"`;
    server = spawn('unshare', ['-n', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    port = await new Promise((resolve) =>
      server.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString()))),
    );
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
  });
  const network = () => networkOf(server.pid);

  it('is entered for each connection', async () => {
    const url = `http://127.0.0.1:${port}/`;
    expect(await httpStatus(url, { network: network(), signal })).toBe(204);
    await expect(httpStatus(url, { network: HOST_NETWORK, signal })).rejects.toThrow('ECONNREFUSED');
  });

  it('tells where nobody listens', async () => {
    const closed = network().connect({ host: '127.0.0.1', port: 1, signal });
    await expect(closed).rejects.toThrow('connect ECONNREFUSED');
    await expect(network().connect({ host: '::1', port, signal })).rejects.toThrow('connect ECONNREFUSED');
  });

  it('is left when the connection is done with', async () => {
    const abort = new AbortController();
    const stream = await network().connect({ host: '127.0.0.1', port, signal: abort.signal });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.once('error', () => undefined);
    abort.abort();
    stream.destroy();
    await closed;
  });
});

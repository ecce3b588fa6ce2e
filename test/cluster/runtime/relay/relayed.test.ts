import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { connectRelayed } from '../../../../cluster/runtime/relay/relayed';

/** Only root may enter the network namespace of a process, even its own. */
const relayed =
  process.getuid?.() === 0 && holderProgram() !== undefined && mayEnter() ? describe : describe.skip;

function mayEnter(): boolean {
  try {
    execFileSync('nsenter', ['-t', String(process.pid), '-n', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const LENGTH = 16 * 1024 * 1024;
const abort = new AbortController();

interface Connection {
  readonly client: Duplex;
  readonly peer: Socket;
  readonly port: number;
}

/** A connection through a relay in our own network namespace, while it is used. */
async function withConnection(use: (connection: Connection) => Promise<void>): Promise<void> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = await connectRelayed(process.pid, { host: '127.0.0.1', port, signal: abort.signal });
  client.on('error', () => undefined);
  const [peer] = await accepted;
  peer.on('error', () => undefined);
  try {
    await use({ client, peer, port });
  } finally {
    client.destroy();
    peer.destroy();
    server.close();
  }
}

async function lengthOf(stream: Duplex): Promise<number> {
  let length = 0;
  for await (const chunk of stream) length += (chunk as Buffer).length;
  return length;
}

relayed('a relayed connection (skipped without root, and without a C compiler)', () => {
  it('passes bytes on in both directions, and the end of each', () =>
    withConnection(async ({ client, peer }) => {
      client.end('question');
      peer.resume();
      const [question] = (await once(peer, 'data')) as [Buffer];
      expect(question.toString()).toBe('question');
      await once(peer, 'end');
      peer.end('answer');
      expect(await lengthOf(client)).toBe('answer'.length);
    }));

  it('is of a process that is nobody and has no capability', () =>
    withConnection(async ({ port }) => {
      const pid = execFileSync('pgrep', ['-f', `/ns/net 127.0.0.1 ${port}$`], { encoding: 'utf8' }).trim();
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expect(status).toMatch(/^Uid:(\t65534){4}$/m);
      expect(status).toMatch(/^Gid:(\t65534){4}$/m);
      expect(status).toMatch(/^Groups:\s*$/m);
      expect(status).toMatch(/^CapPrm:\t0+$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
    }));

  it('passes on what a peer sends that does not read yet', () =>
    withConnection(async ({ client, peer }) => {
      client.end(Buffer.alloc(LENGTH));
      // What is sent there fills all buffers on the way.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const received = lengthOf(client);
      await new Promise((resolve) => peer.write(Buffer.alloc(LENGTH), () => resolve(undefined)));
      expect(await lengthOf(peer)).toBe(LENGTH);
      expect(await received).toBe(LENGTH);
    }));

  it('passes on what a peer reads after its own end', () =>
    withConnection(async ({ client, peer }) => {
      peer.end('answer');
      client.write(Buffer.alloc(LENGTH));
      const [answer] = (await once(client, 'data')) as [Buffer];
      expect(answer.toString()).toBe('answer');
      await once(client, 'end');
      const received = lengthOf(peer);
      client.end(Buffer.alloc(LENGTH));
      expect(await received).toBe(2 * LENGTH);
    }));

  it('ends with a peer that resets it', () =>
    withConnection(async ({ client, peer }) => {
      client.write('question');
      await once(peer.resume(), 'data');
      const closed = new Promise((resolve) => client.resume().once('close', resolve));
      peer.resetAndDestroy();
      await closed;
    }));

  it('is refused where nobody listens', async () => {
    const destination = { host: '127.0.0.1', port: 1, signal: abort.signal };
    await expect(connectRelayed(process.pid, destination)).rejects.toThrow('connect ECONNREFUSED');
  });
});

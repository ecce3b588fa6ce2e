import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../cluster/runtime/log';
import { dnsFlags, readDnsConfig } from '../../../dns/config';
import { startDns } from '../../../dns/main';
import { Answering } from '../answering';
import { query, seen } from '../queries';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function start(...args: readonly string[]) {
  const base = ['--masters', '127.0.0.1:1', '--port', '0', '--http', 'off', '--external', 'off'];
  const { flags } = parseFlags(dnsFlags, { command: 'dns', about: '', args: [...base, ...args], env: {} });
  const dns = await startDns(readDnsConfig(flags), { log: silentLogger, clock: systemClock() });
  undo.push(() => dns.stop());
  return dns;
}

const FAR = '198.51.100.7';

test('an address that may be forged gets three times its question at most, until it has spoken over TCP', async () => {
  const to = new Answering();
  for (const [name, type] of [
    ['big.marathon.mesos', 'A'],
    ['_big._tcp.marathon.mesos', 'SRV'],
    ['no.mesos', 'A'],
    ['mesos', 'ANY'],
  ] as const) {
    const question = query(name, type, { payloadBytes: 4096 });
    const reply = await to.send(question, 'udp', FAR);
    expect(reply?.length).toBeLessThanOrEqual(question.length * 3);
  }
  const question = query('big.marathon.mesos', 'A', { payloadBytes: 4096 });
  expect(seen((await to.send(question, 'udp', FAR)) ?? Buffer.alloc(12)).tc).toBe(true);
  to.clientLimits.spokeOverTcp(FAR);
  expect((await to.send(question, 'udp', FAR))?.length).toBeGreaterThan(1000);
  expect((await to.send(question))?.length).toBeGreaterThan(1000);
});

/** A question whose name is longer than the message: its labels are read several times over. */
function foldedQuestion(): Buffer {
  const message = Buffer.alloc(66, 'a');
  message.fill(0, 0, 12);
  message.writeUInt16BE(1, 4);
  message[12] = 40;
  // Each label begins one octet later than the one before, and ends behind its pointer.
  for (let label = 1; label <= 4; label++) {
    message[12 + label] = 40 + label;
    message.writeUInt16BE(0xc000 + 12 + label, 51 + label * 2);
  }
  message.fill(0, 61);
  return message;
}

test('a name that unfolds beyond three times its question gets the code alone', async () => {
  const to = new Answering();
  const question = foldedQuestion();
  expect((await to.send(question))?.length).toBeGreaterThan(question.length * 3);
  const reply = await to.send(question, 'udp', FAR);
  expect(reply).toHaveLength(12);
  const tc = ((reply?.[2] ?? 0) & 2) !== 0;
  expect([reply?.readUInt16BE(4), tc, (reply?.[3] ?? 0) & 15]).toEqual([0, true, 5]);
});

test('what resolvers reply is cut as well: to what we send, and for an address that may be forged to three times', async () => {
  const question = query('example.com', 'A', { payloadBytes: 4096 });
  const long = Buffer.concat([question, Buffer.alloc(2000)]);
  long[2] = 0x81;
  const to = new Answering({
    forwarding: { available: true, allows: () => true, forward: async () => Buffer.from(long) },
  });
  expect(await to.send(question, 'tcp')).toHaveLength(long.length);
  for (const address of ['127.0.0.1', FAR]) {
    const reply = (await to.send(question, 'udp', address)) ?? Buffer.alloc(12);
    expect(reply.length).toBeLessThanOrEqual(question.length);
    expect(seen(reply)).toMatchObject({ tc: true, question: 'example.com A', answers: [] });
  }
});

test('who asks too much is told to come over TCP, or nothing', async () => {
  const to = new Answering({ perSecond: 2 });
  const replies = [];
  for (let turn = 0; turn < 6; turn++) replies.push(await to.send(query('leader.mesos', 'A'), 'udp', FAR));
  expect(replies.map((reply) => reply && [seen(reply).tc, seen(reply).answers.length])).toEqual([
    [false, 1],
    [false, 1],
    undefined,
    [true, 0],
    undefined,
    [true, 0],
  ]);
  for (let turn = 0; turn < 6; turn++) expect(await to.send(query('leader.mesos', 'A'))).toBeDefined();
});

test('a zone that is too old is not answered from', async () => {
  let old = false;
  const to = new Answering({ expired: () => old });
  const rcode = async () => seen((await to.send(query('leader.mesos', 'A'))) ?? Buffer.alloc(12)).rcode;
  expect(await rcode()).toBe('NOERROR');
  old = true;
  expect(await rcode()).toBe('SERVFAIL');
  old = false;
  expect(await rcode()).toBe('NOERROR');
});

test('TXT why.NAME tells where answers come from, to trusted networks', async () => {
  const names: string[] = [];
  const why = async (name: string) => {
    names.push(name);
    return [`A 10.0.0.1: the masters`, 'x'.repeat(300)];
  };
  const to = new Answering({ why });
  const question = query('why.Leader.mesos', 'TXT', { payloadBytes: 1232 });
  const reply = await to.send(question);
  expect(reply && seen(reply)).toMatchObject({ rcode: 'NOERROR', aa: true });
  expect(reply && seen(reply).answers).toHaveLength(2);
  expect(names).toEqual(['leader.mesos']);
  const far = await to.send(question, 'udp', FAR);
  expect(far && seen(far).rcode).toBe('NXDOMAIN');
  const off = await new Answering().send(question);
  expect(off && seen(off).rcode).toBe('NXDOMAIN');
  const failing = new Answering({ why: () => Promise.reject(new Error('no')) });
  expect(seen((await failing.send(question)) ?? Buffer.alloc(12)).rcode).toBe('SERVFAIL');
});

test('one address has so many connections and no more', async () => {
  const { dns } = await start('--client-connections', '2');
  const closed: number[] = [];
  const sockets: Socket[] = [];
  for (let number = 0; number < 3; number++) {
    const socket = connect(dns.port, dns.address);
    undo.push(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => closed.push(number));
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }
  await new Promise<void>((resolve) => sockets[2]?.once('close', () => resolve()) ?? resolve());
  expect(closed).toEqual([2]);
});

test('several listeners share a port number', async () => {
  const { dns } = await start('--listener', '127.0.0.1,::1,127.0.0.3');
  for (const address of ['127.0.0.1', '::1', '127.0.0.3']) expect(await asks(address, dns.port)).toBe(true);
});

test('on all addresses a reply leaves from the address that was asked', async () => {
  const { dns } = await start('--listener', '0.0.0.0');
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (const { address } of interfaces.filter(({ family }) => family === 'IPv4'))
    expect(await asks(address, dns.port)).toBe(true);
});

/** A connected socket only takes what comes from the address it asked. */
function asks(address: string, port: number): Promise<boolean> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  undo.push(() => void socket.close());
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(false), 2000);
    socket.once('message', () => {
      clearTimeout(limit);
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.connect(port, address, () => socket.send(query('leader.mesos', 'A')));
  });
}

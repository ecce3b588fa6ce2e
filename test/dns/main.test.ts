import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { silentLogger } from '../../cluster/runtime/log';
import { readRecording } from '../../cluster/runtime/recording/recording';
import { replay } from '../../cluster/runtime/recording/replay';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { builderMachine } from '../../dns/core/step';
import { startDns } from '../../dns/main';
import { FrameDecoder, frame } from '../../dns/packet/tcp-framing';
import { eventually } from './builders';
import { FakeMaster } from './fake-master';
import { query, type Seen, seen } from './queries';
import { agent, framework, getState, task, taskUpdated } from './v1';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

type Dns = Awaited<ReturnType<typeof startDns>>;

async function start(...args: readonly string[]): Promise<Dns> {
  const base = ['--port', '0', '--http-port', '0', '--resolvers', '127.0.0.1:1'];
  const { flags } = parseFlags(dnsFlags, { command: 'dns', about: '', args: [...base, ...args], env: {} });
  const dns = await startDns(readDnsConfig(flags), { log: silentLogger, clock: systemClock() });
  undo.push(() => dns.stop());
  return dns;
}

function overUdp({ dns }: Dns, message: Buffer): Promise<Buffer> {
  const socket = createSocket(dns.address.includes(':') ? 'udp6' : 'udp4');
  return new Promise<Buffer>((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
    socket.send(message, dns.port, dns.address);
  }).finally(() => socket.close());
}

async function overTcp({ dns }: Dns, chunks: readonly Buffer[], count: number): Promise<Buffer[]> {
  const decoder = new FrameDecoder();
  const replies: Buffer[] = [];
  const socket = connect({ host: dns.address, port: dns.port, noDelay: true });
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => replies.push(...decoder.feed(chunk)));
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually(
    () => replies.length,
    (length) => length >= count,
  );
  socket.destroy();
  return replies;
}

async function ask(dns: Dns, name: string, type = 'A'): Promise<Seen> {
  return seen(await overUdp(dns, query(name, type)));
}

async function get(dns: Dns, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://127.0.0.1:${dns.http.port}${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
}

async function master(): Promise<FakeMaster> {
  const snapshot = getState({
    agents: [agent('x-S0', '10.0.0.2')],
    frameworks: [framework('f1', 'marathon')],
    tasks: [task('web', { statuses: [{ state: 'TASK_RUNNING', timestamp: 1 }] })],
  });
  const fake = await FakeMaster.start({ snapshot });
  undo.push(() => fake.die().catch(() => undefined));
  return fake;
}

async function withMaster(...args: readonly string[]): Promise<{ dns: Dns; fake: FakeMaster }> {
  const fake = await master();
  const dns = await start('--masters', `127.0.0.1:${fake.port}`, ...args);
  await eventually(
    () => ask(dns, 'leader.mesos'),
    ({ rcode }) => rcode === 'NOERROR',
  );
  return { dns, fake };
}

test('a task is found a moment after the master tells of it, and is gone after its end', async () => {
  const { dns, fake } = await withMaster();
  expect((await ask(dns, 'web.marathon.mesos')).answers).toEqual(['web.marathon.mesos A 10.0.0.2']);
  fake.push({ type: 'TASK_ADDED', task_added: { task: task('api', { state: 'TASK_STAGING' }) } });
  fake.push(taskUpdated('api', 'TASK_RUNNING', '10.1.0.1', 2));
  const reply = await eventually(
    () => ask(dns, 'api.marathon.mesos'),
    ({ rcode }) => rcode === 'NOERROR',
  );
  expect(reply.answers).toEqual(['api.marathon.mesos A 10.1.0.1']);
  const services = await ask(dns, '_api._tcp.marathon.mesos', 'SRV');
  expect(services.answers.map((text) => text.split(' ')[4]).sort()).toEqual(['31000', '31001']);
  fake.push(taskUpdated('api', 'TASK_FAILED', undefined, 3));
  await eventually(
    () => ask(dns, 'api.marathon.mesos'),
    ({ rcode }) => rcode === 'NXDOMAIN',
  );
});

test('a recording of the builder leads to the state that it ended in', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dns-record-'));
  undo.push(async () => rmSync(folder, { recursive: true, force: true }));
  const { dns, fake } = await withMaster('--record', folder);
  fake.push(taskUpdated('web', 'TASK_FAILED', undefined, 3));
  await eventually(
    () => ask(dns, 'web.marathon.mesos'),
    ({ rcode }) => rcode === 'NXDOMAIN',
  );
  await dns.stop();
  const recording = readRecording(readFileSync(join(folder, 'dns-builder.rec'), 'utf8'));
  expect(recording.machine).toBe(builderMachine.name);
  expect(replay(recording, builderMachine)).toMatchObject({ same: true, state: { source: 'stream' } });
  // Events tell sizes and outcomes: no name of the cluster is in them.
  expect(JSON.stringify(recording.events)).not.toMatch(/web|marathon|10\.0\.0\.2/);
});

test('a folder that cannot have a recording ends the start', async () => {
  const refused = start('--masters', '127.0.0.1:1', '--record', '/proc/nothing');
  await expect(refused).rejects.toThrow('--record: /proc/nothing/dns-builder.rec cannot be written');
});

test('the last zone is answered while every master is down', async () => {
  const { dns, fake } = await withMaster();
  await fake.die();
  await eventually(
    async () => (await get(dns, '/health')).text,
    (text) => text.includes('"source":"none"'),
  );
  expect((await ask(dns, 'web.marathon.mesos')).answers).toHaveLength(1);
});

test('it comes up without any master and says SERVFAIL until there is one', async () => {
  const dns = await start('--masters', '127.0.0.1:1');
  expect((await ask(dns, 'leader.mesos')).rcode).toBe('SERVFAIL');
  expect((await get(dns, '/health')).status).toBe(503);
  expect((await get(dns, '/v1/hosts/leader.mesos')).text).toContain('"host": ""');
  expect((await get(dns, '/v1/axfr')).status).toBe(200);
});

test('UDP and TCP share a port; questions over TCP are answered in order, whatever the chunks', async () => {
  const { dns } = await withMaster();
  const names = ['leader.mesos', 'no.mesos', 'web.marathon.mesos', 'slave.mesos'];
  const stream = Buffer.concat(names.map((name, id) => frame(query(name, 'A', { id }))));
  const bytes = [...stream].map((byte) => Buffer.from([byte]));
  for (const chunks of [[stream], bytes]) {
    const replies = await overTcp(dns, chunks, names.length);
    expect(replies.map((reply) => seen(reply).id)).toEqual([0, 1, 2, 3]);
    expect(replies.map((reply) => seen(reply).rcode)).toEqual(['NOERROR', 'NXDOMAIN', 'NOERROR', 'NOERROR']);
  }
});

test('odd messages do not disturb', async () => {
  const { dns } = await withMaster();
  const udp = createSocket('udp4');
  undo.push(async () => void udp.close());
  for (let size = 0; size < 40; size++) udp.send(Buffer.alloc(size, size), dns.dns.port, dns.dns.address);
  const socket = connect(dns.dns.port, dns.dns.address);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write(Buffer.from([0, 0]));
  await closed;
  expect((await overUdp(dns, Buffer.from('004d01000001000000000000', 'hex'))).toString('hex')).toBe(
    '004d81020000000000000000',
  );
  expect((await ask(dns, 'leader.mesos')).rcode).toBe('NOERROR');
});

test('other names: SERVFAIL when no resolver answers, REFUSED for those who may not ask or when turned off', async () => {
  const { dns } = await withMaster('--timeout-seconds', '1');
  expect(await ask(dns, 'example.com')).toMatchObject({ rcode: 'SERVFAIL', ra: false });
  const strict = await start('--masters', '127.0.0.1:1', '--recursion-networks', '10.0.0.0/8');
  expect((await ask(strict, 'example.com')).rcode).toBe('REFUSED');
  const off = await start('--masters', '127.0.0.1:1', '--external', 'off');
  expect(await ask(off, 'example.com')).toMatchObject({ rcode: 'REFUSED', ra: false });
});

test('one server can be the resolver of another', async () => {
  const { dns } = await withMaster();
  const other = await start(
    '--masters',
    '127.0.0.1:1',
    '--domain',
    'other',
    '--resolvers',
    `127.0.0.1:${dns.dns.port}`,
  );
  expect((await ask(other, 'leader.mesos')).answers).toEqual(['leader.mesos A 10.0.0.1']);
  const [reply] = await overTcp(other, [frame(query('leader.mesos', 'A'))], 1);
  expect(reply && seen(reply).answers).toEqual(['leader.mesos A 10.0.0.1']);
});

test('it listens on IPv6', async () => {
  const dns = await start('--masters', '127.0.0.1:1', '--listener', '::1');
  expect((await ask(dns, 'leader.mesos')).rcode).toBe('SERVFAIL');
});

test('a taken port is an error that names the flag, and nothing keeps running', async () => {
  const dns = await start('--masters', '127.0.0.1:1');
  const { port } = dns.dns;
  const attempt = start('--masters', '127.0.0.1:1', '--port', String(port));
  await expect(attempt).rejects.toThrow(StartError);
  await expect(attempt).rejects.toThrow(/--port/);
  await expect(start('--masters', '127.0.0.1:1', '--http-port', String(dns.http.port))).rejects.toThrow(
    /--http-port/,
  );
  await expect(start('--masters', '127.0.0.1:1', '--http-listener', '0.0.0.0')).rejects.toThrow(/--insecure/);
  await dns.stop();
  await start('--masters', '127.0.0.1:1', '--port', String(port));
});

test('a port that only UDP has taken is refused too', async () => {
  const socket = createSocket('udp4');
  undo.push(async () => void socket.close());
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  await expect(start('--masters', '127.0.0.1:1', '--port', String(socket.address().port))).rejects.toThrow(
    StartError,
  );
});

describe('HTTP', () => {
  test('the look-ups', async () => {
    const { dns } = await withMaster();
    expect((await get(dns, '/v1/hosts/LEADER.mesos.')).text).toBe(
      '[\n  {\n   "host": "leader.mesos.",\n   "ip": "10.0.0.1"\n  }\n ]',
    );
    expect(JSON.parse((await get(dns, '/v1/hosts/no.mesos/')).text)).toEqual([{ host: '', ip: '' }]);
    const services = JSON.parse((await get(dns, '/v1/services/_leader._tcp.mesos')).text);
    expect(services).toEqual([
      { service: '_leader._tcp.mesos', host: 'leader.mesos.', ip: '10.0.0.1', port: '5050' },
    ]);
    expect(JSON.parse((await get(dns, '/v1/services/x')).text)).toEqual([
      { service: '', host: '', ip: '', port: '' },
    ]);
    expect(JSON.parse((await get(dns, '/v1/version')).text)).toEqual({
      Service: 'Mesos-DNS',
      Version: 'dev',
      URL: '',
    });
  });

  test('the listings', async () => {
    const { dns } = await withMaster();
    const { frameworks } = JSON.parse((await get(dns, '/v1/enumerate')).text);
    expect(frameworks).toMatchObject([{ name: 'marathon', tasks: [{ name: 'web', id: 'web' }] }]);
    expect(frameworks[0].tasks[0].records[0]).toEqual({
      name: 'web.marathon.mesos.',
      host: '10.0.0.2',
      rtype: 'A',
    });
    const zone = JSON.parse((await get(dns, '/v1/axfr')).text);
    expect(zone).toMatchObject({
      TTL: 60,
      RefreshSeconds: 60,
      Mname: 'ns1.mesos.',
      Rname: 'root.ns1.mesos.',
      Domain: 'mesos',
    });
    expect(zone.Records.As['leader.mesos.']).toEqual(['10.0.0.1']);
    expect(zone.Records.SRVs['_leader._tcp.mesos.']).toEqual(['leader.mesos.:5050']);
    expect(zone.Records.AAAAs).toEqual({});
  });

  test('refusals, health and metrics', async () => {
    const { dns } = await withMaster('--enumeration', 'false');
    expect((await get(dns, '/v1/enumerate')).status).toBe(404);
    expect(await get(dns, '/nothing')).toEqual({ status: 404, text: '404: Page Not Found' });
    expect((await get(dns, '/v1/version', { accept: 'text/html' })).status).toBe(406);
    expect(JSON.parse((await get(dns, '/health')).text)).toMatchObject({ healthy: true, source: 'stream' });
    const { text } = await get(dns, '/metrics');
    expect(text).toMatch(/^meseta_dns_requests [1-9]/m);
    expect(text).toMatch(/^meseta_dns_streaming 1$/m);
  });
});

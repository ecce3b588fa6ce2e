import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../cluster/runtime/log';
import { SseDecoder } from '../../../cluster/runtime/streams/sse';
import { dnsFlags, readDnsConfig } from '../../../dns/config';
import { startDns } from '../../../dns/main';
import { eventually } from '../builders';
import { FakeMaster } from '../fake-master';
import { agent, framework, getState, task, taskUpdated } from '../v1';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function start(...args: readonly string[]) {
  const fake = await FakeMaster.start({
    snapshot: getState({
      agents: [agent('x-S0', '10.0.0.2')],
      frameworks: [framework('f1', 'marathon')],
      tasks: [task('web', { statuses: [{ state: 'TASK_RUNNING', timestamp: 1 }] })],
    }),
  });
  undo.push(() => fake.die().catch(() => undefined));
  const base = [
    '--masters',
    `127.0.0.1:${fake.port}`,
    '--port',
    '0',
    '--http-port',
    '0',
    '--external',
    'off',
  ];
  const { flags } = parseFlags(dnsFlags, { command: 'dns', about: '', args: [...base, ...args], env: {} });
  const dns = await startDns(readDnsConfig(flags), { log: silentLogger, clock: systemClock() });
  undo.push(() => dns.stop());
  const get = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${dns.http.port}${path}`, init);
    return { status: answer.status, text: await answer.text() };
  };
  await eventually(
    () => get('/health'),
    ({ status }) => status === 200,
  );
  return { fake, dns, get };
}

test('credentials are asked for everywhere but at /health', async () => {
  const { get } = await start('--http-credentials', 'me:secret');
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  for (const path of [
    '/v1/version',
    '/v1/config',
    '/v1/axfr',
    '/v1/watch',
    '/metrics',
    '/v1/explain/web.marathon.mesos',
  ])
    expect((await get(path)).status).toBe(401);
  const { status, text } = await get('/v1/config', { headers: { authorization } });
  expect(status).toBe(200);
  expect(text).not.toContain('secret');
  expect(JSON.parse(text)).toMatchObject({ Domain: 'mesos', Port: 0, ExternalOn: false });
});

test("the original's refusals", async () => {
  const { get } = await start();
  expect(await get('/v1/hosts/x/ports')).toEqual({ status: 501, text: 'To be implemented...' });
  expect((await get('/v1/version', { method: 'HEAD' })).status).toBe(405);
  expect(await get('/v1/version', { method: 'PUT' })).toEqual({
    status: 405,
    text: '405: Method Not Allowed',
  });
  expect((await get('/v1/hosts/.*')).status).toBe(200);
  expect((await get('/v1/hosts/x/ports', { method: 'HEAD' })).status).toBe(405);
  for (const path of ['/v1/version', '/v1/hosts/x/ports']) {
    expect(await get(path, { headers: { accept: 'text/html' } })).toEqual({
      status: 406,
      text: '406: Not Acceptable',
    });
  }
});

test("the original's bytes: types without or with a charset, members in its order, names in theirs", async () => {
  const { dns } = await start();
  const fetched = (path: string) => fetch(`http://127.0.0.1:${dns.http.port}${path}`);
  const version = await fetched('/v1/version');
  expect(version.headers.get('content-type')).toBe('application/json');
  expect(await version.text()).toBe('{\n  "Service": "Mesos-DNS",\n  "URL": "",\n  "Version": "dev"\n }');
  expect((await fetched('/nothing')).headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const { Records } = JSON.parse(await (await fetched('/v1/axfr')).text());
  for (const kind of ['As', 'SRVs']) {
    const names = Object.keys(Records[kind]);
    expect(names).toEqual([...names].sort());
  }
});

test('where an answer comes from', async () => {
  const { get } = await start();
  const { records } = JSON.parse((await get('/v1/explain/web.marathon.mesos')).text);
  expect(records).toEqual([
    { record: 'A 10.0.0.2', from: expect.stringContaining('task web of framework f1 (marathon)') },
  ]);
});

test('changes are told to those who watch, narrowed to names that end so', async () => {
  const { fake, dns } = await start();
  const abort = new AbortController();
  undo.push(async () => abort.abort());
  const answer = await fetch(`http://127.0.0.1:${dns.http.port}/v1/watch?name=marathon.mesos.`, {
    signal: abort.signal,
  });
  const decoder = new SseDecoder();
  const events: { event: string | undefined; data: string }[] = [];
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) events.push(...decoder.feed(chunk as Uint8Array));
  })().catch(() => undefined);
  await eventually(
    () => events.length,
    (count) => count === 1,
  );
  expect(events[0]?.event).toBe('zone');
  fake.push(taskUpdated('web', 'TASK_RUNNING', '10.1.0.9', 2));
  const change = await eventually(
    () => events.find(({ event }) => event === 'change'),
    (received) => received !== undefined,
  );
  const names: { name: string; A: string[] }[] = JSON.parse(change?.data ?? '').names;
  expect(names.find(({ name }) => name === 'web.marathon.mesos.')?.A).toEqual(['10.1.0.9']);
  expect(names.some(({ name }) => name.includes('.slave.'))).toBe(false);
  fake.push(taskUpdated('web', 'TASK_KILLED', undefined, 3));
  await eventually(
    () => events.at(-1)?.data,
    (data) => data?.includes('"gone":true') === true,
  );
  abort.abort();
  await reading;
});

test('a master that wants a name and a password, and one that wants a token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dns-secret-'));
  undo.push(async () => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), 's3cret\n');
  const { get } = await start(
    ...[
      '--mesos-authentication',
      'basic',
      '--mesos-principal',
      'p',
      '--mesos-secret',
      `file://${folder}/secret`,
    ],
  );
  expect(JSON.parse((await get('/v1/config')).text)).toMatchObject({
    MesosAuthentication: 'basic',
    MesosCredentials: { Principal: 'p', Secret: '***' },
  });
});

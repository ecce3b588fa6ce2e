import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { LocalStore } from '../../../../cluster/state/local';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';
import { parseMarathonConfig } from '../../../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../../../frameworks/marathon/main';
import { describeZookeeper, until } from '../../../cluster/zookeeper/setting';
import { FakeMaster } from '../../fake-master';

const opened: Marathon[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-marathon-'));
});
afterEach(async () => {
  for (const marathon of opened.splice(0)) await marathon.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Options {
  readonly state?: StateStore;
  readonly master?: string;
  readonly ends?: string[];
}

async function boot(args: readonly string[], options: Options = {}): Promise<Marathon> {
  const { state, master = '127.0.0.1:1', ends = [] } = options;
  const parsed = parseMarathonConfig({
    args: ['--master', master, '--http_port', '0', '--hostname', '127.0.0.1', ...args],
    env: {},
  });
  if (!('config' in parsed)) throw new Error('help');
  const deps = { log: silentLogger, clock: systemClock(), state, onEnd: (end: string) => ends.push(end) };
  const marathon = await startMarathon(parsed.config, deps);
  opened.push(marathon);
  return marathon;
}

async function ask({ http }: Marathon, path: string, init: RequestInit = {}) {
  const response = await fetch(http.url + path, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const addressOf = ({ http }: Marathon): string => `127.0.0.1:${http.port}`;

const create = (marathon: Marathon, id: string) =>
  ask(marathon, '/v2/apps', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, cmd: 'sleep 1', instances: 0 }),
  });

async function ids(marathon: Marathon): Promise<string[]> {
  const { apps } = JSON.parse((await ask(marathon, '/v2/apps')).text) as { apps: { id: string }[] };
  return apps.map(({ id }) => id).sort();
}

const serves = (marathon: Marathon) =>
  until('an answer', async () => (await ask(marathon, '/v2/apps')).status === 200);

describe('Marathon alone', () => {
  it('is healthy, and begins another term when its lead is given up', async () => {
    const ends: string[] = [];
    const marathon = await boot([], { state: new MemoryStore(), ends });
    expect((await create(marathon, '/a')).status).toBe(201);
    expect(JSON.parse((await ask(marathon, '/health')).text)).toEqual({
      standing: 'leader',
      leader: addressOf(marathon),
    });
    expect((await ask(marathon, '/health/leader')).status).toBe(200);
    const events = await fetch(`${marathon.http.url}/v2/events`, {
      headers: { accept: 'text/event-stream' },
    });
    const given = await ask(marathon, '/v2/leader', { method: 'DELETE' });
    expect(given).toMatchObject({ status: 200, text: '{"message":"Leadership abdicated"}' });
    await events.text();
    expect(await ids(marathon)).toEqual(['/a']);
    expect(ends).toEqual([]);
  });

  it('saves its state before another term, and restores one', async () => {
    const marathon = await boot([], { state: new MemoryStore() });
    const backup = pathToFileURL(join(folder, 'saved')).href;
    await create(marathon, '/a');
    const abdicate = async (query: string): Promise<void> => {
      const stream = await fetch(`${marathon.http.url}/v2/events`, {
        headers: { accept: 'text/event-stream' },
      });
      const path = `/v2/leader?${query}`;
      expect((await ask(marathon, path, { method: 'DELETE' })).status).toBe(200);
      await stream.text();
    };
    await abdicate(`backup=${backup}`);
    await create(marathon, '/b');
    expect(await ids(marathon)).toEqual(['/a', '/b']);
    await abdicate(`restore=${backup}`);
    expect(await ids(marathon)).toEqual(['/a']);
    writeFileSync(join(folder, 'saved'), 'damaged');
    await abdicate(`restore=${backup}`);
    expect(await ids(marathon)).toEqual(['/a']);
  });

  it('refuses places for backups that are no files', async () => {
    const marathon = await boot([], { state: new MemoryStore() });
    for (const [url, reason] of [
      ['s3://bucket/key', 'Buckets of S3'],
      ['http://127.0.0.1/x', 'Invalid URI or unsupported scheme: http://127.0.0.1/x'],
      ['file://host/x', 'Invalid URI'],
      ['file:///', 'Invalid URI'],
      ['saved', 'Invalid URI'],
    ] as const) {
      const answer = await ask(marathon, `/v2/leader?backup=${url}`, { method: 'DELETE' });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain(reason);
    }
  });
});

test('without ZooKeeper nobody leads, and each Marathon says so', async () => {
  const marathon = await boot(['--zk', 'zk://127.0.0.1:1/m', '--zk_session_timeout', '500']);
  const health = await ask(marathon, '/health');
  expect(health.status).toBe(503);
  expect(health.headers.get('x-marathon-leader')).toBeNull();
  expect(JSON.parse(health.text)).toMatchObject({ standing: 'not-ready' });
  const refused = await ask(marathon, '/v2/apps');
  expect(refused.status).toBe(502);
  expect(refused.text).toContain('Could not determine the current leader');
});

describeZookeeper('Marathons with one ZooKeeper', (setting) => {
  let zk: string;
  let path: string;
  beforeEach(() => {
    path = setting.newPath();
    zk = `zk://127.0.0.1:${setting.server.port}${path}`;
  });
  const start = (options: Options = {}, workDir = join(folder, 'none')): Promise<Marathon> =>
    boot(['--zk', zk, '--zk_session_timeout', '2000', '--work_dir', workDir], options);

  it('answer everything, one itself and the others by it', async () => {
    const first = await start();
    await serves(first);
    const second = await start();
    await serves(second);
    expect((await create(second, '/a')).status).toBe(201);
    expect(await ids(first)).toEqual(['/a']);
    const answer = await ask(second, '/v2/leader');
    expect(JSON.parse(answer.text)).toEqual({ leader: addressOf(first) });
    expect(answer.headers.get('x-marathon-leader')).toBe(first.http.url);
    expect(answer.headers.get('x-marathon-via')).toBe(`1.1 ${addressOf(second)}`);
    expect((await ask(first, '/ping')).headers.get('x-marathon-via')).toBeNull();
    expect((await ask(second, '/ping')).headers.get('x-marathon-via')).not.toBeNull();
    expect((await ask(second, '/v2/nowhere')).status).toBe(404);
  });

  it('send readers of events to the leader, stop loops, and tell balancers their standing', async () => {
    const first = await start();
    await serves(first);
    const second = await start();
    await serves(second);
    const events = await ask(second, '/v2/events?event_type=x', { headers: { accept: 'text/event-stream' } });
    expect(events.status).toBe(302);
    expect(events.headers.get('location')).toBe(`${first.http.url}/v2/events?event_type=x`);
    const via = { 'x-marathon-via': `1.1 other:1, 1.1 ${addressOf(second)}` };
    const loop = await ask(second, '/v2/apps', { headers: via });
    expect(loop).toMatchObject({ status: 502, text: '{"message":"Detected proxying loop."}' });
    expect((await ask(second, '/health')).status).toBe(200);
    const health = await ask(second, '/health/leader');
    expect(health.status).toBe(503);
    expect(JSON.parse(health.text)).toEqual({ standing: 'standby', leader: addressOf(first) });
  });

  it('have another leader after DELETE /v2/leader, with the same framework id and nothing killed', async () => {
    const master = await new FakeMaster().start();
    setting.undo(() => master.stop());
    const url = master.url.replace('http://', '');
    const first = await start({ master: url });
    await serves(first);
    await until('the subscription', () => master.isSubscribed);
    const second = await start({ master: url });
    await serves(second);
    await create(second, '/a');
    const calls: string[] = [];
    master.onCall = ({ type }) => void calls.push(type as string);
    const info = async (marathon: Marathon) =>
      JSON.parse((await ask(marathon, '/v2/info')).text) as { frameworkId: string; leader: string };
    const before = await until('a framework id', async () => {
      const shown = await info(first);
      return shown.frameworkId ? shown : undefined;
    });
    expect((await ask(second, '/v2/leader', { method: 'DELETE' })).status).toBe(200);
    const after = await until('the other leader', async () => {
      const { status, text } = await ask(second, '/v2/info');
      const shown = status === 200 ? (JSON.parse(text) as typeof before) : before;
      return shown.leader === addressOf(second) ? shown : undefined;
    });
    expect(after.frameworkId).toBe(before.frameworkId);
    expect(await ids(second)).toEqual(['/a']);
    await until('the first follows', async () => (await ask(first, '/health')).text.includes('standby'));
    expect(await ids(first)).toEqual(['/a']);
    expect(calls.filter((type) => type === 'TEARDOWN' || type === 'KILL')).toEqual([]);
    const watcher = setting.client();
    const nodes = await watcher.children(`${path}/leader-curator`);
    expect(nodes).toHaveLength(2);
  });

  it('take over the state of one that ran alone, once', async () => {
    const work = join(folder, 'work');
    const state = await LocalStore.open(join(work, 'state'));
    const alone = await boot([], { state });
    await create(alone, '/old');
    await alone.stop();
    await state.close();
    const first = await start({}, work);
    await serves(first);
    expect(await ids(first)).toEqual(['/old']);
    expect(existsSync(join(work, 'state'))).toBe(false);
    expect(existsSync(join(work, 'state.moved-to-zookeeper'))).toBe(true);
  });

  it('step down while ZooKeeper is away, refuse what they cannot store, and go on after it', async () => {
    const ends: string[] = [];
    const first = await start({ ends });
    await serves(first);
    await create(first, '/a');
    await setting.server.kill();
    await until('not ready', async () => (await ask(first, '/health')).status === 503);
    expect((await create(first, '/b')).status).toBe(502);
    await setting.server.run();
    await serves(first);
    expect(await ids(first)).toEqual(['/a']);
    expect(ends).toEqual([]);
  });
});

/**
 * When the world fails: sockets removed, a disk that is full, an event stream cut, a killed worker. What runs serves on, and
 * everything is caught up afterwards. (Marathon away and HAProxy killed: lb-following.)
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, Cleanups, freePort, load, stand, until, webServer } from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

async function served(...more: string[]): Promise<
  Awaited<ReturnType<typeof stand>> & {
    app: (...used: number[]) => Record<string, unknown>;
    body: () => Promise<string>;
  }
> {
  const webs = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const labels = { HAPROXY_0_VHOST: 'web.localhost' };
  const app = (...used: number[]): Record<string, unknown> =>
    appJson(
      '/web',
      port,
      used.map((index) => taskJson(`t${index}`, [webs[index]?.port ?? 0])),
      { labels },
    );
  const started = await stand(cleanups, more, [app(0)]);

  const body = async (): Promise<string> => (await ask(started.front, '/', { host: 'web.localhost' })).body;
  await until('served', async () => (await body()) === 'a');
  await until('the first reload is over', async () => (await started.metric('reloads')) === 1);
  return { ...started, app, body };
}

test('without its Runtime API socket HAProxy is reloaded instead', async () => {
  const { marathon, app, body, front, folder, metric } = await served();
  const traffic = load(front, 'web.localhost', { keptAlive: 1, fresh: 1 });
  rmSync(join(folder, 'haproxy.sock'));
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b');
  await until('the reload is counted', async () => (await metric('reloads')) > 1);
  expect((await traffic.stop()).failures).toEqual([]);
});

test('without its master socket too it is told by a signal', async () => {
  const { marathon, app, body, folder } = await served();
  for (const name of ['haproxy.sock', 'haproxy-master.sock']) rmSync(join(folder, name));
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b');
});

test('a removed runtime socket is told at /health and /issues and made again', async () => {
  const { marathon, app, body, front, folder, lb, metric } = await served();
  const traffic = load(front, 'web.localhost', { keptAlive: 1, fresh: 1 });
  const health = async (): Promise<unknown> => JSON.parse((await ask(lb.http.port, '/health')).body);
  const issues = async (): Promise<string> => (await ask(lb.http.port, '/issues')).body;
  expect(await health()).toMatchObject({ runtimeSocket: 'answers', masterSocket: 'answers' });
  // Again and again: a socket can be made under one of two names.
  for (let round = 0; round < 3; round++) {
    const sockets = readdirSync(folder).filter((name) => /^haproxy2?\.sock$/.test(name));
    for (const name of sockets) rmSync(join(folder, name));
    await until('it is told', async () => (await issues()).includes('Runtime API socket'));
    await until('it is made again', async () => (await issues()) === '[]');
    expect(await health()).toMatchObject({ runtimeSocket: 'answers' });
    const reloads = await metric('reloads');
    marathon.changeOne(app((round + 1) % 2));
    await until('a change is served', async () => (await body()) === (round % 2 === 0 ? 'b' : 'a'));
    expect(await metric('reloads')).toBe(reloads);
  }
  expect((await traffic.stop()).failures).toEqual([]);
});

test('a removed master socket, and a work folder that is gone, are made again, too', async () => {
  const { marathon, app, body, front, folder, lb, config } = await served();
  const traffic = load(front, 'web.localhost', { keptAlive: 1, fresh: 1 });
  const health = async (): Promise<string> => (await ask(lb.http.port, '/health')).body;
  rmSync(join(folder, 'haproxy-master.sock'));
  await until('it is told', async () => (await health()).includes('"masterSocket":"gone"'));
  await until('it is made again', async () => !(await health()).includes('gone'));
  rmSync(folder, { recursive: true });
  await until('it is told', async () => (await health()).includes('gone'));
  await until('all is made again', async () => !(await health()).includes('gone'));
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b');
  expect(existsSync(config)).toBe(true);
  expect((await traffic.stop()).failures).toEqual([]);
});

test('the folder of the sockets of a work folder with a blank in its path is made again', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lb blank '));
  cleanups.add(() => rmSync(root, { recursive: true, force: true }));
  const { marathon, app, body, front, lb } = await served(`--work-dir=${root}`);
  const health = async (): Promise<string> => (await ask(lb.http.port, '/health')).body;
  const traffic = load(front, 'web.localhost', { keptAlive: 1, fresh: 1 });
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const sockets = join(tmpdir(), `meseta-lb-${process.geteuid?.() ?? 0}-${digest}`);
  expect(existsSync(sockets)).toBe(true);
  rmSync(sockets, { recursive: true });
  await until('it is told', async () => (await health()).includes('gone'));
  await until('it is made again', async () => !(await health()).includes('gone'));
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b');
  expect((await traffic.stop()).failures).toEqual([]);
});

test('a disk that takes nothing: servers change all the same, and the file is caught up', async () => {
  const { marathon, app, body, config, metric } = await served();
  mkdirSync(`${config}.tmp`);
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b');
  expect(await metric('reloads')).toBe(1);
  const stale = readFileSync(config, 'utf8');
  rmdirSync(`${config}.tmp`);
  await until('the file follows', () => readFileSync(config, 'utf8') !== stale);
});

test('structure that cannot be written is served once it can', async () => {
  const { marathon, app, body, config } = await served();
  const more = await webServer('more', cleanups);
  const port = await freePort();
  mkdirSync(`${config}.tmp`);
  marathon.change([app(0), appJson('/more', port, [taskJson('m', [more.port])])]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await body()).toBe('a');
  rmdirSync(`${config}.tmp`);
  await until('served', async () => (await ask(port)).body === 'more');
});

test('an event stream that is cut is opened again, and what happened meanwhile is not missed', async () => {
  const { marathon, app, body, front, metric } = await served();
  const traffic = load(front, 'web.localhost', { keptAlive: 1, fresh: 1 });
  for (const next of [1, 0, 1]) {
    marathon.cut();
    await until('nobody listens', () => marathon.listening === 0);
    marathon.apps = [app(next)];
    await until('the other one serves', async () => (await body()) === (next === 1 ? 'b' : 'a'));
    await until('the stream is followed again', () => marathon.listening === 1);
  }
  expect((await traffic.stop()).failures).toEqual([]);
  expect(await metric('reloads')).toBe(1);
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
(canMount ? test : test.skip)(
  'a disk that is really full: servers change, structure and the file follow',
  async () => {
    const disk = mkdtempSync(join(tmpdir(), 'lb-disk-'));
    cleanups.add(() => rmdirSync(disk));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    cleanups.add(() => execFileSync('umount', ['-l', disk]));
    const path = join(disk, 'haproxy.cfg');
    const { marathon, app, body } = await served('--haproxy-config', path);
    const more = await webServer('more', cleanups);
    const port = await freePort();
    try {
      for (let size = 65_536; size >= 1; size = size / 2) writeFileSync(join(disk, `filler${size}`), '');
      for (let index = 0; ; index++) writeFileSync(join(disk, `filler.${index}`), Buffer.alloc(4096));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
    marathon.changeOne(app(1));
    await until('the other one serves', async () => (await body()) === 'b');
    marathon.change([app(1), appJson('/more', port, [taskJson('m', [more.port])])]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    marathon.changeOne(app(0));
    await until('servers change beside structure that waits', async () => (await body()) === 'a');
    execFileSync('find', [disk, '-name', 'filler*', '-delete']);
    await until('served', async () => (await ask(port).catch(() => undefined))?.body === 'more');
    await until('the file follows', () => readFileSync(path, 'utf8').includes('backend more_'));
  },
);

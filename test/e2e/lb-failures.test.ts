/**
 * When the world fails: sockets removed, a disk that takes nothing, a killed worker. What runs serves on, and everything
 * is caught up afterwards.
 */

import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ask, Cleanups, freePort, load, stand, until, webServer } from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

jest.setTimeout(60_000);
const cleanups = new Cleanups();
afterEach(() => cleanups.run());

async function served(): Promise<
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
      used.map((at) => taskJson(`t${at}`, [webs[at]?.port ?? 0])),
      { labels },
    );
  const made = await stand(cleanups, [], [app(0)]);
  const body = async (): Promise<string> => (await ask(made.front, '/', { host: 'web.localhost' })).body;
  await until('served', async () => (await body()) === 'a');
  await until('the first reload is over', async () => (await made.metric('reloads')) === 1);
  return { ...made, app, body };
}

test('without its Runtime API socket HAProxy is reloaded instead', async () => {
  const { marathon, app, body, front, folder, metric } = await served();
  const traffic = load(front, 'web.localhost', { kept: 1, fresh: 1 });
  rmSync(join(folder, 'haproxy.sock'));
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b', 15_000);
  await until('the reload is counted', async () => (await metric('reloads')) > 1);
  expect((await traffic.stop()).failures).toEqual([]);
});

test('without its master socket too it is told by a signal', async () => {
  const { marathon, app, body, folder } = await served();
  for (const name of ['haproxy.sock', 'haproxy-master.sock']) rmSync(join(folder, name));
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b', 15_000);
});

test('a disk that takes nothing: servers change all the same, and the file is caught up', async () => {
  const { marathon, app, body, config, metric } = await served();
  mkdirSync(`${config}.tmp`);
  marathon.changeOne(app(1));
  await until('the other one serves', async () => (await body()) === 'b');
  expect(await metric('reloads')).toBe(1);
  const stale = readFileSync(config, 'utf8');
  rmdirSync(`${config}.tmp`);
  await until('the file follows', () => readFileSync(config, 'utf8') !== stale, 15_000);
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
  await until('served', async () => (await ask(port)).body === 'more', 15_000);
});

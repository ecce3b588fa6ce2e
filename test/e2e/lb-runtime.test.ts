/**
 * Changes while HAProxy runs: servers and maps without a reload, and never more than two workers.
 */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, Cleanups, freePort, load, stand, until, webServer, websocketHello } from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

const vhost = { labels: { HAPROXY_0_VHOST: 'web.localhost' } };

test('servers come and go without a reload and without a lost request; the file follows', async () => {
  const webs = await Promise.all(['a', 'b', 'c', 'd'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const app = (...used: number[]): Record<string, unknown> =>
    appJson(
      '/web',
      port,
      used.map((index) => taskJson(`t${index}`, [webs[index]?.port ?? 0])),
      vhost,
    );
  const { marathon, front, metric, config } = await stand(cleanups, [], [app(0)]);
  await until('served', async () => (await ask(front, '/', { host: 'web.localhost' })).body === 'a');
  await until('the first reload is over', async () => (await metric('reloads')) === 1);
  const traffic = load(front, 'web.localhost');
  for (const used of [[0, 1], [1, 2], [2, 3], [0, 3], [0, 1, 2, 3], [2]]) {
    marathon.changeOne(app(...used));
    const [, last = webs[0]] = [0, webs[used.at(-1) ?? 0]];
    const hits = last?.hits ?? 0;
    await until('the new server gets requests', () => (last?.hits ?? 0) > hits);
    await sleep(60);
  }
  const { requests, failures } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(50);
  expect(await metric('reloads')).toBe(1);
  expect(await metric('commands')).toBeGreaterThan(5);
  expect(readFileSync(config, 'utf8')).toContain(`127_0_0_1_${webs[2]?.port} `);
  expect(readFileSync(config, 'utf8')).not.toContain(`127_0_0_1_${webs[0]?.port} `);
  await until('the removed servers are deleted', async () => {
    const { body } = await ask(stats(config), '/haproxy?stats;csv');
    return !body.includes(`,127_0_0_1_${webs[0]?.port},`.slice(1));
  });
});

function stats(config: string): number {
  return Number(/listen stats\n {2}bind 127\.0\.0\.1:(\d+)/.exec(readFileSync(config, 'utf8'))?.[1]);
}

test('sticky servers and another balance algorithm need a reload', async () => {
  const [a, b] = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const app = (labels: Record<string, string>, ...ports: (number | undefined)[]): Record<string, unknown> =>
    appJson(
      '/web',
      port,
      ports.map((webPort, index) => taskJson(`t${index}`, [webPort ?? 0])),
      { labels },
    );
  const { marathon, metric } = await stand(
    cleanups,
    [],
    [app({ HAPROXY_0_STICKY: 'true', HAPROXY_0_MODE: 'http' }, a?.port)],
  );
  await until('served', async () => (await metric('reloads')) === 1);
  marathon.changeOne(app({ HAPROXY_0_STICKY: 'true', HAPROXY_0_MODE: 'http' }, a?.port, b?.port));
  await until('reloaded', async () => (await metric('reloads')) === 2);
  marathon.changeOne(app({ HAPROXY_0_BALANCE: 'source', HAPROXY_0_MODE: 'http' }, a?.port, b?.port));
  await until('reloaded', async () => (await metric('reloads')) === 3);
});

test('maps: host names and app ids are looked up, and a change of names needs no reload', async () => {
  const [a, b] = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const ports = [await freePort(), await freePort()];
  const app = (id: string, index: number, host: string): Record<string, unknown> =>
    appJson(id, ports[index] ?? 0, [taskJson(`${id}.1`, [[a, b][index]?.port ?? 0])], {
      labels: { HAPROXY_0_VHOST: host },
    });
  const { marathon, front, lb, metric, folder } = await stand(
    cleanups,
    ['--haproxy-map'],
    [app('/a', 0, 'a.localhost'), app('/b', 1, 'b.localhost')],
  );
  await until('served', async () => (await ask(front, '/', { host: 'A.localhost:99' })).body === 'a');
  expect((await ask(lb.appIds.port, '/', { 'x-marathon-app-id': '/b' })).body).toBe('b');
  await until('the first reload is over', async () => (await metric('reloads')) === 1);
  marathon.changeOne(app('/a', 0, 'new.localhost'));
  await until(
    'the new name leads there',
    async () => (await ask(front, '/', { host: 'new.localhost' })).body === 'a',
  );
  expect((await ask(front, '/', { host: 'a.localhost' })).status).toBe(503);
  expect((await ask(front, '/', { host: 'b.localhost' })).body).toBe('b');
  expect(await metric('reloads')).toBe(1);
  expect(readFileSync(join(folder, 'domain2backend.map'), 'utf8')).toContain('new.localhost a_');
});

test('a websocket survives changes of servers; there are never more than two workers', async () => {
  const [a, b] = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const app = (...webs: (typeof a)[]): Record<string, unknown> =>
    appJson(
      '/web',
      port,
      webs.map((web, index) => taskJson(`t${index}`, [web?.port ?? 0])),
      vhost,
    );
  const { marathon, front, metric, lb } = await stand(cleanups, ['--reload-wait', '300ms'], [app(a)]);
  await until('served', async () => (await metric('reloads')) === 1);
  const socket = connect(front, '127.0.0.1');
  cleanups.add(() => socket.destroy());
  let heard = '';
  let closed = false;
  socket.on('data', (data) => {
    heard += data.toString();
  });
  socket.on('close', () => {
    closed = true;
  });
  socket.write(websocketHello('web.localhost'));
  await until('the websocket is open', () => heard.includes('101'));
  for (let turn = 0; turn < 6; turn++) {
    marathon.changeOne(turn % 2 === 0 ? app(a, b) : app(a));
    await sleep(20);
  }
  socket.write('hello');
  await until('it answers', () => heard.endsWith('hello'));
  const workers = async (): Promise<number> =>
    (await ask(lb.http.port, '/_haproxy_getpids')).body.trim().split(' ').length - 1;
  let most = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      most = Math.max(most, await workers());
      await sleep(5);
    }
  })();
  const more = async (id: string): Promise<Record<string, unknown>> =>
    appJson(id, await freePort(), [taskJson(`${id}.m`, [b?.port ?? 0])]);
  marathon.change([app(a), await more('/more')]);
  await until('one reload', async () => (await metric('reloads')) === 2);
  socket.write('again');
  await until('it still answers', () => heard.endsWith('again'));
  marathon.change([...marathon.apps, await more('/most')]);
  await until(
    'another reload, for which the older worker is ended',
    async () => (await metric('reloads')) === 3,
  );
  watching = false;
  await watch;
  expect(most).toBe(2);
  expect(closed).toBe(true);
  expect(await metric('workers_cut')).toBeGreaterThan(0);
});

/**
 * Changes of structure: which need a reload and when, and that servers never wait for one.
 */

import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ask,
  Cleanups,
  freePort,
  load,
  type Stand,
  send,
  stand,
  until,
  type WebServer,
  webServer,
  websocketHello,
} from '../../bench/lb/kit';
import { haproxyProcesses } from '../../lb/edge/processes';
import { appJson, taskJson } from '../lb/builders';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

type Json = Record<string, unknown>;

const webApp = (id: string, port: number, webs: readonly WebServer[], labels: Json = {}): Json =>
  appJson(
    `/${id}`,
    port,
    webs.map((web, index) => taskJson(`${id}.${index}`, [web.port])),
    { labels: { HAPROXY_0_VHOST: `${id}.localhost`, ...labels } },
  );

async function served({ front, metric }: Stand, id: string): Promise<void> {
  await until('served', async () => (await ask(front, '/', { host: `${id}.localhost` })).status === 200);
  await until('the reload is counted', async () => (await metric('reloads')) >= 1);
}

/** A websocket through the front; what it heard, and whether it is closed. */
async function websocket(front: number, host: string): Promise<Socket & { heard: () => string }> {
  const socket = connect(front, '127.0.0.1');
  cleanups.add(() => socket.destroy());
  socket.on('error', () => undefined);
  let heard = '';
  socket.on('data', (data) => {
    heard += data.toString();
  });
  socket.write(websocketHello(host));
  await until('the websocket is open', () => heard.includes('101'));
  return Object.assign(socket, { heard: () => heard });
}

async function answers(socket: Socket & { heard: () => string }, text: string): Promise<void> {
  socket.write(text);
  await until(`the websocket answers ${text}`, () => socket.heard().endsWith(text));
}

test('an app that is suspended and resumed, or restarted by way of nothing, needs no reload', async () => {
  const webs = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const [a, b] = webs as [WebServer, WebServer];
  const port = await freePort();
  const other = await freePort();
  const keeper = webApp('keep', other, [b]);
  const started = await stand(cleanups, [], [webApp('web', port, [a]), keeper]);
  await served(started, 'web');
  const socket = await websocket(started.front, 'keep.localhost');
  const traffic = load(started.front, 'keep.localhost');
  for (let turn = 0; turn < 4; turn++) {
    started.marathon.change([webApp('web', port, []), keeper]);
    await until('nobody answers', async () => (await ask(port)).status === 503);
    started.marathon.change([webApp('web', port, [turn % 2 === 0 ? b : a]), keeper]);
    await until('somebody answers', async () => (await ask(port)).body === (turn % 2 === 0 ? 'b' : 'a'));
  }
  expect((await traffic.stop()).failures).toEqual([]);
  expect(await started.metric('reloads')).toBe(1);
  await answers(socket, 'still there');
  expect(readFileSync(started.config, 'utf8')).toBe(
    (await ask(started.lb.http.port, '/_haproxy_getconfig')).body,
  );
});

test('a removed app is cleared away after --reload-linger', async () => {
  const a = await webServer('a', cleanups);
  const port = await freePort();
  const other = await freePort();
  const started = await stand(
    cleanups,
    ['--reload-linger', '600ms'],
    [webApp('web', port, [a]), webApp('keep', other, [a])],
  );
  await served(started, 'web');
  started.marathon.change([webApp('keep', other, [a])]);
  await until('its port answers no more than that', async () => (await ask(port)).status === 503);
  expect(await started.metric('reloads')).toBe(1);
  await until('cleared away', async () => (await started.metric('reloads')) === 2);
  await until('its port is closed', async () =>
    ask(port).then(
      () => false,
      () => true,
    ),
  );
});

test('a removed app is not cleared away while that would end a connection of somebody', async () => {
  const a = await webServer('a', cleanups);
  const port = await freePort();
  const other = await freePort();
  const keep = webApp('keep', other, [a]);
  const started = await stand(cleanups, ['--reload-linger', '1secs'], [webApp('web', port, [a]), keep]);
  await served(started, 'web');
  const socket = await websocket(started.front, 'keep.localhost');
  await sleep(1100);
  started.marathon.change([keep]);
  await sleep(2500);
  expect(await started.metric('reloads')).toBe(1);
  await answers(socket, 'still there');
  socket.destroy();
  await until('cleared away', async () => (await started.metric('reloads')) === 2);
});

test('a removed app that stood before another is cleared away at once', async () => {
  const webs = await Promise.all(['root', 'deep'].map((name) => webServer(name, cleanups)));
  const [root, deep] = webs as [WebServer, WebServer];
  const port = await freePort();
  const other = await freePort();
  const labels = { HAPROXY_0_VHOST: 'root.localhost', HAPROXY_0_PATH: '/deep' };
  const started = await stand(
    cleanups,
    [],
    [webApp('root', port, [root]), webApp('deep', other, [deep], labels)],
  );
  const host = { host: 'root.localhost' };
  await until('both', async () => (await ask(started.front, '/deep', host)).body === 'deep');
  started.marathon.change([webApp('root', port, [root])]);
  await until('the other answers', async () => (await ask(started.front, '/deep', host)).body === 'root');
  await until('the reload is counted', async () => (await started.metric('reloads')) === 2);
});

test('beside an app that HAProxy refuses, servers of others come and go without a reload', async () => {
  const webs = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const [a, b] = webs as [WebServer, WebServer];
  const port = await freePort();
  const other = await freePort();
  const bad = webApp('bad', other, [a], { HAPROXY_0_SSL_CERT: '/no/such.pem' });
  const started = await stand(cleanups, [], [webApp('web', port, [a]), bad]);
  await served(started, 'web');
  for (const web of [b, a, b]) {
    started.marathon.changeOne(webApp('web', port, [web]));
    await until('replaced', async () => (await ask(port)).body === (web === a ? 'a' : 'b'));
  }
  expect(await started.metric('reloads')).toBe(1);
  expect(JSON.stringify(await send('GET', `${started.api}/issues`))).toContain('HAProxy refuses');
});

test('while a change of structure waits for an old worker, servers change at once, and taken out means out of both', async () => {
  const webs = await Promise.all(['a', 'b', 'c'].map((name) => webServer(name, cleanups)));
  const [a, b, c] = webs as [WebServer, WebServer, WebServer];
  const port = await freePort();
  const more = await freePort();
  const last = await freePort();
  const started = await stand(cleanups, ['--reload-wait', '3secs'], [webApp('web', port, [a])]);
  await served(started, 'web');
  const socket = await websocket(started.front, 'web.localhost');
  started.marathon.change([webApp('web', port, [a]), webApp('more', more, [c])]);
  await until('one reload', async () => (await started.metric('reloads')) === 2);
  await answers(socket, 'after one reload');
  const began = performance.now();
  started.marathon.change([webApp('web', port, [a]), webApp('more', more, [c]), webApp('last', last, [c])]);
  await sleep(100);
  started.marathon.changeOne(webApp('web', port, [a, b]));
  const hits = b.hits;
  await until('the new server serves', async () => {
    await ask(port);
    return b.hits > hits;
  });
  const out = await send('POST', `${started.api}/v1/drains`, { task: 'web.0', deadlineMs: 10 });
  expect(out).toEqual({ task: 'web.0', state: 'out', connections: 1 });
  await answers(socket, 'while it waits');
  expect(await started.metric('reloads')).toBe(2);
  await until('the last app', async () => (await ask(last).catch(() => undefined))?.status === 200);
  expect(performance.now() - began).toBeGreaterThan(2500);
  expect(await started.metric('workers_cut')).toBe(1);
});

test('HAProxy that is killed while the file on disk is old comes back with what ran', async () => {
  const webs = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const [a, b] = webs as [WebServer, WebServer];
  const port = await freePort();
  const started = await stand(cleanups, [], [webApp('web', port, [a])]);
  await served(started, 'web');
  mkdirSync(`${started.config}.tmp`);
  started.marathon.changeOne(webApp('web', port, [b]));
  await until('replaced', async () => (await ask(port)).body === 'b');
  expect(readFileSync(started.config, 'utf8')).toContain(`127_0_0_1_${a.port} `);
  for (const pid of haproxyProcesses(started.config)) process.kill(pid, 'SIGKILL');
  await until('back with the old file', async () => (await ask(port).catch(() => undefined))?.body === 'a');
  rmdirSync(`${started.config}.tmp`);
  await until('what ran before', async () => (await ask(port)).body === 'b');
});

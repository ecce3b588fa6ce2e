/**
 * Changes while HAProxy runs: servers, weights, maps and certificates without a reload, and never more than two workers.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import {
  ask,
  Cleanups,
  freePort,
  load,
  send,
  stand,
  until,
  webServer,
  websocketHello,
} from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

jest.setTimeout(60_000);
const cleanups = new Cleanups();
afterEach(() => cleanups.run());

const vhost = (more: Record<string, string> = {}): Record<string, unknown> => ({
  labels: { HAPROXY_0_VHOST: 'web.localhost', ...more },
});

test('servers come and go without a reload and without a lost request; the file follows', async () => {
  const webs = await Promise.all(['a', 'b', 'c', 'd'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const app = (...used: number[]): Record<string, unknown> =>
    appJson(
      '/web',
      port,
      used.map((index) => taskJson(`t${index}`, [webs[index]?.port ?? 0])),
      vhost(),
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

test('what cannot change while HAProxy runs is reloaded: sticky servers, another way of balancing', async () => {
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

test('a task is taken out on request, and the answer comes when its connections are done', async () => {
  const [slow, other] = await Promise.all([webServer('slow', cleanups, 400), webServer('other', cleanups)]);
  const port = await freePort();
  const tasks = [taskJson('slow.1', [slow?.port ?? 0]), taskJson('other.1', [other?.port ?? 0])];
  const { api, front, metric, lb } = await stand(cleanups, [], [appJson('/web', port, tasks, vhost())]);
  await until('served', async () => (await metric('reloads')) === 1);
  const seen: string[] = [];
  const stream = await fetch(`${api}/v1/drains/events`);
  const reader = stream.body?.getReader();
  const reading = (async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
      seen.push(Buffer.from(part.value).toString());
  })().catch(() => undefined);
  const answers = Promise.all([0, 1].map(() => ask(front, '/', { host: 'web.localhost' })));
  await until('the slow one has a request', () => slow?.hits === 1);
  const early = await send('POST', `${api}/v1/drains`, { task: 'slow.1', deadlineMs: 10 });
  expect(early).toEqual({ task: 'slow.1', state: 'out', connections: 1 });
  const done = await send('POST', `${api}/v1/drains`, { task: 'slow.1', deadlineMs: 5000 });
  expect(done).toEqual({ task: 'slow.1', state: 'out', connections: 0 });
  expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
  for (let i = 0; i < 4; i++) expect((await ask(front, '/', { host: 'web.localhost' })).body).toBe('other');
  expect(await metric('reloads')).toBe(1);
  expect(await send('GET', `${api}/v1/drains/slow.1`)).toMatchObject({ state: 'out' });
  expect(await send('DELETE', `${api}/v1/drains/slow.1`)).toMatchObject({ state: 'in' });
  await until('back in', async () => (await ask(front, '/', { host: 'web.localhost' })).body === 'slow');
  expect(await send('POST', `${api}/v1/drains`, { task: 'nobody' })).toMatchObject({ state: 'unknown' });
  expect(await send('POST', `${api}/v1/drains`, { tsk: 1 })).toBe(400);
  await until('the stream told it', () => seen.join('').includes('"state":"in"'));
  expect(seen.join('')).toContain('event: drain\r\ndata: {"task":"slow.1","state":"out","connections":0}');
  await reader?.cancel();
  await reading;
  expect(lb.http.port).toBeGreaterThan(0);
});

test('a task goes out after those have come in that Marathon knew when it asked, also of an app not yet served', async () => {
  const webs = await Promise.all(['a', 'b', 'c', 'd'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const other = await freePort();
  const app = (id: string, index: number, ...used: number[]): Record<string, unknown> =>
    appJson(
      id,
      index,
      used.map((webIndex) => taskJson(`${id}.${webIndex}`, [webs[webIndex]?.port ?? 0])),
      { labels: { HAPROXY_0_MODE: 'http' } },
    );
  const { marathon, api, metric } = await stand(cleanups, [], [app('/web', port, 0)]);
  await until('served', async () => (await metric('reloads')) === 1);
  const traffic = load(port, 'x', { keptAlive: 1, fresh: 1 });
  marathon.apps = [app('/web', port, 0, 1), app('/next', other, 2, 3)];
  const out = (task: string): Promise<unknown> =>
    send('POST', `${api}/v1/drains`, { task, deadlineMs: 5000 });
  expect(await out('/web.0')).toMatchObject({ state: 'out', connections: 0 });
  expect(await out('/next.2')).toMatchObject({ state: 'out', connections: 0 });
  expect([(await ask(port)).body, (await ask(other)).body]).toEqual(['b', 'd']);
  expect((await traffic.stop()).failures).toEqual([]);
});

test('with --api-credentials nobody else takes tasks out', async () => {
  const { api } = await stand(cleanups, ['--api-credentials', 'ann:secret']);
  expect(await send('POST', `${api}/v1/drains`, { task: 'x' })).toBe(401);
  expect(await send('POST', `${api}/v1/drains`, { task: 'x' }, 'ann:wrong')).toBe(401);
  expect(await send('POST', `${api}/_mlb_signal/hup`)).toBe(401);
  expect(await send('POST', `${api}/v1/drains`, { task: 'x' }, 'ann:secret')).toMatchObject({
    state: 'unknown',
  });
  expect((await fetch(`${api}/health`)).status).toBe(200);
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

function certificate(folder: string, name: string): string {
  const key = join(folder, 'key.pem');
  const path = join(folder, `${name}.pem`);
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...words, '-subj', `/CN=${name}`, '-keyout', key, '-out', path], {
    stdio: 'ignore',
  });
  writeFileSync(path, readFileSync(path, 'utf8') + readFileSync(key, 'utf8'));
  return path;
}

function handshake(
  port: number,
  alpn?: string[],
): Promise<{ name: string; protocol: string | false | null }> {
  return new Promise((resolve, reject) => {
    const more = alpn === undefined ? {} : { ALPNProtocols: alpn };
    const socket = connectTls(
      { host: '127.0.0.1', port, servername: 'web.localhost', rejectUnauthorized: false, ...more },
      () => {
        resolve({ name: String(socket.getPeerCertificate().subject.CN), protocol: socket.alpnProtocol });
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

test('a certificate that changes on disk is put in place without a reload; HTTP/2 is offered', async () => {
  const web = await webServer('web', cleanups);
  const folder = mkdtemp();
  const current = certificate(folder, 'one');
  const next = certificate(folder, 'two');
  const apps = [appJson('/web', await freePort(), [taskJson('t', [web.port])], vhost())];
  const { lb, metric } = await stand(cleanups, ['--ssl-certs', current, '--https-in-port', '0'], apps);
  const port = lb.https?.port ?? 0;
  await until('served', async () => (await metric('reloads')) === 1);
  expect(await handshake(port, ['h2', 'http/1.1'])).toEqual({ name: 'one', protocol: 'h2' });
  renameSync(next, current);
  await until('the new one is there', async () => (await handshake(port)).name === 'two');
  expect(await metric('reloads')).toBe(1);
  expect(await metric('certificate_swaps')).toBe(1);
});

function mkdtemp(): string {
  const folder = join('/tmp', `lb-certs-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  cleanups.add(() => execFileSync('rm', ['-rf', folder]));
  return folder;
}

test('a websocket survives changes of servers; there are never more than two workers', async () => {
  const [a, b] = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const app = (...webs: (typeof a)[]): Record<string, unknown> =>
    appJson(
      '/web',
      port,
      webs.map((web, index) => taskJson(`t${index}`, [web?.port ?? 0])),
      vhost(),
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

test('traffic is counted by app and version', async () => {
  const web = await webServer('web', cleanups);
  const tasks = [taskJson('t', [web.port], { version: '2024-05-01T10:00:00.000Z' })];
  const { front, lb, api, metric } = await stand(
    cleanups,
    [],
    [appJson('/web', await freePort(), tasks, vhost())],
  );
  await until('served', async () => (await metric('reloads')) === 1);
  for (let i = 0; i < 5; i++) await ask(front, '/', { host: 'web.localhost' });
  const traffic = async (): Promise<unknown> => send('GET', `${api}/v1/traffic`);
  await until('counted', async () => JSON.stringify(await traffic()).includes('"requests":5'));
  expect(await traffic()).toMatchObject([
    { app: '/web', version: '2024-05-01T10:00:00.000Z', servers: 1, responses: { '2xx': 5 } },
  ]);
  const { body } = await ask(lb.http.port, '/metrics');
  expect(body).toContain('meseta_lb_version_requests_total{app="/web",version="2024-05-01T10:00:00.000Z"} 5');
});

test('template labels of a listed group are used, and one that HAProxy refuses is not', async () => {
  const web = await webServer('web', cleanups);
  const good = await freePort();
  const bad = await freePort();
  const other = await freePort();
  const line = '  http-response set-header X-Own yes\n';
  const labels = (text: string, more = {}): Record<string, unknown> => ({
    labels: { HAPROXY_0_MODE: 'http', HAPROXY_0_BACKEND_HTTP_OPTIONS: text, ...more },
  });
  const hsts = { HAPROXY_0_USE_HSTS: 'true', HAPROXY_0_BACKEND_HSTS_OPTIONS: '  http-response none\n' };
  const broken = { HAPROXY_0_SSL_CERT: '/no/such.pem', HAPROXY_0_VHOST: 'other.localhost' };
  const { api, metric, front } = await stand(
    cleanups,
    ['--template-groups', 'external', '--template-directives', 'http-response'],
    [
      appJson('/good', good, [taskJson('g', [web.port])], labels(line)),
      appJson('/bad', bad, [taskJson('b', [web.port])], labels(line, hsts)),
      appJson('/other', other, [taskJson('o', [web.port])], labels(line, broken)),
    ],
  );
  await until('served', async () => (await metric('reloads')) === 1);
  expect((await ask(good)).headers['x-own']).toBe('yes');
  expect(await ask(bad)).toMatchObject({ body: 'web', headers: { 'x-own': 'yes' } });
  expect((await ask(front, '/', { host: 'other.localhost' })).headers['x-own']).toBe('yes');
  expect(await send('GET', `${api}/issues`)).toMatchObject([
    { app: '/bad', label: 'HAPROXY_0_BACKEND_HSTS_OPTIONS', text: expect.stringContaining('it is not used') },
    { app: '/other', text: expect.stringContaining('port 0 has no listener of its own') },
  ]);
});

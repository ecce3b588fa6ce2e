/**
 * The load balancer with a real HAProxy and real requests, following a Marathon that the test plays.
 */

import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { type LbConfig, lbFlags, readLbConfig } from '../../lb/config';
import { withPort } from '../../lb/edge/ports';
import { haproxyProcesses } from '../../lb/edge/processes';
import { type RunningLb, startLb } from '../../lb/main';
import { appJson, taskJson } from '../lb/builders';

jest.setTimeout(30_000);

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const freePort = async (): Promise<number> => (await withPort({ address: '127.0.0.1', port: 0 })).port;

/** A small web server that answers with its name. */
async function backend(name: string): Promise<{ port: number; server: Server; hits: () => number }> {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits++;
    response.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, server, hits: () => hits };
}

/** One request on its own connection. */
function ask(
  port: number,
  path = '/',
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false, timeout: 5000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
      answer.on('error', reject);
    });
    request.on('error', reject);
  });
}

async function until(what: string, met: () => Promise<boolean> | boolean, limitMs = 5000): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await Promise.resolve(met()).catch(() => false)) return performance.now() - began;
    if (performance.now() - began > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(3);
  }
}

function lbConfig(marathon: string, workDir: string, more: readonly string[] = []): LbConfig {
  const args = [
    '--sse',
    ...['--group', 'external', '--marathon', marathon, '--work-dir', workDir, '--health-check'],
    ...['--bind-address', '127.0.0.1', '--http-in-port', '0', '--appid-port', '0'],
    ...['--stats-port', '0', '--http-port', '0', ...more],
  ];
  return readLbConfig(parseFlags(lbFlags, { command: 'meseta lb', about: '', args, env: {} }).flags);
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lb-test-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Bench {
  marathon: FakeMarathon;
  lb: RunningLb;
  front: number;
  folder: string;
  config: string;
}

async function bench(more: readonly string[] = []): Promise<Bench> {
  const marathon = new FakeMarathon();
  await marathon.start();
  cleanups.push(() => marathon.stop());
  const folder = newFolder();
  const lb = await startLb(lbConfig(marathon.url, folder, more), {
    log: silentLogger,
    clock: systemClock(),
  });
  cleanups.push(() => lb.stop());
  await until('the stream is followed', () => marathon.listening === 1);
  return { marathon, lb, front: lb.vhosts?.port ?? 0, folder, config: join(folder, 'haproxy.cfg') };
}

/**
 * Waits until the load balancer has heard of the new worker, and the old one of its end: for a moment after a reload
 * both take connections, each with its own configuration.
 */
async function settled(lb: RunningLb, host: string): Promise<void> {
  const path = '/_haproxy_getvhostmap';
  await until('the API knows the host', async () => (await ask(lb.http.port, path)).body.includes(host));
  await sleep(100);
}

const figures: string[] = [];
afterAll(() => process.stderr.write(`${figures.join('\n')}\n`));

test('an app is reached by host name, with and without port, by service port and by app id', async () => {
  const { marathon, lb, front } = await bench();
  const web = await backend('web');
  const servicePort = await freePort();
  const labels = { HAPROXY_0_VHOST: 'hello.localhost' };
  marathon.change([appJson('/hello', servicePort, [taskJson('t1', [web.port])], { labels })]);
  await until('the service port answers', async () => (await ask(servicePort)).body === 'web');
  await settled(lb, 'hello.localhost');
  expect(await ask(front, '/', { host: 'hello.localhost' })).toEqual({ status: 200, body: 'web' });
  expect((await ask(front, '/', { host: `Hello.localhost:${front}` })).body).toBe('web');
  expect((await ask(front, '/', { host: 'other.localhost' })).status).toBe(503);
  expect((await ask(lb.appIds.port, '/', { 'x-marathon-app-id': '/hello' })).body).toBe('web');
  expect((await ask(lb.stats.port, '/_haproxy_getvhostmap')).body).toBe(
    `hello.localhost hello_${servicePort}\n`,
  );
  expect((await ask(lb.stats.port, '/_haproxy_getappmap')).body).toBe(`/hello hello_${servicePort}\n`);
  expect((await ask(lb.stats.port, '/_haproxy_getconfig')).body).toContain(`backend hello_${servicePort}`);
  expect((await ask(lb.stats.port, '/_haproxy_getpids')).body).toMatch(/^\d+( \d+)+\n$/);
  expect((await ask(lb.stats.port, '/metrics')).body).toContain('haproxy_process_');
  expect((await ask(lb.stats.port, '/haproxy?stats')).body).toContain(`hello_${servicePort}`);
  expect((await ask(lb.http.port, '/health')).status).toBe(200);
  expect((await ask(lb.http.port, '/metrics')).body).toContain('meseta_lb_backends 1');
});

test('a changed number of servers is served quickly, and no request fails on the way', async () => {
  const { marathon, front } = await bench();
  const ports = await Promise.all(Array.from({ length: 10 }, freePort));
  const [one, two] = [await backend('one'), await backend('two')];
  const apps = (servers: readonly number[]): unknown[] =>
    ports.map((port, n) =>
      appJson(
        `/app${n}`,
        port,
        servers.map((server) => taskJson(`t${server}`, [server])),
        { labels: { HAPROXY_0_VHOST: `app${n}.localhost` } },
      ),
    );
  marathon.change(apps([one.port]));
  const host = { host: 'app3.localhost' };
  await until('the first server answers', async () => (await ask(front, '/', host)).body === 'one');
  let over = false;
  const failures: unknown[] = [];
  let requests = 0;
  const traffic = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!over) {
        requests++;
        const answer = await ask(front, '/', host).catch((error: unknown) => ({
          status: 0,
          body: String(error),
        }));
        if (answer.status !== 200) failures.push(answer);
      }
    }),
  );
  const spans: number[] = [];
  for (let round = 0; round < 5; round++) {
    const before = two.hits();
    marathon.change(apps([one.port, two.port]));
    spans.push(await until('the second server gets requests', () => two.hits() > before));
    marathon.change(apps([one.port]));
    await sleep(150);
  }
  over = true;
  await traffic;
  expect(failures).toEqual([]);
  spans.sort((a, b) => a - b);
  figures.push(
    `event to served, 10 apps under load: ${spans.map((ms) => ms.toFixed(0)).join(' ')} ms; ${requests} requests, 0 failed`,
  );
  expect(spans[2]).toBeLessThan(300);
});

test('when a backend dies its requests go to another without an error', async () => {
  const { marathon, front } = await bench();
  const [one, two] = [await backend('one'), await backend('two')];
  const tasks = [taskJson('t1', [one.port]), taskJson('t2', [two.port])];
  marathon.change([
    appJson('/web', await freePort(), tasks, { labels: { HAPROXY_0_VHOST: 'web.localhost' } }),
  ]);
  const host = { host: 'web.localhost' };
  await until('both answer', async () => {
    await ask(front, '/', host);
    return one.hits() > 0 && two.hits() > 0;
  });
  one.server.closeAllConnections();
  await new Promise((resolve) => one.server.close(resolve));
  const began = performance.now();
  for (let n = 0; n < 20; n++) expect(await ask(front, '/', host)).toEqual({ status: 200, body: 'two' });
  expect(performance.now() - began).toBeLessThan(5000);
});

test('a wrong label is listed and the rest goes on', async () => {
  const { marathon, lb } = await bench();
  const web = await backend('web');
  const [a, b] = [await freePort(), await freePort()];
  const evil = 'evil.localhost\n  http-request deny';
  marathon.change([
    appJson('/evil', a, [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_VHOST: evil, HAPROXY_0_BALANCE: 'x' },
    }),
    appJson('/good', b, [taskJson('t2', [web.port])], { labels: { HAPROXY_0_VHOST: 'good.localhost' } }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(a)).body).toBe('web');
  expect(JSON.parse((await ask(lb.http.port, '/issues')).body)).toEqual([
    { app: '/evil', label: 'HAPROXY_0_VHOST', column: 15, text: 'a line end is not allowed here' },
    expect.objectContaining({ app: '/evil', label: 'HAPROXY_0_BALANCE', column: 1 }),
  ]);
});

test('a value that only HAProxy can judge costs its own app, not the others', async () => {
  const { marathon, lb, front } = await bench();
  const web = await backend('web');
  marathon.change([
    appJson('/bad', await freePort(), [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_BALANCE: 'random(0)' },
    }),
    appJson('/good', await freePort(), [taskJson('t2', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'good.localhost' },
    }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(front, '/', { host: 'good.localhost' })).status).toBe(200);
  expect((await ask(lb.http.port, '/issues')).body).toMatch(/"app":"\/bad".*HAProxy refuses.*balance/);
});

test('a port that somebody else has costs only its app, and is taken once it is free', async () => {
  const { marathon, lb, front } = await bench();
  const [web, other] = [await backend('web'), await backend('other')];
  marathon.change([
    appJson('/blocked', other.port, [taskJson('t1', [web.port])]),
    appJson('/clash', front, [taskJson('t3', [web.port])]),
    appJson('/good', await freePort(), [taskJson('t2', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'good.localhost' },
    }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(front, '/', { host: 'good.localhost' })).status).toBe(200);
  const issues = (await ask(lb.http.port, '/issues')).body;
  expect(issues).toContain(`cannot listen on 127.0.0.1:${other.port}: another process listens there`);
  expect(issues).toContain(`cannot listen on 127.0.0.1:${front}: it belongs to the HTTP front`);
  other.server.closeAllConnections();
  await new Promise((resolve) => other.server.close(resolve));
  await until('the blocked port serves', async () => (await ask(other.port)).body === 'web', 8000);
});

test('HAProxy that somebody kills comes back with the same apps', async () => {
  const { marathon, front, config } = await bench();
  const web = await backend('web');
  const host = { host: 'web.localhost' };
  marathon.change([
    appJson('/web', await freePort(), [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'web.localhost' },
    }),
  ]);
  await until('the app answers', async () => (await ask(front, '/', host)).status === 200);
  const kill = (): void => {
    for (const pid of haproxyProcesses(config)) process.kill(pid, 'SIGKILL');
  };
  await sleep(200);
  kill();
  await until('HAProxy is gone', async () => !(await ask(front).catch(() => undefined)));
  const span = await until('it is back', async () => (await ask(front, '/', host)).body === 'web');
  figures.push(`HAProxy killed, back after ${span.toFixed(0)} ms`);
  const next = await freePort();
  marathon.change([...marathon.apps, appJson('/next', next, [taskJson('t2', [web.port])])]);
  await sleep(60);
  kill();
  await until(
    'a kill in the middle of a reload loses no change',
    async () => (await ask(next)).body === 'web',
  );
});

test('with Marathon down the last good configuration serves on, and a new Marathon is found', async () => {
  const { marathon, front } = await bench();
  const web = await backend('web');
  const servicePort = await freePort();
  const app = appJson('/web', servicePort, [taskJson('t1', [web.port])]);
  marathon.change([app]);
  await until('the app answers', async () => (await ask(servicePort)).status === 200);
  const { port } = new URL(marathon.url);
  await marathon.stop();
  await sleep(300);
  expect((await ask(servicePort)).body).toBe('web');
  const second = new FakeMarathon();
  const next = await freePort();
  second.apps = [app, appJson('/next', next, [taskJson('t2', [web.port])])];
  await second.start(Number(port));
  cleanups.push(() => second.stop());
  await until('the next app answers', async () => (await ask(next)).body === 'web', 10_000);
  expect((await ask(front)).status).toBe(503);
});

test('without an event stream the apps are polled; the second Marathon address is tried', async () => {
  const dead = await freePort();
  const { marathon } = { marathon: new FakeMarathon() };
  marathon.streams = false;
  await marathon.start();
  cleanups.push(() => marathon.stop());
  const config = lbConfig(`http://127.0.0.1:${dead}`, newFolder(), ['--marathon', marathon.url]);
  const lb = await startLb(config, { log: silentLogger, clock: systemClock() });
  cleanups.push(() => lb.stop());
  const web = await backend('web');
  const servicePort = await freePort();
  marathon.change([appJson('/web', servicePort, [taskJson('t1', [web.port])])]);
  await until('the app answers', async () => (await ask(servicePort)).body === 'web', 5000);
  expect(JSON.parse((await ask(lb.http.port, '/health')).body)).toMatchObject({ marathon: 'polling' });
});

test('a burst of events becomes few readings', async () => {
  const { marathon } = await bench();
  await sleep(100);
  const before = marathon.reads;
  marathon.delayMs = 50;
  for (let n = 0; n < 100; n++) marathon.publish();
  await sleep(400);
  expect(marathon.reads - before).toBeGreaterThanOrEqual(1);
  expect(marathon.reads - before).toBeLessThanOrEqual(3);
});

test('labels steer requests: paths, sticky sessions, networks, path rewriting, credentials', async () => {
  const { marathon, lb, front } = await bench();
  const [root, deep] = [await backend('root'), await backend('deep')];
  const echo = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => echo.close(resolve)));
  const echoPort = (echo.address() as AddressInfo).port;
  const hash = execFileSync('openssl', ['passwd', '-6', 'secret']).toString().trim();
  const labels = (values: Record<string, string>): { labels: Record<string, string> } => ({ labels: values });
  marathon.change([
    appJson('/a', await freePort(), [taskJson('a', [root.port])], labels({ HAPROXY_0_VHOST: 'x.localhost' })),
    appJson(
      '/b',
      await freePort(),
      [taskJson('b', [deep.port])],
      labels({ HAPROXY_0_VHOST: 'x.localhost', HAPROXY_0_PATH: '/deep', HAPROXY_0_STICKY: 'true' }),
    ),
    appJson(
      '/c',
      await freePort(),
      [taskJson('c', [root.port])],
      labels({ HAPROXY_0_VHOST: 'closed.localhost', HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL: '10.0.0.0/8' }),
    ),
    appJson(
      '/d',
      await freePort(),
      [taskJson('d', [echoPort])],
      labels({ HAPROXY_0_VHOST: 'd.localhost', HAPROXY_0_HTTP_BACKEND_PROXYPASS_PATH: '/a.b%20c' }),
    ),
    appJson(
      '/e',
      await freePort(),
      [taskJson('e', [root.port])],
      labels({ HAPROXY_0_VHOST: 'e.localhost', HAPROXY_0_AUTH: `realm:bob:${hash}` }),
    ),
    appJson(
      '/f',
      await freePort(),
      [taskJson('f', [root.port])],
      labels({ HAPROXY_0_VHOST: 'f.localhost', HAPROXY_0_HTTP_BACKEND_REDIR: '/start%20here' }),
    ),
  ]);
  await settled(lb, 'x.localhost');
  expect((await ask(front, '/', { host: 'x.localhost' })).body).toBe('root');
  expect((await ask(front, '/deep/er', { host: 'x.localhost' })).body).toBe('deep');
  expect((await ask(front, '/', { host: 'closed.localhost' })).status).toBe(403);
  expect((await ask(front, '/a.b%20c/one?two', { host: 'd.localhost' })).body).toBe('d.localhost /one?two');
  expect((await ask(front, '/aXb%20c/one', { host: 'd.localhost' })).body).toBe('d.localhost /aXb%20c/one');
  expect((await ask(front, '/', { host: 'e.localhost' })).status).toBe(401);
  const basic = `Basic ${Buffer.from('bob:secret').toString('base64')}`;
  expect((await ask(front, '/', { host: 'e.localhost', authorization: basic })).body).toBe('root');
  expect((await ask(front, '/', { host: 'f.localhost' })).status).toBe(301);
});

test('stopping leaves no process, no socket and no open port', async () => {
  const { lb, front, folder, config } = await bench();
  const socketsOf = (): string[] => readdirSync(folder).filter((name) => /\.(sock|pid|lock)$/.test(name));
  expect(haproxyProcesses(config).length).toBeGreaterThanOrEqual(2);
  expect(socketsOf()).not.toEqual([]);
  await lb.stop();
  expect(haproxyProcesses(config)).toEqual([]);
  expect(socketsOf()).toEqual([]);
  const socket = connect(front, '127.0.0.1');
  await expect(
    new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject)),
  ).rejects.toThrow('ECONNREFUSED');
});

test('what a killed load balancer left running is ended by the next start', async () => {
  const { folder, config, lb } = await bench();
  await lb.stop();
  const words = ['-W', '-S', `${join(folder, 'haproxy-master.sock')},mode,600`, '-f', config];
  const left = spawn('/usr/sbin/haproxy', words, { detached: true, stdio: 'ignore' });
  left.unref();
  await until('the left-over runs', () => haproxyProcesses(config).length >= 2);
  const old = haproxyProcesses(config);
  const began = performance.now();
  const next = await startLb(lbConfig('http://127.0.0.1:9', folder), {
    log: silentLogger,
    clock: systemClock(),
  });
  figures.push(`start with a left-over HAProxy: ${(performance.now() - began).toFixed(0)} ms`);
  cleanups.push(() => next.stop());
  expect(haproxyProcesses(config).some((pid) => old.includes(pid))).toBe(false);
  expect((await ask(next.stats.port, '/_haproxy_health_check')).status).toBe(200);
});

test('start is quick and does not wait for Marathon; a long work folder path is no obstacle', async () => {
  const folder = join(newFolder(), 'x'.repeat(120));
  const began = performance.now();
  const lb = await startLb(lbConfig('http://127.0.0.1:9', folder), {
    log: silentLogger,
    clock: systemClock(),
  });
  figures.push(`start without Marathon: ${(performance.now() - began).toFixed(0)} ms`);
  cleanups.push(() => lb.stop());
  expect((await ask(lb.vhosts?.port ?? 0)).status).toBe(503);
  expect((await ask(lb.http.port, '/health')).status).toBe(200);
  const again = startLb(lbConfig('http://127.0.0.1:9', folder), { log: silentLogger, clock: systemClock() });
  await expect(again).rejects.toThrow('in use by process');
});

test('a start that cannot work says why and leaves nothing behind', async () => {
  const deps = { log: silentLogger, clock: systemClock() };
  const other = await backend('other');
  const folder = newFolder();
  const start = (...more: string[]): Promise<unknown> =>
    startLb(lbConfig('http://127.0.0.1:9', folder, more), deps);
  await expect(start('--http-in-port', String(other.port))).rejects.toThrow(
    `cannot listen on 127.0.0.1:${other.port} for the HTTP front (--http-in-port): another process listens there`,
  );
  await expect(start('--haproxy', '/nowhere/haproxy')).rejects.toThrow('apt-get install haproxy');
  await expect(start('--haproxy', '/bin/true')).rejects.toThrow('is not HAProxy');
  await expect(start('--ssl-certs', '/nowhere.pem')).rejects.toThrow('--ssl-certs: there is no /nowhere.pem');
  await expect(start('--stats-address', '0.0.0.0')).rejects.toThrow('--stats-address');
  expect(haproxyProcesses(join(folder, 'haproxy.cfg'))).toEqual([]);
});

test('without --sse the configuration is written once', async () => {
  const marathon = new FakeMarathon();
  await marathon.start();
  cleanups.push(() => marathon.stop());
  marathon.apps = [appJson('/web', 10_000, [taskJson('t1', [31_000])])];
  const folder = newFolder();
  const config = { ...lbConfig(marathon.url, folder, ['--auth-credentials', 'bob:se:cret']), sse: false };
  const lb = await startLb(config, { log: silentLogger, clock: systemClock() });
  await lb.stop();
  expect(readFileSync(join(folder, 'haproxy.cfg'), 'utf8')).toContain('backend web_10000');
  expect(marathon.authorization).toBe(`Basic ${Buffer.from('bob:se:cret').toString('base64')}`);
  expect(haproxyProcesses(join(folder, 'haproxy.cfg'))).toEqual([]);
});

test('HTTPS: the front chooses by server name, and plain requests are redirected', async () => {
  const folder = newFolder();
  const pem = join(folder, 'cert.pem');
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=s.localhost'];
  execFileSync('openssl', [...words, '-keyout', join(folder, 'key.pem'), '-out', pem], { stdio: 'ignore' });
  const both = `${readFileSync(pem, 'utf8')}${readFileSync(join(folder, 'key.pem'), 'utf8')}`;
  writeFileSync(pem, both);
  const { marathon, lb, front } = await bench(['--ssl-certs', pem, '--https-in-port', '0']);
  const web = await backend('web');
  marathon.change([
    appJson('/s', await freePort(), [taskJson('t', [web.port])], {
      labels: { HAPROXY_0_VHOST: 's.localhost', HAPROXY_0_REDIRECT_TO_HTTPS: 'true' },
    }),
  ]);
  await until('redirected', async () => (await ask(front, '/', { host: 's.localhost' })).status === 301);
  const https = lb.https?.port ?? 0;
  const curl = async (...more: string[]): Promise<string> => {
    const resolve = `s.localhost:${https}:127.0.0.1`;
    return (await promisify(execFile)('curl', ['-sk', '--resolve', resolve, ...more])).stdout;
  };
  expect(await curl(`https://s.localhost:${https}/`)).toBe('web');
  const shown = ['-o', '/dev/null', '-w', '%{redirect_url}'];
  const location = await curl(...shown, '-H', 'Host: s.localhost', `http://127.0.0.1:${front}/a?b`);
  expect(location).toBe(`https://s.localhost:${https}/a?b`);
});

/**
 * Restarts of the load balancer under traffic: stopped, killed, upgraded, in the middle of a reload or a drain, with and
 * without Marathon. HAProxy serves on, and no request is lost.
 */

import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import {
  type Answer,
  ask,
  Cleanups,
  freePort,
  load,
  send,
  until,
  type WebServer,
  webServer,
  websocketHello,
} from '../../bench/lb/kit';
import { findHaproxy } from '../../lb/edge/find-haproxy';
import { haproxyMasters, haproxyProcesses } from '../../lb/edge/processes';
import { appJson, taskJson } from '../lb/builders';
import { LbProcess, newSite, type Site } from './lb-processes';

jest.setTimeout(240_000);
const cleanups = new Cleanups();
afterEach(() => cleanups.run());

interface Stand {
  readonly site: Site;
  readonly marathon: FakeMarathon;
  readonly url: string;
  readonly webs: WebServer[];
  lb: LbProcess;
  /** Apps with these tasks of /web, by index. */
  apps(tasks: readonly number[], more?: readonly Record<string, unknown>[]): Record<string, unknown>[];
  api(path: string): Promise<Answer>;
  metric(name: string): Promise<number>;
  restart(signal: NodeJS.Signals, more?: readonly string[], env?: Record<string, string>): Promise<void>;
  start(more?: readonly string[], env?: Record<string, string>): Promise<void>;
}

async function stand(webCount = 4, more: readonly string[] = []): Promise<Stand> {
  const site = await newSite(cleanups);
  const webs = await Promise.all(
    Array.from({ length: webCount }, (_none, index) => webServer(`web.${index}`, cleanups)),
  );
  const port = await freePort();
  const marathon = new FakeMarathon();
  const url = await marathon.start(await freePort());
  cleanups.add(() => marathon.stop());
  const api = (path: string): Promise<Answer> => ask(site.ports.api, path);
  const bench: Stand = {
    site,
    marathon,
    url,
    webs,
    lb: undefined as unknown as LbProcess,
    apps: (tasks, others = []) => [
      ...others,
      appJson(
        '/web',
        port,
        tasks.map((index) => taskJson(`web.${index}`, [webs[index]?.port ?? 0])),
        { labels: { HAPROXY_0_VHOST: 'web.localhost' } },
      ),
    ],
    api,
    metric: async (name) =>
      Number(new RegExp(`^meseta_lb_${name} (\\S+)$`, 'm').exec((await api('/metrics')).body)?.[1]),
    start: async (flags = more, env = {}) => {
      bench.lb = await LbProcess.start(site, url, flags, env);
      if (!bench.lb.running) throw new Error(`the load balancer ended: ${bench.lb.err}`);
    },
    restart: async (signal, flags = more, env = {}) => {
      await bench.lb.stop(signal);
      await bench.start(flags, env);
    },
  };
  cleanups.add(async () => {
    if (bench.lb?.running) await bench.lb.stop('SIGKILL');
  });
  return bench;
}

const served = async ({ api }: Stand): Promise<boolean> =>
  (JSON.parse((await api('/health')).body) as { configuration: string }).configuration === 'current';

async function firstStart(bench: Stand): Promise<number | undefined> {
  await bench.start();
  const body = async (): Promise<string> =>
    (await ask(bench.site.ports.front, '/', { host: 'web.localhost' })).body;
  await until('served', async () => (await body()).startsWith('web.'));
  return haproxyMasters(bench.site.config)[0];
}

test('stop, kill -9 and start, with and without Marathon, lose no request and no websocket', async () => {
  const bench = await stand();
  bench.marathon.apps = bench.apps([0, 1]);
  const master = await firstStart(bench);
  const socket = connect(bench.site.ports.front, '127.0.0.1');
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
  const traffic = load(bench.site.ports.front, 'web.localhost');
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGKILL'] as const) {
    await bench.restart(signal);
    await until('the apps are served', () => served(bench));
  }
  // Marathon away: what serves stays, also over several restarts.
  const { port } = new URL(bench.url);
  await bench.marathon.stop();
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    await bench.restart(signal);
    await sleep(300);
    const health = JSON.parse((await bench.api('/health')).body) as unknown;
    expect(health).toMatchObject({ haproxy: 'running', configuration: 'previous', adopted: true });
    await until('it is told', async () => (await bench.api('/issues')).body.includes('"part":"marathon"'));
  }
  const back = new FakeMarathon();
  back.apps = bench.apps([0, 1, 2]);
  await back.start(Number(port));
  cleanups.add(() => back.stop());
  await until('the apps are served', () => served(bench));
  await until('the new task serves', () => (bench.webs[2]?.hits ?? 0) > 0);
  expect((await bench.api('/issues')).body).toBe('[]');
  const { requests, failures } = await traffic.stop();
  process.stderr.write(`restarts with and without Marathon: ${requests} requests\n`);
  expect(failures).toEqual([]);
  expect(await bench.metric('reloads')).toBe(0);
  expect(haproxyMasters(bench.site.config)).toEqual([master]);
  heard = '';
  socket.write('still there');
  await until('the websocket answers', () => heard === 'still there');
  expect(closed).toBe(false);
});

test('a stop while HAProxy is being started again leaves it serving, and the next start adopts it', async () => {
  const bench = await stand(1);
  const { site, marathon } = bench;
  const slow = join(site.folder, 'slow');
  const program = join(site.folder, 'slow-haproxy');
  const { path } = await findHaproxy(undefined);
  writeFileSync(program, `#!/bin/sh\n[ "$1" = -W ] && [ -e ${slow} ] && sleep 1\nexec ${path} "$@"\n`, {
    mode: 0o755,
  });
  marathon.apps = bench.apps([0]);
  const flags = [`--haproxy=${program}`];
  await bench.start(flags);
  const body = async (): Promise<string> =>
    (await ask(site.ports.front, '/', { host: 'web.localhost' })).body;
  await until('served', async () => (await body()) === 'web.0');
  writeFileSync(slow, '');
  for (const pid of haproxyProcesses(site.config)) process.kill(pid, 'SIGKILL');
  await until('it is being started again', () => bench.lb.err.includes('starting it again'));
  expect(await bench.lb.stop('SIGTERM')).toBe(0);
  expect(bench.lb.err).toContain('HAProxy serves on');
  const [master] = haproxyMasters(site.config);
  expect(readFileSync(join(site.folder, 'haproxy.pid'), 'utf8')).toMatch(`${master} `);
  expect(await body()).toBe('web.0');
  await bench.start(flags);
  await until('the apps are served', () => served(bench));
  expect(await bench.metric('reloads')).toBe(0);
  expect(haproxyMasters(site.config)).toEqual([master]);
});

test('tasks that come and go while no load balancer runs are caught up by commands', async () => {
  const bench = await stand(6);
  bench.marathon.apps = bench.apps([0, 1]);
  await firstStart(bench);
  const traffic = load(bench.site.ports.front, 'web.localhost');
  for (const [signal, tasks] of [
    ['SIGKILL', [1, 2]],
    ['SIGTERM', [2, 3, 4]],
    ['SIGKILL', [5]],
  ] as const) {
    await bench.lb.stop(signal);
    bench.marathon.apps = bench.apps(tasks);
    await bench.start();
    await until('the apps are served', () => served(bench));
    const before = bench.webs.map(({ hits }) => hits);
    const more = (index: number): number => (bench.webs[index]?.hits ?? 0) - (before[index] ?? 0);
    await until('each is busy', () => tasks.every((index) => more(index) > 5));
    // A request may have been on its way when the others left.
    const left = bench.webs.flatMap((_web, index) =>
      tasks.some((task) => task === index) ? [] : [more(index)],
    );
    expect(Math.max(...left)).toBeLessThanOrEqual(4);
  }
  // Servers that left by commands of an earlier balancer are gone from HAProxy, not only taken out.
  await until(
    'one server is left',
    async () =>
      (await ask(bench.site.ports.stats, '/haproxy?stats;csv')).body.match(/^web_\d+,127/gm)?.length === 1,
  );
  expect((await traffic.stop()).failures).toEqual([]);
  expect(await bench.metric('reloads')).toBe(0);
});

test('killed in the middle of reloads and drains, the next one carries on', async () => {
  const bench = await stand(4);
  bench.marathon.apps = bench.apps([0, 1]);
  await firstStart(bench);
  const traffic = load(bench.site.ports.front, 'web.localhost');
  const others: Record<string, unknown>[] = [];
  for (let round = 0; round < 8; round++) {
    const extra = await webServer(`extra.${round}`, cleanups);
    const port = await freePort();
    others.push(appJson(`/extra${round}`, port, [taskJson(`extra.${round}`, [extra.port])]));
    const tasks = round % 2 === 0 ? [0, 1, 2] : [1, 2];
    if (round % 2 === 1)
      void send('POST', `http://127.0.0.1:${bench.site.ports.api}/v1/drains`, {
        task: 'web.0',
        deadlineMs: 500,
      }).catch(() => undefined);
    bench.marathon.change(bench.apps(tasks, others));
    await sleep(round * 12);
    await bench.restart(round % 3 === 2 ? 'SIGTERM' : 'SIGKILL');
    await until('the new app serves', async () => (await ask(port)).body === `extra.${round}`);
    await until('the apps are served', () => served(bench));
    expect(haproxyProcesses(bench.site.config).length).toBeLessThanOrEqual(3);
  }
  expect((await traffic.stop()).failures).toEqual([]);
});

test('a task that is out, and a weight, are so after a restart', async () => {
  const bench = await stand(2);
  bench.marathon.apps = bench.apps([0, 1]);
  await firstStart(bench);
  const url = `http://127.0.0.1:${bench.site.ports.api}`;
  expect(await send('POST', `${url}/v1/drains`, { task: 'web.0', deadlineMs: 5000 })).toMatchObject({
    state: 'out',
  });
  await send('PUT', `${url}/v1/weights`, { app: '/web', weight: 7 });
  await bench.restart('SIGKILL');
  await until('the apps are served', () => served(bench));
  // What `meseta lb top` shows counts on: the worker is the one it was.
  const traffic = JSON.parse((await bench.api('/v1/traffic')).body) as { app: string; requests: number }[];
  expect(traffic.find(({ app }) => app === '/web')?.requests).toBeGreaterThan(0);
  const hits = bench.webs[0]?.hits;
  for (let count = 0; count < 8; count++) await ask(bench.site.ports.front, '/', { host: 'web.localhost' });
  expect(bench.webs[0]?.hits).toBe(hits);
  expect(await send('GET', `${url}/v1/weights`)).toEqual({ '/web': 7 });
  expect(await send('GET', `${url}/v1/drains/web.0`)).toMatchObject({ state: 'out' });
  expect(await send('DELETE', `${url}/v1/drains/web.0`)).toMatchObject({ state: 'in' });
  const { body } = await ask(bench.site.ports.stats, '/haproxy?stats;csv');
  const rows = body.split('\n').filter((line) => /^web_\d+,127/.test(line));
  expect(rows.map((row) => row.split(',')[18])).toEqual(['7', '7']);
  expect(await bench.metric('reloads')).toBe(0);
});

test('an upgrade (other flags, another template) is one reload, and loses nothing', async () => {
  const bench = await stand(2);
  bench.marathon.apps = bench.apps([0, 1]);
  const master = await firstStart(bench);
  const traffic = load(bench.site.ports.front, 'web.localhost');
  await bench.restart('SIGTERM', ['--reload-timeout=7mins', '--longest-path-first']);
  await until('the apps are served', () => served(bench));
  expect(await bench.metric('reloads')).toBe(1);
  const templates = join(bench.site.folder, 'templates');
  mkdirSync(templates);
  const text =
    '\nfrontend {backend}\n  bind {bindAddr}:{servicePort}{sslCert}{bindOptions}\n  mode {mode}\n  # changed\n';
  writeFileSync(join(templates, 'HAPROXY_FRONTEND_HEAD'), text);
  await bench.restart('SIGKILL', [`--templates-dir=${templates}`]);
  await until('the apps are served', () => served(bench));
  expect(readFileSync(bench.site.config, 'utf8')).toContain('# changed');
  expect(await bench.metric('reloads')).toBe(1);
  // Upgraded while Marathon is away: what serves stays as it is until the apps can be read.
  await bench.lb.stop('SIGTERM');
  bench.marathon.delayMs = 5000;
  await bench.start(['--reload-timeout=3mins']);
  expect(JSON.parse((await bench.api('/health')).body)).toMatchObject({ configuration: 'previous' });
  await until('the apps are served', () => served(bench));
  expect((await traffic.stop()).failures).toEqual([]);
  expect(haproxyMasters(bench.site.config)).toEqual([master]);
});

test('--stop-haproxy ends it; a second load balancer on the folder is refused and harms nothing', async () => {
  const bench = await stand(1);
  bench.marathon.apps = bench.apps([0]);
  await firstStart(bench);
  const second = await LbProcess.start(bench.site, bench.url);
  expect(await second.closed).toBe(1);
  expect(second.err).toContain('is in use by process');
  expect((await ask(bench.site.ports.front, '/', { host: 'web.localhost' })).status).toBe(200);
  expect(await bench.lb.stop()).toBe(0);
  expect(bench.lb.err).toMatch(/serves on/);
  expect(haproxyMasters(bench.site.config)).toHaveLength(1);
  await bench.start(['--stop-haproxy']);
  expect(await bench.lb.stop()).toBe(0);
  expect(haproxyProcesses(bench.site.config)).toEqual([]);
});

test("HAProxy's log on standard output: it serves on while nobody reads it, and the next balancer reads on", async () => {
  const flags = ['--access-log=stdout'];
  const bench = await stand(1, flags);
  bench.marathon.apps = bench.apps([0]);
  const master = await firstStart(bench);
  await until('a line', () => bench.lb.out.includes('GET / HTTP'));
  expect(await bench.lb.stop('SIGKILL')).toBeNull();
  // More than a pipe holds.
  const long = `/${'x'.repeat(800)}`;
  for (let count = 0; count < 200; count++)
    expect((await ask(bench.site.ports.front, long, { host: 'web.localhost' })).status).toBe(200);
  for (const descriptor of [1, 2]) {
    const flagsOf = readFileSync(`/proc/${master}/fdinfo/${descriptor}`, 'utf8');
    expect(Number.parseInt(/^flags:\s*(\d+)/m.exec(flagsOf)?.[1] ?? '', 8) & constants.O_NONBLOCK).not.toBe(
      0,
    );
  }
  await bench.start();
  await until('what the pipe held', () => bench.lb.out.includes(long));
  await ask(bench.site.ports.front, '/again', { host: 'web.localhost' });
  await until('a new line', () => bench.lb.out.includes('GET /again HTTP'));
  expect(haproxyMasters(bench.site.config)).toEqual([master]);
});

test('a certificate that changes while no load balancer runs, or while Marathon is away, is put in place', async () => {
  const bench = await stand(1);
  const certificate = join(bench.site.folder, 'front.pem');
  const port = await freePort();
  const name = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const flags = ['--ssl-certs', certificate, '--https-in-port', String(port)];
  makeCertificate(certificate, 'first');
  bench.marathon.apps = bench.apps([0]);
  await bench.start(flags);
  await until('served', () => served(bench));
  expect(await name()).toBe('first');
  await bench.lb.stop('SIGKILL');
  makeCertificate(certificate, 'second');
  await bench.start(flags);
  await until('the second', async () => (await name()) === 'second');
  await bench.marathon.stop();
  await bench.restart('SIGTERM', flags);
  makeCertificate(certificate, 'third');
  await until('the third', async () => (await name()) === 'third');
  expect(await bench.metric('reloads')).toBe(0);
});

/** A certificate with its key, made beside and moved into place. */
function makeCertificate(path: string, commonName: string): void {
  const key = `${path}.key`;
  const fresh = `${path}.fresh`;
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-subj', `/CN=${commonName}`, '-keyout', key, '-out', fresh],
    { stdio: 'ignore' },
  );
  writeFileSync(fresh, readFileSync(fresh, 'utf8') + readFileSync(key, 'utf8'));
  renameSync(fresh, path);
}

const ROUNDS = Number(process.env['LB_RESTART_ROUNDS'] ?? 14);
const SEED = Number(process.env['LB_RESTART_SEED'] ?? 4711);

test(
  `${ROUNDS} random changes and restarts, in any order, with and without Marathon, lose no request`,
  async () => {
    let seed = SEED;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const bench = await stand(2);
    const { site, marathon } = bench;
    let running = [0, 1];
    let others: Record<string, unknown>[] = [];
    const publish = (): void => marathon.change(bench.apps(running, others));
    publish();
    await firstStart(bench);
    const done = new Map<string, number>();
    const traffic = load(site.ports.front, 'web.localhost', { keptAlive: 3, fresh: 3 });
    const flagSets = [[], ['--reload-timeout=7mins'], ['--longest-path-first'], ['--haproxy-map']];
    let flags = flagSets[0] ?? [];
    let away = false;
    const tasksEnd: Promise<unknown>[] = [];

    /** As Marathon ends a task: taken out first, however often that has to be asked, then gone, then its process. */
    const end = async (index: number): Promise<void> => {
      const ask = (): Promise<unknown> =>
        send('POST', `http://127.0.0.1:${site.ports.api}/v1/drains`, {
          task: `web.${index}`,
          deadlineMs: 5000,
        }).catch(() => undefined);
      await until('taken out', async () => ((await ask()) as { state?: string })?.state === 'out');
      running = running.filter((other) => other !== index);
      publish();
      await bench.webs[index]?.stop();
    };
    const changes: Record<string, () => Promise<void> | void> = {
      'scale up': async () => {
        const web = await webServer(`web.${bench.webs.length}`, cleanups);
        running = [...running, bench.webs.push(web) - 1];
        publish();
      },
      'scale down': () => {
        const [oldest] = running;
        if (away || running.length < 3 || oldest === undefined) return;
        running = [...running.slice(1), oldest];
        tasksEnd.push(end(oldest));
      },
      'new app': async () => {
        const extra = await webServer('extra', cleanups);
        others = [
          ...others.slice(-2),
          appJson(`/extra${seed}`, await freePort(), [taskJson('e', [extra.port])]),
        ];
        publish();
      },
      'app gone': () => {
        others = others.slice(1);
        publish();
      },
      weight: async () => {
        await send('PUT', `http://127.0.0.1:${site.ports.api}/v1/weights`, {
          app: '/web',
          weight: 1 + random(200),
        }).catch(() => undefined);
      },
      'SIGTERM and start': () => bench.restart('SIGTERM', flags),
      'SIGKILL and start': () => bench.restart('SIGKILL', flags),
      'SIGKILL and start, again and again': async () => {
        for (let times = 0; times < 3; times++) {
          await bench.restart('SIGKILL', flags);
          await sleep(random(120));
        }
      },
      upgrade: async () => {
        flags = flagSets[random(flagSets.length)] ?? [];
        await bench.restart('SIGTERM', flags);
      },
      'Marathon away or back': async () => {
        await Promise.all(tasksEnd.splice(0));
        away = !away;
        if (away) await marathon.stop();
        else await marathon.start(Number(new URL(bench.url).port));
      },
    };
    const names = Object.keys(changes);
    for (let round = 0; round < ROUNDS; round++) {
      const name = names[random(names.length)] ?? '';
      await changes[name]?.();
      done.set(name, (done.get(name) ?? 0) + 1);
      await sleep(random(400));
      expect(haproxyProcesses(site.config).length).toBeLessThanOrEqual(3);
    }
    if (away) await marathon.start(Number(new URL(bench.url).port));
    await Promise.all(tasksEnd.splice(0));
    await until('the apps are served', () => served(bench));
    const { requests, failures } = await traffic.stop();
    const report = [...done].map(([name, times]) => `${times} ${name}`).join(', ');
    process.stderr.write(`restarts: ${requests} requests, ${failures.length} failed; ${report}\n`);
    expect(failures).toEqual([]);
  },
  120_000 + ROUNDS * 5000,
);

test('a balancer of another work folder is told whose HAProxy has its ports', async () => {
  const bench = await stand(1);
  bench.marathon.apps = bench.apps([0]);
  await firstStart(bench);
  await bench.lb.stop();
  const other = await newSite(cleanups);
  const lb = await LbProcess.start({ ...other, ports: bench.site.ports }, bench.url);
  expect(await lb.closed).toBe(1);
  expect(lb.err).toContain(`with ${bench.site.config}); start with its --work-dir to adopt it`);
});

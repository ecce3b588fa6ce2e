/**
 * Traffic under change: LB_TRAFFIC_CHANGES=1000 random changes (default a few) of scale, restart, deploy, suspend, weight,
 * certificate and bad labels, over at least LB_TRAFFIC_REQUESTS=1000000 requests on kept and on fresh connections, and a
 * websocket that was open before. No request may fail, no third worker may appear, the websocket must live.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ask,
  Cleanups,
  freePort,
  load,
  send,
  stand,
  until,
  type WebServer,
  webServer,
  websocketHello,
} from '../../bench/lb/kit';
import { type Logger, silentLogger } from '../../cluster/runtime/log';
import { appJson, taskJson } from '../lb/builders';

const CHANGES = Number(process.env['LB_TRAFFIC_CHANGES'] ?? 40);
const REQUESTS = Number(process.env['LB_TRAFFIC_REQUESTS'] ?? 0);
const SEED = Number(process.env['LB_TRAFFIC_SEED'] ?? 4711);
jest.setTimeout(120_000 + CHANGES * 2000 + REQUESTS * 5);
const cleanups = new Cleanups();
afterEach(() => cleanups.run());

let state = SEED;
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

function makeCertificate(folder: string, name: string): string {
  const key = join(folder, `${name}.key`);
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
  rmSync(key);
  return path;
}

interface Running {
  id: string;
  web: WebServer;
  version: string;
}

test(`${CHANGES} random changes lose no request`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-traffic-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  const current = makeCertificate(folder, 'current');
  const port = await freePort();
  const oddPort = await freePort();
  let count = 0;
  let running: Running[] = [];
  let odd: Record<string, string> = {};
  let suspended = false;
  let version = 1;
  const begin = async (): Promise<Running> => ({
    id: `web.${count++}`,
    web: await webServer(`web.${count}`, new Cleanups()),
    version: `2024-05-01T10:00:00.${version}Z`,
  });
  cleanups.add(() => Promise.all(running.map(({ web }) => web.stop())));
  for (let index = 0; index < 4; index++) running.push(await begin());
  const pinned = running[0];
  const apps = (): Record<string, unknown>[] => [
    appJson('/odd', oddPort, suspended ? [] : [taskJson('odd.0', [pinned?.web.port ?? 0])], {
      labels: { HAPROXY_0_MODE: 'http', ...odd },
    }),
    appJson(
      '/web',
      port,
      running.map((task) => taskJson(task.id, [task.web.port], { version: task.version })),
      { labels: { HAPROXY_0_VHOST: 'web.localhost', HAPROXY_0_SERVER_WEIGHT: String(version % 256 || 1) } },
    ),
  ];
  const told: string[] = [];
  const done = new Map<string, number>();
  const log: Logger = {
    ...silentLogger,
    info: (fields, text) => void (/reloaded/.test(text) && told.push(`${text}: ${JSON.stringify(fields)}`)),
    warn: (fields, text) => void (/HAProxy/.test(text) && told.push(`${text}: ${JSON.stringify(fields)}`)),
  };
  const { marathon, front, lb, api, metric } = await stand(
    cleanups,
    ['--ssl-certs', current, '--https-in-port', '0'],
    apps(),
    log,
  );
  await until('served', async () => (await metric('reloads')) === 1);
  const tell = (id: string): void => {
    marathon.apps = apps();
    marathon.publish('status_update_event', { appId: id });
  };
  const socket = connect(front, '127.0.0.1');
  cleanups.add(() => socket.destroy());
  let heard = '';
  socket.on('data', (data) => {
    heard = (heard + data.toString()).slice(-200);
  });
  socket.write(websocketHello('web.localhost'));
  let closedAt: string | undefined;
  socket.on('close', () => {
    closedAt = `${[...done].map(([name, times]) => `${times} ${name}`).join(', ')}`;
  });
  await until('the websocket is open', () => heard.includes('101'));
  const keeper = running.find(({ web }) => web.upgrades > 0) ?? pinned;

  /** A task goes: out of Marathon first, its process only when the load balancer has let it go, as with draining. */
  const end = async (gone: Running[]): Promise<void> => {
    for (const { id } of gone) await send('POST', `${api}/v1/drains`, { task: id, deadlineMs: 5000 });
    running = running.filter((task) => !gone.includes(task));
    tell('/web');
    for (const { web } of gone) await web.stop();
  };
  const removable = (): Running[] => running.filter((task) => task !== keeper && task !== pinned);
  const changes: (readonly [string, () => Promise<void>])[] = [
    [
      'scale up',
      async () => {
        if (running.length < 8) running.push(await begin());
        tell('/web');
      },
    ],
    ['scale down', async () => end(removable().slice(0, 1 + random(2)))],
    [
      'restart',
      async () => {
        const old = removable();
        running = [...running, ...(await Promise.all(old.map(begin)))];
        tell('/web');
        await sleep(50);
        await end(old);
      },
    ],
    [
      'deploy',
      async () => {
        version++;
        const old = removable();
        for (const task of old) {
          running.push(await begin());
          tell('/web');
          await sleep(10);
          await end([task]);
        }
      },
    ],
    [
      'suspend or resume',
      async () => {
        suspended = !suspended;
        tell('/odd');
      },
    ],
    [
      'weight',
      async () => void (await send('PUT', `${api}/v1/weights`, { app: '/web', weight: 1 + random(256) })),
    ],
    ['certificate', async () => renameSync(makeCertificate(folder, `next${random(1000)}`), current)],
    [
      'bad labels',
      async () => {
        odd = {
          HAPROXY_0_BALANCE: ['round"robin', 'a\nb', 'nothing'][random(3)] ?? '',
          HAPROXY_0_STICKY: 'ture',
          ...(random(4) === 0 ? { HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL: 'nowhere' } : {}),
        };
        tell('/odd');
      },
    ],
  ];

  const each = REQUESTS > 0 ? 8 : 4;
  const traffic = load(front, 'web.localhost', { keptAlive: each, fresh: each });
  let workers = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const pids = (await ask(lb.http.port, '/_haproxy_getpids')).body.trim().split(' ');
      workers = Math.max(workers, pids.length - 1);
      await sleep(25);
    }
  })();
  for (let turn = 0; turn < CHANGES; turn++) {
    const [name, change] = changes[random(changes.length)] ?? changes[0] ?? ['', async () => undefined];
    await change();
    done.set(name, (done.get(name) ?? 0) + 1);
    await sleep(20 + random(100));
    while (traffic.count() < (REQUESTS * (turn + 1)) / CHANGES) await sleep(5);
  }
  await sleep(300);
  over = true;
  await watching;
  const { requests, failures } = await traffic.stop();
  expect({ closedAt, told: told.slice(1) }).toEqual({ closedAt: undefined, told: [] });
  heard = '';
  socket.write('still there');
  await until('the websocket answers', () => heard === 'still there');
  const report = [...done].map(([name, times]) => `${times} ${name}`).join(', ');
  const reloads = await metric('reloads');
  const commands = await metric('commands');
  process.stderr.write(
    `traffic: ${requests} requests, ${failures.length} failed; ${report}; ${reloads - 1} reloads, ${commands} commands, ${workers} workers at most\n`,
  );
  expect(failures).toEqual([]);
  expect(workers).toBeLessThanOrEqual(2);
});

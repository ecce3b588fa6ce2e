/**
 * Our Marathon and our load balancer together: a task is killed when its requests are done. Scaling down, restarting and
 * deploying lose no request of clients that go on asking all the time; a request that never ends holds nothing up for
 * longer than the deadline.
 */

import { request } from 'node:http';
import { ask, Cleanups, freePort, load, send, until } from '../../bench/lb/kit';
import { startCluster } from '../../cli/cluster/cluster';
import { upFlags } from '../../cli/cluster/options';
import { MemoryStore } from '../../cluster/state/memory';
import { MARATHON_FLAGS, marathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { lbFlags, readLbConfig } from '../../lb/config';
import { startLb } from '../../lb/main';
import { eventually } from './eventually';
import { deps, flagsOf, OneMachine } from './one-machine';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

/** Answers after a while, so that there is always a request in the middle of it. It dies at once when it is told to. */
const SERVER = (delayMs: number, version: string): string =>
  `exec node -e 'require("node:http").createServer((asked, answer) => setTimeout(() => answer.end("${version}"), ` +
  `asked.url === "/slow" ? 60000 : ${delayMs})).listen(process.env.PORT0, process.env.HOST)'`;

const app = (version: string, instances: number, more: Record<string, unknown> = {}): object => ({
  id: '/web',
  cmd: SERVER(30, version),
  instances,
  cpus: 0.01,
  mem: 32,
  portDefinitions: [{ port: 0, protocol: 'tcp' }],
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  healthChecks: [
    {
      protocol: 'HTTP',
      path: '/',
      portIndex: 0,
      gracePeriodSeconds: 30,
      intervalSeconds: 1,
      timeoutSeconds: 5,
    },
  ],
  labels: { HAPROXY_GROUP: 'external', HAPROXY_0_VHOST: 'web.localhost' },
  ...more,
});

interface Shown {
  readonly app: {
    readonly tasksHealthy: number;
    readonly tasksRunning: number;
    readonly deployments: readonly unknown[];
    readonly tasks: readonly { readonly id: string; readonly version: string }[];
  };
}

/** The servers of the app that are up, as columns of HAProxy's statistics; the fifth is the sessions it has now. */
async function serversAt(stats: number): Promise<string[][]> {
  const { body } = await ask(stats, '/haproxy?stats;csv');
  const rows = body.split('\n').filter((line) => /^web_\d+,(?!BACKEND|FRONTEND)/.test(line));
  return rows.map((line) => line.split(',')).filter((columns) => columns[17]?.startsWith('UP'));
}

async function shown(marathon: string): Promise<Shown['app']> {
  return ((await send('GET', `${marathon}/v2/apps//web`)) as Shown).app;
}

async function deployed(marathon: string, instances: number): Promise<void> {
  await eventually(
    `${instances} healthy instances and nothing to do`,
    async () => {
      const { deployments, tasksHealthy, tasks } = await shown(marathon);
      return deployments.length === 0 && tasksHealthy === instances && tasks.length === instances;
    },
    60_000,
  );
}

async function put(url: string, body: unknown, method = 'PUT'): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

test('meseta up: scaling down, restarting and deploying lose no request', async () => {
  const machine = new OneMachine();
  cleanups.add(() => machine.stop());
  const options = flagsOf(upFlags, [
    '--free-ports',
    `--work-dir=${machine.folder}`,
    '--resources=cpus:4;mem:4096',
  ]);
  const failed: string[] = [];
  const cluster = await startCluster(options, { ...deps, tell: (text) => failed.push(text) });
  cleanups.add(() => cluster.stop());
  const { marathon } = cluster;
  const front = cluster.http?.port ?? 0;
  await put(`${marathon}/v2/apps`, app('one', 4), 'POST');
  await deployed(marathon, 4);
  const answer = async (): Promise<string> => (await ask(front, '/', { host: 'web.localhost' })).body;
  await eventually('an answer', async () => (await answer()) === 'one');
  const traffic = load(front, 'web.localhost', { keptAlive: 4, fresh: 4 });
  await put(`${marathon}/v2/apps//web`, { instances: 2 });
  await deployed(marathon, 2);
  await put(`${marathon}/v2/apps//web`, { instances: 3 });
  await deployed(marathon, 3);
  const before = (await shown(marathon)).tasks.map(({ id }) => id);
  await put(`${marathon}/v2/apps//web/restart`, {}, 'POST');
  await deployed(marathon, 3);
  expect((await shown(marathon)).tasks.some(({ id }) => before.includes(id))).toBe(false);
  await put(`${marathon}/v2/apps//web`, app('two', 2));
  await deployed(marathon, 2);
  await eventually('the new version', async () => (await answer()) === 'two');
  const { requests, failures } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(200);
  expect(failed).toEqual([]);
  const lb = cluster.endpoints.find(({ part }) => part === 'lb')?.url ?? '';
  const reloads = /^meseta_lb_reloads (\d+)$/m.exec(await (await fetch(`${lb}/metrics`)).text())?.[1];
  process.stderr.write(`drain: ${requests} requests, 0 failed; ${reloads} reloads\n`);
});

test('a request that does not end is cut at the deadline, and the others lose nothing meanwhile', async () => {
  const machine = new OneMachine();
  cleanups.add(() => machine.stop());
  const master = await machine.startMaster();
  await machine.startAgent('agent', ['--resources=cpus:4;mem:4096;ports:[21000-21100]']);
  const api = await freePort();
  const http = await freePort();
  const appIds = await freePort();
  const stats = await freePort();
  const args = [`--master=127.0.0.1:${master.http.port}`, '--http_port=0', '--hostname=127.0.0.1'];
  const flags = ['--mesos_user=root', `--lb_drain=http://127.0.0.1:${api}`, '--lb_drain_timeout=1500'];
  const marathon = await startMarathon(marathonConfig(flagsOf(MARATHON_FLAGS, [...args, ...flags])), {
    ...deps,
    state: new MemoryStore(),
  });
  cleanups.add(() => marathon.stop());
  const places = [
    `--http-in-port=${http}`,
    `--appid-port=${appIds}`,
    `--stats-port=${stats}`,
    `--http-port=${api}`,
  ];
  const lbArgs = [
    '--sse',
    '--stop-haproxy',
    '--group=*',
    `--marathon=${marathon.http.url}`,
    `--work-dir=${machine.folder}/lb`,
  ];
  const lb = await startLb(
    readLbConfig(flagsOf(lbFlags, [...lbArgs, '--bind-address=127.0.0.1', '--health-check', ...places]), {}),
    deps,
  );
  cleanups.add(() => lb.stop());
  await put(`${marathon.http.url}/v2/apps`, app('one', 2), 'POST');
  await deployed(marathon.http.url, 2);
  await eventually('an answer', async () => (await ask(http, '/', { host: 'web.localhost' })).body === 'one');
  await eventually('both servers', async () => (await serversAt(stats)).length === 2);
  let cut: number | undefined;
  for (let round = 0; round < 6; round++) {
    const slow = request({
      host: '127.0.0.1',
      port: http,
      path: '/slow',
      headers: { host: 'web.localhost' },
    });
    slow.on('response', (answer) => {
      cut ??= performance.now();
      answer.resume();
    });
    slow.on('error', () => {
      cut ??= performance.now();
    });
    slow.end();
    cleanups.add(() => slow.destroy());
  }
  await eventually('both have one', async () =>
    (await serversAt(stats)).every((columns) => Number(columns[4]) > 0),
  );
  const traffic = load(http, 'web.localhost', { keptAlive: 2, fresh: 2 });
  const began = performance.now();
  await put(`${marathon.http.url}/v2/apps//web`, { instances: 1 });
  await until('a slow request is cut', () => cut !== undefined);
  expect((cut ?? 0) - began).toBeGreaterThan(1400);
  await deployed(marathon.http.url, 1);
  expect((await traffic.stop()).failures).toEqual([]);
});

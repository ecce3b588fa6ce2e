/**
 * Zero-downtime deployment with a real HAProxy under load: a Marathon played by the test starts and stops web servers.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ask,
  Cleanups,
  freePort,
  lbConfig,
  load,
  until,
  type WebServer,
  webServer,
} from '../../bench/lb/kit';
import { systemClock } from '../../cluster/runtime/clock';
import { HttpClient } from '../../cluster/runtime/http/client';
import { silentLogger } from '../../cluster/runtime/log';
import { encodeSse } from '../../cluster/runtime/streams/sse';
import { anonymous } from '../../lb/edge/authorize';
import { runZdd, type ZddConfig, ZddError } from '../../lb/edge/zdd/main';
import { startLb } from '../../lb/main';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

interface Live {
  json: Record<string, unknown>;
  tasks: { id: string; web: WebServer }[];
}

/** A Marathon whose tasks are web servers that answer with the colour of their app. */
class SmallMarathon {
  readonly apps = new Map<string, Live>();
  private readonly listeners = new Set<(event: string) => void>();
  private count = 0;
  url = '';

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (request.url?.startsWith('/v2/events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        const listener = (app: string): boolean =>
          response.write(encodeSse('status_update_event', JSON.stringify({ appId: app })));
        this.listeners.add(listener);
        response.on('close', () => this.listeners.delete(listener));
        return;
      }
      this.answer(request).then(
        (body) => answer(body === undefined ? 404 : 200, body ?? {}),
        (error: Error) => answer(500, { message: error.message }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    cleanups.add(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
  }

  private async answer(request: IncomingMessage): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body =
      chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/v2/apps' && request.method === 'GET')
      return { apps: [...this.apps.values()].map((live) => this.show(live)) };
    if (path === '/v2/apps') return await this.scale(String(body['id']), body, Number(body['instances']));
    if (path === '/v2/tasks/delete') return await this.kill(body['ids'] as string[]);
    const id = path.slice('/v2/apps'.length);
    const app = this.apps.get(id);
    if (!app) return undefined;
    if (request.method === 'GET') return { app: this.show(app) };
    if (request.method === 'PUT') return await this.scale(id, app.json, Number(body['instances']));
    for (const task of app.tasks) await task.web.stop();
    this.apps.delete(id);
    this.tell(id);
    return {};
  }

  private async scale(id: string, json: Record<string, unknown>, instances: number): Promise<unknown> {
    const app = this.apps.get(id) ?? { json, tasks: [] };
    this.apps.set(id, app);
    while (app.tasks.length < instances)
      app.tasks.push({ id: `${id.slice(1)}.${this.count++}`, web: await webServer(id, cleanups) });
    this.tell(id);
    return this.show(app);
  }

  private async kill(ids: readonly string[]): Promise<unknown> {
    for (const [id, app] of this.apps) {
      const dead = app.tasks.filter((task) => ids.includes(task.id));
      for (const task of dead) await task.web.stop();
      app.tasks = app.tasks.filter((task) => !ids.includes(task.id));
      if (dead.length > 0) this.tell(id);
    }
    return {};
  }

  private tell(id: string): void {
    for (const listener of this.listeners) listener(id);
  }

  private show({ json, tasks }: Live): unknown {
    const shown = tasks.map(({ id, web }) => ({
      id,
      host: '127.0.0.1',
      state: 'TASK_RUNNING',
      ports: [web.port],
    }));
    return { ...json, instances: tasks.length, deployments: [], tasks: shown, healthChecks: [] };
  }
}

async function bench(): Promise<{
  marathon: SmallMarathon;
  lb: string;
  front: number;
  app: (instances: number) => unknown;
}> {
  const marathon = new SmallMarathon();
  await marathon.start();
  const folder = mkdtempSync(join(tmpdir(), 'lb-zdd-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  const lb = await startLb(lbConfig(marathon.url, folder), { log: silentLogger, clock: systemClock() });
  cleanups.add(() => lb.stop());
  const port = await freePort();
  const other = await freePort();
  const app = (instances: number): unknown => ({
    id: 'shop',
    instances,
    networks: [{ mode: 'host' }],
    portDefinitions: [{ port }],
    labels: {
      HAPROXY_GROUP: 'external',
      HAPROXY_0_VHOST: 'shop.localhost',
      HAPROXY_DEPLOYMENT_GROUP: 'shop',
      HAPROXY_DEPLOYMENT_ALT_PORT: String(other),
    },
  });
  return { marathon, lb: `http://127.0.0.1:${lb.stats.port}`, front: lb.vhosts?.port ?? 0, app };
}

async function zdd(
  marathon: SmallMarathon,
  lb: string,
  app: unknown,
  more: Partial<ZddConfig> = {},
): Promise<number> {
  const client = new HttpClient();
  cleanups.add(() => client.close());
  const config: ZddConfig = {
    marathon: marathon.url,
    loadBalancer: lb,
    app,
    dryRun: false,
    force: true,
    resume: false,
    stepDelayMs: 100,
    maxWaitMs: 20_000,
    preKillHook: undefined,
    initialInstances: 1,
    newInstances: 0,
    linearIncrease: 0,
    completeCurrent: false,
    completePrevious: false,
    ...more,
  };
  const quiet = (): void => undefined;
  return await runZdd(config, {
    client,
    authorize: anonymous,
    out: quiet,
    say: quiet,
    confirm: async () => false,
    sleep,
    now: () => Date.now(),
  });
}

test('blue gives way to green, and back, without a lost request', async () => {
  const { marathon, lb, front, app } = await bench();
  expect(await zdd(marathon, lb, app(3))).toBe(0);
  const body = async (): Promise<string> => (await ask(front, '/', { host: 'shop.localhost' })).body;
  await until('blue serves', async () => (await body()) === '/shop-blue');
  const traffic = load(front, 'shop.localhost');
  expect(await zdd(marathon, lb, app(3))).toBe(0);
  expect([...marathon.apps.keys()]).toEqual(['/shop-green']);
  expect(marathon.apps.get('/shop-green')?.tasks.length).toBe(3);
  expect(await zdd(marathon, lb, app(3))).toBe(0);
  expect([...marathon.apps.keys()]).toEqual(['/shop-blue']);
  await sleep(200);
  const { requests, failures } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(100);
  expect(await body()).toBe('/shop-blue');
});

test('a hybrid keeps both, then one of them is completed', async () => {
  const { marathon, lb, app } = await bench();
  await zdd(marathon, lb, app(3));
  expect(await zdd(marathon, lb, app(3), { newInstances: 1 })).toBe(0);
  const counts = (): unknown => [...marathon.apps].map(([id, { tasks }]) => [id, tasks.length]);
  expect(counts()).toEqual([
    ['/shop-blue', 2],
    ['/shop-green', 1],
  ]);
  await expect(zdd(marathon, lb, app(3))).rejects.toThrow(ZddError);
  expect(await zdd(marathon, lb, app(3), { completeCurrent: true })).toBe(0);
  expect(counts()).toEqual([['/shop-green', 3]]);
});

test('a dry run and a no leave everything as it is', async () => {
  const { marathon, lb, app } = await bench();
  expect(await zdd(marathon, lb, app(1), { dryRun: true })).toBe(0);
  expect(await zdd(marathon, lb, app(1), { force: false })).toBe(1);
  expect(marathon.apps.size).toBe(0);
  await expect(zdd(marathon, lb, app(1), { completePrevious: true })).rejects.toMatchObject({ status: 3 });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../../cluster/agent/config';
import { startAgent } from '../../../cluster/agent/main';
import { hostExecutor } from '../../../cluster/executor/main';
import { masterFlags } from '../../../cluster/master/config';
import { startMaster } from '../../../cluster/master/main';
import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import type { Running } from '../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../cluster/runtime/log';
import { MemoryStore } from '../../../cluster/state/memory';
import { parseMarathonConfig } from '../../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../../frameworks/marathon/main';
import { eventually } from '../../e2e/eventually';
import { playPod } from './pod-on-agent';
import { followStatefulApp, followStatefulPod } from './stateful-app';

const clock = systemClock();
const log = silentLogger;

/** Marathon with our own master and agents: real processes are launched. */
describe('Marathon on a real cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'marathon-real-'));
  const running: Running[] = [];
  const store = new MemoryStore();
  let master: { http: { port: number } };
  let marathon: Marathon;

  const boot = async (): Promise<Marathon> => {
    const args = ['--master', `127.0.0.1:${master.http.port}`, '--http_port', '0', '--hostname', '127.0.0.1'];
    args.push('--mesos_offer_constraints');
    const parsed = parseMarathonConfig({ args, env: {} });
    if (!('config' in parsed)) throw new Error('help');
    return startMarathon(parsed.config, { log, clock, state: store });
  };

  beforeAll(async () => {
    const parse = { command: '', about: '', env: {} };
    const masterArgs = ['--port=0', '--in_memory'];
    const started = await startMaster(parseFlags(masterFlags, { ...parse, args: masterArgs }).flags, {
      log,
      clock,
      state: new MemoryStore(),
    });
    master = started;
    running.push(started);
    for (const index of [1, 2]) {
      const args = [
        `--master=127.0.0.1:${started.http.port}`,
        '--port=0',
        `--work_dir=${join(folder, String(index))}`,
        `--attributes=rack:r${index}`,
        `--resources=cpus:4;mem:2048;disk:1000;ports:[${31_000 + index * 100}-${31_099 + index * 100}]`,
        '--registration_backoff_factor=10ms',
      ];
      const { flags } = parseFlags(agentFlags, { ...parse, args });
      running.push(await startAgent(flags, { log, clock, executor: hostExecutor, endsTasks: true }));
    }
    marathon = await boot();
  });

  afterAll(async () => {
    await marathon.stop();
    for (const each of running.reverse()) await each.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers have many shapes.
  const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await fetch(marathon.http.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return JSON.parse(await answer.text());
  };

  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 6000; turn++) {
      if ((await ask('GET', '/v2/deployments')).length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`deployments do not end: ${JSON.stringify(await ask('GET', '/v2/queue'))}`);
  };

  const healthy = async (count: number): Promise<void> => {
    for (let turn = 0; turn < 6000; turn++) {
      const { app } = await ask('GET', '/v2/apps/web');
      if (app?.tasksHealthy === count) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`not ${count} healthy tasks: ${JSON.stringify(await ask('GET', '/v2/apps/web'))}`);
  };

  it('launches, serves, scales, restarts, survives and ends tasks', async () => {
    const serve = `exec ${process.execPath} -e "require('http').createServer((q,r)=>r.end(process.env.MARATHON_APP_ID)).listen(process.env.PORT0)"`;
    const app = { id: '/web', cmd: serve, cpus: 0.1, mem: 64, instances: 2, healthChecks: [{ path: '/' }] };
    await ask('POST', '/v2/apps', app);
    await settled();
    const { tasks } = await ask('GET', '/v2/apps/web/tasks');
    expect(tasks).toHaveLength(2);
    for (const { host, ports } of tasks) {
      const answer = await fetch(`http://${host}:${ports[0]}/`);
      expect(await answer.text()).toBe('/web');
    }

    await ask('PUT', '/v2/apps/web', { instances: 3 });
    await settled();
    expect((await ask('GET', '/v2/apps/web')).app).toMatchObject({ tasksRunning: 3, tasksHealthy: 3 });
    await ask('POST', '/v2/apps/web/restart');
    await settled();
    const after = (await ask('GET', '/v2/apps/web/tasks')).tasks;
    expect(after).toHaveLength(3);
    expect(after.some(({ id }: { id: string }) => tasks.some((task: { id: string }) => task.id === id))).toBe(
      false,
    );

    await marathon.stop();
    marathon = await boot();
    await healthy(3);
    const adopted = (await ask('GET', '/v2/apps/web/tasks')).tasks;
    expect(adopted.map(({ id }: { id: string }) => id).sort()).toEqual(
      after.map(({ id }: { id: string }) => id).sort(),
    );
    expect((await ask('GET', '/v2/apps/web')).app).toMatchObject({ tasksRunning: 3, tasksHealthy: 3 });

    await ask('DELETE', `/v2/apps/web/tasks/${adopted[0].id}?scale=true`);
    await settled();
    expect((await ask('GET', '/v2/apps/web')).app.instances).toBe(2);
    await ask('DELETE', '/v2/apps/web');
    await settled();
    for (const { host, ports } of adopted) {
      await expect(fetch(`http://${host}:${ports[0]}/`)).rejects.toThrow();
    }
  });

  it('runs a pod, whose containers share a volume', async () => {
    await playPod(marathon.http.url);
  }, 120_000);

  it('keeps the files of a stateful app and a pod on their agent, over tasks and until it is wiped', async () => {
    const folders = [1, 2].map((index) => join(folder, String(index)));
    const place = `http://127.0.0.1:${master.http.port}`;
    await followStatefulApp({ marathon: marathon.http.url, master: place, folders });
    await followStatefulPod({ marathon: marathon.http.url, master: place, folders });
  }, 120_000);

  it('runs the apps of a group in the role that the group enforces', async () => {
    const apps = [{ id: 'worker', cmd: 'sleep 1000', cpus: 0.1, mem: 32 }];
    await ask('PUT', '/v2/groups/dev', { enforceRole: true, apps });
    await settled();
    const { tasks } = await ask('GET', '/v2/apps/dev/worker/tasks');
    expect(tasks).toMatchObject([{ state: 'TASK_RUNNING', role: 'dev' }]);
    // The agents are known from their offers by now: two with four cpus each.
    const plan = (cpus: number) =>
      ask('POST', '/v2/deployments/plan', { apps: { id: '/dev/worker', cpus, instances: 2 } });
    const [fits, waits] = [await plan(3), await plan(5)];
    expect(fits).toMatchObject({ ends: true, start: [{ app: '/dev/worker' }, { app: '/dev/worker' }] });
    expect(fits.stop).toHaveLength(1);
    expect(waits).toMatchObject({ ends: false, start: [], wait: [{ app: '/dev/worker', count: 2 }] });
    await ask('DELETE', '/v2/groups/dev');
    await settled();
  });

  it('has the master offer only agents that fit the app that waits', async () => {
    const apart = (rack: string) => ({
      id: '/apart',
      cmd: 'sleep 1000',
      cpus: 0.1,
      mem: 32,
      constraints: [['rack', 'IS', rack]],
    });
    const known = async (): Promise<unknown> => {
      const answer = await fetch(`http://127.0.0.1:${master.http.port}/state`);
      const { frameworks } = (await answer.json()) as { frameworks: { offer_constraints: unknown }[] };
      return frameworks[0]?.offer_constraints;
    };
    await ask('POST', '/v2/apps', apart('r9'));
    const predicate = { text_equals: { value: 'r9' } };
    const groups = [{ attribute_constraints: [{ selector: { attribute_name: 'rack' }, predicate }] }];
    const wanted = JSON.stringify({ role_constraints: { '*': { groups } } });
    await eventually('the constraints', async () => JSON.stringify(await known()) === wanted);
    const { queue } = await ask('GET', '/v2/queue');
    expect(queue).toMatchObject([{ processedOffersSummary: { processedOffersCount: 0 } }]);
    await ask('PUT', '/v2/apps/apart?force=true', apart('r2'));
    await settled();
    expect((await ask('GET', '/v2/apps/apart/tasks')).tasks).toMatchObject([{ state: 'TASK_RUNNING' }]);
    await ask('DELETE', '/v2/apps/apart');
    await settled();
  });
});

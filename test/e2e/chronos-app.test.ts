/** Chronos as an app of Marathon: it listens on the port that the app has, and comes back after a crash with its jobs. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProcesses } from '../../cluster/runtime/processes';
import { MemoryStore } from '../../cluster/state/memory';
import { parseMarathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { eventually as within } from './eventually';
import { deps, OneMachine } from './one-machine';

const eventually: typeof within = (what, ask) => within(what, ask, 60_000);
const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const JSON_BODY = { 'content-type': 'application/json' };

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

interface MarathonTask {
  readonly id: string;
  readonly ports: readonly number[];
  readonly state: string;
}

/** Marathon on our cluster: its URL. */
async function marathonOn(master: string): Promise<string> {
  const args = [`--master=${master}`, '--http_port=0', '--hostname=127.0.0.1', '--mesos_user=root'];
  const parsed = parseMarathonConfig({ args, env: {} });
  if (!('config' in parsed)) throw new Error(parsed.help);
  const marathon = await startMarathon(parsed.config, { ...deps, state: new MemoryStore() });
  undo.push(() => marathon.stop());
  return marathon.http.url;
}

/** The definition of the app, with a folder that outlives its tasks. */
function chronosApp(master: string, workDir: string): object {
  const flags = [
    ...[`--master ${master}`, '--http_port $PORT0', '--hostname 127.0.0.1', '--user root'],
    ...[`--work_dir ${workDir}`, '--min_revive_offers_interval 500'],
  ];
  return {
    id: '/chronos',
    cmd: `exec ${process.execPath} ${BIN} chronos ${flags.join(' ')}`,
    ...{ cpus: 0.2, mem: 128, instances: 1, backoffSeconds: 1 },
    portDefinitions: [{ port: 0, name: 'api' }],
    healthChecks: [{ protocol: 'MESOS_HTTP', path: '/ping', portIndex: 0, gracePeriodSeconds: 60 }],
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  };
}

test('Chronos runs as an app of Marathon, on its port, and is started again after a crash', async () => {
  const machine = new OneMachine();
  undo.push(() => machine.stop());
  const master = await machine.startMaster();
  await machine.startAgent('agent', ['--resources=cpus:4;mem:2048;disk:10000;ports:[31000-33000]']);
  const place = `127.0.0.1:${master.http.port}`;
  const marathon = await marathonOn(place);
  const workDir = join(machine.folder, 'chronos');
  mkdirSync(workDir);
  const body = JSON.stringify(chronosApp(place, workDir));
  const created = await fetch(`${marathon}/v2/apps`, { method: 'POST', headers: JSON_BODY, body });
  expect(created.status).toBe(201);

  /** The task that runs, unless it is the one of before, and the base URL that it serves. */
  const serving = (before?: string): Promise<{ id: string; base: string }> =>
    eventually('Chronos', async () => {
      const { tasks } = (await (await fetch(`${marathon}/v2/tasks`)).json()) as { tasks: MarathonTask[] };
      const [task] = tasks.filter(({ id, state }) => state === 'TASK_RUNNING' && id !== before);
      if (task === undefined) return undefined;
      const base = `http://127.0.0.1:${task.ports[0]}/v1/scheduler`;
      return (await fetch(`${base}/jobs`)).ok ? { id: task.id, base } : undefined;
    });
  const job = async (base: string): Promise<{ successCount: number }> =>
    (await (await fetch(`${base}/job/tick`)).json()) as { successCount: number };

  const first = await serving();
  const tick = JSON.stringify({ name: 'tick', schedule: 'R//PT1S', command: 'true' });
  const defined = await fetch(`${first.base}/iso8601`, { method: 'POST', headers: JSON_BODY, body: tick });
  expect(defined.status).toBe(204);
  await eventually('a run', async () => (await job(first.base)).successCount > 0);

  const pids = findProcesses('MESOS_TASK_ID', (id) => id === first.id);
  expect(pids).not.toEqual([]);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const second = await serving(first.id);
  const { successCount } = await job(second.base);
  await eventually('a run of the new one', async () => (await job(second.base)).successCount > successCount);
  const state = (await (await fetch(`${master.http.url}/state`)).json()) as {
    frameworks: { name: string }[];
  };
  expect(state.frameworks.map(({ name }) => name).sort()).toEqual(['chronos', 'marathon']);
  expect((await fetch(`${second.base}/job/tick`, { method: 'DELETE' })).status).toBe(204);
  await fetch(`${marathon}/v2/apps/chronos?force=true`, { method: 'DELETE' });
  await eventually(
    'the end of the app',
    () => findProcesses('MESOS_TASK_ID', (id) => id === second.id).length === 0,
  );
});

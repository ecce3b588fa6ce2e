/**
 * Marathon on the original's master, with our agent: apps are deployed, scaled, upgraded and killed, also over its restart; a
 * pod runs.
 */

import { join } from 'node:path';
import { MemoryStore } from '../../cluster/state/memory';
import { parseMarathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { playPod } from '../frameworks/marathon/pod-on-agent';
import { followStatefulApp, followStatefulPod } from '../frameworks/marathon/stateful-app';
import { eventually } from './eventually';
import { deps, OneMachine } from './one-machine';
import { missingOriginal, OriginalMaster, startPrefix } from './original-mesos';

const whenThere = missingOriginal === undefined ? describe : describe.skip;
const why = missingOriginal === undefined ? '' : ` (skipped: ${missingOriginal})`;

const RESOURCES = '--resources=cpus:4;mem:2048;disk:10000;ports:[31200-31299]';

interface AppTask {
  readonly id: string;
  readonly state: string;
  readonly version: string;
}

interface App {
  readonly version: string;
  readonly tasksRunning: number;
  readonly deployments: readonly object[];
  readonly tasks: readonly AppTask[];
}

interface FrameworkState {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly offer_constraints: object;
}

interface MasterState {
  readonly frameworks: readonly FrameworkState[];
}

whenThere(`on the original's master, Marathon${why}`, () => {
  const undo: (() => unknown)[] = [];
  let original: OriginalMaster;
  let machine: OneMachine;
  let base: string;

  beforeAll(async () => {
    original = await OriginalMaster.start({ flags: { MESOS_ALLOCATION_INTERVAL: '200ms' } });
    undo.push(() => original.stop());
    const prefix = await startPrefix(original.url);
    undo.push(() => prefix.stop());
    machine = new OneMachine();
    undo.push(() => machine.stop());
    await machine.startAgent('ours', [RESOURCES, '--attributes=rack:r1', `--master=${original.place}`]);
    const flags = [
      '--http_port=0',
      '--hostname=127.0.0.1',
      '--mesos_user=root',
      '--min_revive_offers_interval=500',
      '--mesos_offer_constraints',
    ];
    const parsed = parseMarathonConfig({ args: [`--master=${prefix.place}`, ...flags], env: {} });
    if (!('config' in parsed)) throw new Error(parsed.help);
    const marathon = await startMarathon(parsed.config, { ...deps, state: new MemoryStore() });
    undo.push(() => marathon.stop());
    base = marathon.http.url;
  });
  afterAll(async () => {
    for (const stop of undo.splice(0).reverse()) await stop();
  });

  const send = async (method: string, path: string, body?: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const content = body && { body: JSON.stringify(body) };
    return (await fetch(base + path, { method, headers, ...content })).status;
  };
  const app = async (): Promise<App> =>
    ((await (await fetch(`${base}/v2/apps/web`)).json()) as { app: App }).app;
  /** Waits until so many tasks run and no deployment is under way. */
  const settled = (count: number): Promise<App> =>
    eventually(`${count} tasks`, async () => {
      const current = await app();
      return current.tasksRunning === count && current.deployments.length === 0 && current;
    });
  const ids = ({ tasks }: App): string[] => tasks.map(({ id }) => id).sort();
  const running = async (): Promise<string[]> => {
    const answer = await fetch(`${original.url}/master/tasks?limit=-1`);
    const { tasks } = (await answer.json()) as { tasks: AppTask[] };
    return tasks
      .filter(({ state }) => state === 'TASK_RUNNING')
      .map(({ id }) => id)
      .sort();
  };
  const framework = async (): Promise<FrameworkState | undefined> => {
    const state = (await (await fetch(`${original.url}/master/state`)).json()) as MasterState;
    return state.frameworks.find(({ name }) => name === 'marathon');
  };

  it('deploys an app with a port and a health check, and scales it', async () => {
    const check = {
      protocol: 'COMMAND',
      command: { value: 'test -n "$PORT0"' },
      delaySeconds: 0,
      intervalSeconds: 1,
    };
    const definition = { id: '/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, portDefinitions: [{ port: 0 }] };
    expect(await send('POST', '/v2/apps', { ...definition, healthChecks: [check] })).toBe(201);
    await settled(1);
    expect(await send('PUT', '/v2/apps/web', { instances: 3 })).toBe(200);
    const tasks = ids(await settled(3));
    expect(await running()).toEqual(tasks);
  });

  it('upgrades it, with every task of the new version', async () => {
    const before = await app();
    const upgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 };
    expect(await send('PUT', '/v2/apps/web', { cmd: 'sleep 2000', upgradeStrategy })).toBe(200);
    const after = await eventually('the upgrade', async () => {
      const current = await settled(3);
      return current.version !== before.version && current;
    });
    expect(after.tasks.map(({ version }) => version)).toEqual([after.version, after.version, after.version]);
    expect(await running()).toEqual(ids(after));
  });

  it('gets offers only of agents that fit the app that waits', async () => {
    const rule = (value: string): object => ({ constraints: [['rack', 'LIKE', value]] });
    const groupsOf = (value: string): object => {
      const predicate = { text_matches: { regex: value } };
      return { attribute_constraints: [{ selector: { attribute_name: 'rack' }, predicate }] };
    };
    const knows = (value: string): Promise<unknown> =>
      eventually(`offers for ${value}`, async () => {
        const constraints = JSON.stringify((await framework())?.offer_constraints);
        return constraints === JSON.stringify({ role_constraints: { '*': { groups: [groupsOf(value)] } } });
      });
    expect(
      await send('POST', '/v2/apps', { id: '/apart', cmd: 'sleep 1000', mem: 32, ...rule('r[2-9]') }),
    ).toBe(201);
    await knows('r[2-9]');
    expect(await send('PUT', '/v2/apps/apart?force=true', { ...rule('r[12]') })).toBe(200);
    await eventually('its task', async () => (await running()).length === 4);
    expect(await send('DELETE', '/v2/apps/apart')).toBe(200);
    await eventually('its end', async () => (await running()).length === 3);
  });

  it('replaces a task that is killed', async () => {
    const [killed = ''] = ids(await settled(3));
    expect(await send('DELETE', `/v2/apps/web/tasks/${killed}`)).toBe(200);
    await eventually('another task', async () => !ids(await settled(3)).includes(killed));
    expect(await running()).toEqual(ids(await app()));
  });

  it('runs a pod, whose containers share a volume', async () => {
    await playPod(base);
  });

  it('keeps the file of a stateful app over its tasks, until it is wiped', async () => {
    const folders = [join(machine.folder, 'ours')];
    await followStatefulApp({ marathon: base, master: original.url, folders });
  });

  it('keeps the file of a stateful pod in the same way', async () => {
    const folders = [join(machine.folder, 'ours')];
    await followStatefulPod({ marathon: base, master: original.url, folders });
  });

  it('keeps its framework and its tasks when the master is restarted, and goes on', async () => {
    const [before, tasks] = [await framework(), ids(await settled(3))];
    await original.restart();
    await eventually('the framework', async () => (await framework())?.active);
    await eventually('its tasks', async () => (await running()).length === 3);
    expect((await framework())?.id).toBe(before?.id);
    expect([await running(), ids(await app())]).toEqual([tasks, tasks]);
    expect(await send('PUT', '/v2/apps/web', { instances: 4 })).toBe(200);
    await settled(4);
    expect(await send('DELETE', '/v2/apps/web')).toBe(200);
    await eventually('the end of its tasks', async () => (await running()).length === 0);
  });
});

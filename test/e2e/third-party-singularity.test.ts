/**
 * Singularity, unmodified, on a master and an agent: it subscribes with the protobuf of mesos-rxjava, deploys a request,
 * reads sandboxes, usage and statistics by the pages of the agent, and returns to a master that is started again.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZookeeperServer } from '../cluster/zookeeper/server';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { missingForSingularity, Singularity } from './singularity';

jest.setTimeout(300_000);

const missing = missingForSingularity();
const whenThere = missing === undefined ? describe : describe.skip;
/** It asks agents on their usual port, whatever port they have told; so this one has an address of its own. */
const AGENT = { ip: '127.0.50.51', port: 5051 };
const COMMAND = 'cat note.txt; exec sleep 1000';

interface Task {
  readonly taskId: { readonly id: string; readonly host: string };
}

interface History {
  readonly taskUpdates: readonly { readonly taskState: string }[];
  readonly directory?: string;
}

interface Sandbox {
  readonly files: readonly { readonly name: string; readonly size: number; readonly mode: string }[];
  readonly fullPathToRoot: string;
}

interface Request {
  readonly activeDeploy?: { readonly id: string };
}

whenThere(`Singularity${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`, () => {
  let zookeeper: ZookeeperServer;
  let machine: OneMachine;
  let master: string;
  let singularity: Singularity;
  let first: string;

  beforeAll(async () => {
    zookeeper = await ZookeeperServer.start();
    machine = new OneMachine();
    master = new URL((await machine.startMaster()).http.url).host;
    const place = [`--ip=${AGENT.ip}`, `--port=${AGENT.port}`, `--hostname=${AGENT.ip}`];
    await machine.startAgent('agent', [...place, '--resources=cpus:2;mem:512;disk:1000;ports:[31900-31909]']);
    writeFileSync(join(machine.folder, 'note.txt'), 'fetched\n');
    singularity = await Singularity.start(master, zookeeper.port);
  });

  afterAll(async () => {
    await singularity?.stop();
    await machine?.stop();
    await zookeeper?.stop();
  });

  const active = () => singularity.ask<Task[]>('/tasks/active');

  const statesOf = async (task: string): Promise<string[]> =>
    (await singularity.ask<History>(`/history/task/${task}`)).taskUpdates.map(({ taskState }) => taskState);

  /** A page of the sandbox of a task. Singularity asks the agent for its place first, and refuses until then. */
  const sandbox = <Page>(page: string): Promise<Page> =>
    eventually(`the sandbox at ${page}`, () => singularity.ask<Page>(`/sandbox/${first}/${page}`));

  /** The tasks of its framework, as the master has them. */
  const tasksOfMaster = async () => {
    const page = (await (await fetch(`http://${master}/frameworks`)).json()) as {
      frameworks: {
        id: string;
        active: boolean;
        webui_url: string;
        tasks: { id: string; state: string }[];
      }[];
    };
    expect(page.frameworks).toMatchObject([{ id: 'Singularity', active: true }]);
    return page.frameworks.flatMap(({ tasks }) => tasks.map(({ id, state }) => [id, state]));
  };

  it('deploys a request, whose task runs with what it fetched', async () => {
    await singularity.post('/requests', { id: 'web', requestType: 'SERVICE', instances: 1 });
    const uris = [{ uri: `file://${join(machine.folder, 'note.txt')}`, extract: false }];
    const resources = { cpus: 0.1, memoryMb: 32, numPorts: 1 };
    const deploy = { requestId: 'web', id: 'one', command: COMMAND, resources, uris };
    await singularity.post('/deploys', { deploy });
    await eventually('the deploy', async () => {
      const request = await singularity.ask<Request>('/requests/request/web');
      return request.activeDeploy?.id === 'one';
    });
    const [task, ...others] = await active();
    first = task?.taskId.id ?? '';
    expect(others).toEqual([]);
    expect(await statesOf(first)).toEqual(['TASK_LAUNCHED', 'TASK_STARTING', 'TASK_RUNNING']);
    expect(await tasksOfMaster()).toEqual([[first, 'TASK_RUNNING']]);
  });

  it('browses and reads the sandbox of its task', async () => {
    const { files, fullPathToRoot } = await sandbox<Sandbox>('browse');
    expect(files.map(({ name }) => name).sort()).toEqual(['note.txt', 'stderr', 'stdout']);
    expect(files.find(({ name }) => name === 'note.txt')).toMatchObject({
      size: 8,
      mode: expect.stringMatching(/^-rw/),
    });
    expect(fullPathToRoot).toContain(`/frameworks/Singularity/executors/${first}/runs/`);
    expect(await sandbox('read?path=stdout&offset=0')).toEqual({ data: 'fetched\n', offset: 0 });
    expect(await sandbox('read?path=stdout&offset=2&length=3')).toEqual({ data: 'tch', offset: 2 });
    expect((await singularity.request(`/sandbox/${first}/read?path=absent`)).status).toBe(404);
    // The agent refuses it, which Singularity takes for a failure of its own.
    expect((await singularity.request(`/sandbox/${first}/read?path=../latest/../..`)).status).toBe(500);
  });

  it('reads agents, their usage and the statistics of its task', async () => {
    expect(await singularity.ask('/agents')).toMatchObject([
      { host: AGENT.ip, currentState: { state: 'ACTIVE' } },
    ]);
    const usage = await eventually('the usage', async () =>
      (await singularity.ask<{ numTasks: number }[]>('/usage/agents')).find(({ numTasks }) => numTasks === 1),
    );
    expect(usage).toMatchObject({
      cpusTotal: 2,
      memoryMbTotal: 512,
      cpusReserved: 0.1,
      memoryMbReserved: 32,
    });
    const statistics = await singularity.ask<{ memRssBytes: number }>(`/tasks/task/${first}/statistics`);
    expect(statistics.memRssBytes).toBeGreaterThan(0);
  });

  it('returns to a master that is started again, with its task', async () => {
    const { port } = new URL(`http://${master}`);
    await machine.master?.stop();
    await machine.startMaster([`--port=${port}`]);
    await eventually('its return', async () => {
      const [running] = await tasksOfMaster();
      expect(running).toEqual([first, 'TASK_RUNNING']);
      return true;
    });
  });

  it('kills its task, starts another one, and still reads the sandbox of the first', async () => {
    await singularity.ask(`/tasks/task/${first}`, { method: 'DELETE' });
    await eventually('its end', async () => (await statesOf(first)).includes('TASK_KILLED'));
    const next = await eventually('another task', async () =>
      (await active()).find(({ taskId }) => taskId.id !== first),
    );
    await eventually('it runs', async () => (await statesOf(next.taskId.id)).includes('TASK_RUNNING'));
    expect(await sandbox('read?path=stdout&offset=0')).toEqual({ data: 'fetched\n', offset: 0 });
  });

  it('ends everything with its request', async () => {
    await singularity.ask('/requests/request/web', { method: 'DELETE' });
    await eventually('the end', async () => (await active()).length === 0);
    // The master lets a task go when its last update is acknowledged.
    await eventually('the acknowledgement', async () => (await tasksOfMaster()).length === 0);
  });
});

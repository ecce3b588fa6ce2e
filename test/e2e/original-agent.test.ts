/**
 * Our agent under the original's master, with which it authenticates: tasks, reservations, volumes, maintenance and drain,
 * over restarts of both.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '../../cluster/api/generated/mesos';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { missingOriginal, OriginalMaster } from './original-mesos';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

const whenThere = missingOriginal === undefined ? describe : describe.skip;
const why = missingOriginal === undefined ? '' : ` (skipped: ${missingOriginal})`;

const WEB = { allocation_info: { role: 'web' } };
const MORE_ATTRIBUTES = '--attributes=rack:a;zone:b';
const GOOD = { principal: 'agent', secret: 'right' };

interface Slave {
  readonly id: string;
  readonly pid: string;
  readonly active: boolean;
  readonly deactivated: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly reserved_resources: Readonly<Record<string, { readonly disk: number }>>;
  readonly drain_info?: { readonly state: string };
}

interface ShownTask {
  readonly id: string;
  readonly state: string;
}

whenThere(`under the original's master, our agent${why}`, () => {
  const files = new OneMachine();
  let original: OriginalMaster;
  let agent: AgentProcess;
  let scheduler: TaskScheduler;

  const file = (name: string, content: object): string => {
    const path = join(files.folder, name);
    writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
    return path;
  };

  beforeAll(async () => {
    const credentials = file('credentials', { credentials: [GOOD] });
    original = await OriginalMaster.start({
      flags: {
        MESOS_AUTHENTICATE_AGENTS: 'true',
        MESOS_CREDENTIALS: credentials,
        MESOS_ALLOCATION_INTERVAL: '100ms',
      },
    });
    const flags = [
      `--credential=${file('credential', GOOD)}`,
      '--resources=cpus:4;mem:2048;disk:1000;disk(static):500;ports:[31000-31099]',
      '--attributes=rack:a',
      '--reconfiguration_policy=additive',
    ];
    agent = await AgentProcess.of(original, { flags });
    agent.start();
    const capabilities = [
      'MULTI_ROLE',
      'RESERVATION_REFINEMENT',
      'PARTITION_AWARE',
      'TASK_KILLING_STATE',
    ].map((type) => ({ type }));
    const info = { roles: ['web'], capabilities, failover_timeout: 600, checkpoint: true };
    scheduler = new TaskScheduler(`${original.url}/master`, info);
    await scheduler.subscribe();
  });

  afterAll(async () => {
    scheduler?.stop();
    await agent?.stop();
    await original?.stop();
    await files.stop();
  });

  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${original.url}/master/${path}`)).json()) as T;
  const slave = async (): Promise<Slave | undefined> => (await get<{ slaves: Slave[] }>('slaves')).slaves[0];
  const operate = async (type: string, body: object): Promise<void> => {
    const answer = await fetch(`${original.url}/master/api/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type, [type.toLowerCase()]: body }),
    });
    expect([type, answer.status, await answer.text()]).toEqual([type, expect.any(Number), '']);
  };

  it('registers once it has shown who it is, and runs tasks and groups of tasks', async () => {
    const offer = await scheduler.offer(({ name }) => name === 'cpus');
    await scheduler.launch(offer, taskOn(offer, 'long', 'sleep 1000'), taskOn(offer, 'fails', 'exit 3'));
    await scheduler.states('long', 'TASK_STARTING', 'TASK_RUNNING');
    expect((await scheduler.states('fails', 'TASK_FAILED')).message).toContain('exited with status 3');
    const next = await scheduler.offer(({ name }) => name === 'cpus');
    await scheduler.launchGroup(
      next,
      taskOn(next, 'member', 'sleep 1000'),
      taskOn(next, 'other', 'sleep 1000'),
    );
    for (const id of ['member', 'other']) await scheduler.states(id, 'TASK_STARTING', 'TASK_RUNNING');
    await scheduler.kill('member');
    await scheduler.states('member', 'TASK_KILLING', 'TASK_KILLED');
    await scheduler.states('other', 'TASK_KILLED');
  });

  const reserved = (disk: number): Resource =>
    scalar('disk', disk, { ...WEB, reservations: [{ type: 'DYNAMIC', role: 'web' }] });
  const volume = (disk: number, id = 'v1'): Resource => ({
    ...reserved(disk),
    disk: { persistence: { id }, volume: { container_path: 'data', mode: 'RW' } },
  });
  const isVolume =
    (disk: number) =>
    (resource: Resource): boolean =>
      resource.disk?.persistence?.id === 'v1' && resource.scalar?.value === disk;
  const isReserved =
    (amount: number) =>
    ({ reservations, disk, scalar: size }: Resource): boolean =>
      disk === undefined && reservations?.[0]?.role === 'web' && size?.value === amount;
  const folder = (id = 'v1'): string => join(agent.workDir, 'volumes', 'roles', 'web', id);

  it('reserves, and makes, grows, shrinks and destroys volumes for a framework, with feedback', async () => {
    const first = await scheduler.offer(({ name }) => name === 'disk');
    const resources = [scalar('cpus', 0.1, WEB), scalar('mem', 32, WEB), volume(100)];
    const task = taskOn(first, 'writes', 'echo kept > data/file', { resources });
    await scheduler.accept(
      first,
      { type: 'RESERVE', id: { value: 'r1' }, reserve: { resources: [reserved(200)] } },
      { type: 'CREATE', id: { value: 'c1' }, create: { volumes: [volume(100)] } },
      { type: 'LAUNCH', launch: { task_infos: [task] } },
    );
    for (const id of ['r1', 'c1']) await scheduler.finished(id);
    await scheduler.states('writes', 'TASK_FINISHED');
    const second = await scheduler.offerWith(isVolume(100), isReserved(100));
    const grow_volume = { volume: volume(100), addition: reserved(100) };
    await scheduler.accept(second, { type: 'GROW_VOLUME', id: { value: 'g1' }, grow_volume });
    await scheduler.finished('g1');
    // The whole reservation is the volume: with a rest in the offer the original's master would lose the difference.
    const third = await scheduler.offer(isVolume(200));
    const shrink_volume = { volume: volume(200), subtract: { value: 30 } };
    await scheduler.accept(third, { type: 'SHRINK_VOLUME', id: { value: 's1' }, shrink_volume });
    await scheduler.finished('s1');
    expect(readFileSync(join(folder(), 'file'), 'utf8')).toBe('kept\n');
    const fourth = await scheduler.offerWith(isVolume(170), isReserved(30));
    await scheduler.accept(
      fourth,
      { type: 'DESTROY', id: { value: 'd1' }, destroy: { volumes: [volume(170)] } },
      { type: 'UNRESERVE', id: { value: 'u1' }, unreserve: { resources: [reserved(200)] } },
    );
    for (const id of ['d1', 'u1']) await scheduler.finished(id);
    expect(existsSync(folder())).toBe(false);
  });

  it('reserves, and makes, grows, shrinks and destroys volumes for an operator', async () => {
    const agent_id = { value: (await slave())?.id };
    const plain = ({ allocation_info: _, ...resource }: Resource): Resource => resource;
    const disk = plain(reserved(200));
    await operate('RESERVE_RESOURCES', { agent_id, resources: [disk] });
    await operate('CREATE_VOLUMES', { agent_id, volumes: [plain(volume(100, 'v2'))] });
    await eventually('the volume', () => existsSync(folder('v2')));
    const grow = { agent_id, volume: plain(volume(100, 'v2')), addition: plain(reserved(100)) };
    await operate('GROW_VOLUME', grow);
    const shrink = { agent_id, volume: plain(volume(200, 'v2')), subtract: { value: 30 } };
    await operate('SHRINK_VOLUME', shrink);
    expect((await slave())?.reserved_resources).toMatchObject({ web: { disk: 200 }, static: { disk: 500 } });
    await operate('DESTROY_VOLUMES', { agent_id, volumes: [plain(volume(170, 'v2'))] });
    await eventually('the end of the volume', () => !existsSync(folder('v2')));
    await operate('UNRESERVE_RESOURCES', { agent_id, resources: [disk] });
    expect((await slave())?.reserved_resources['web']).toBeUndefined();
  });

  const runningTasks = async (): Promise<string[]> => {
    const { tasks } = await get<{ tasks: ShownTask[] }>('tasks');
    return tasks.filter(({ state }) => state === 'TASK_RUNNING').map(({ id }) => id);
  };

  it('comes back to a master that was restarted, with its tasks and its id', async () => {
    const before = await slave();
    const processes = agent.containerProcesses();
    await original.restart();
    await eventually('the agent', async () => (await slave())?.active);
    expect((await slave())?.id).toBe(before?.id);
    expect(await runningTasks()).toEqual(['long']);
    expect(agent.containerProcesses()).toEqual(processes);
    await scheduler.subscribe();
    await scheduler.offer();
  });

  it('comes back after kill -9 with its tasks, and with the attributes of its next start', async () => {
    const before = await slave();
    const processes = agent.containerProcesses();
    await agent.restart();
    await eventually('the agent', async () => (await slave())?.active);
    await agent.end('SIGKILL');
    agent.start(MORE_ATTRIBUTES);
    await eventually('other attributes', async () => (await slave())?.attributes['zone'] === 'b');
    expect(await slave()).toMatchObject({ id: before?.id, attributes: { rack: 'a', zone: 'b' } });
    expect(await runningTasks()).toEqual(['long']);
    expect(agent.containerProcesses()).toEqual(processes);
  });

  it('is deactivated and reactivated, and drained with its tasks', async () => {
    const agent_id = { value: (await slave())?.id };
    await operate('DEACTIVATE_AGENT', { agent_id });
    expect(await slave()).toMatchObject({ active: false, deactivated: true });
    await operate('REACTIVATE_AGENT', { agent_id });
    expect(await slave()).toMatchObject({ active: true, deactivated: false });
    await operate('DRAIN_AGENT', { agent_id, max_grace_period: { seconds: 5 } });
    await scheduler.states('long', 'TASK_KILLING', 'TASK_KILLED');
    await eventually('the end of the drain', async () => (await slave())?.drain_info?.state === 'DRAINED');
    await operate('REACTIVATE_AGENT', { agent_id });
  });

  it('is asked to leave for maintenance, ends when its machine goes down, and comes back when that is up', async () => {
    const machine = { hostname: '127.0.0.1', ip: '127.0.0.1' };
    const unavailability = { start: { nanoseconds: 2_000_000_000 } };
    const offer = await scheduler.offer(({ name }) => name === 'cpus');
    await scheduler.launch(offer, taskOn(offer, 'stays', 'sleep 1000'));
    await scheduler.states('stays', 'TASK_RUNNING');
    const schedule = { windows: [{ machine_ids: [machine], unavailability }] };
    await operate('UPDATE_MAINTENANCE_SCHEDULE', { schedule });
    const { inverse_offers } = await scheduler.event('INVERSE_OFFERS');
    expect(inverse_offers?.inverse_offers).toMatchObject([{ agent_id: offer.agent_id, unavailability }]);
    await operate('START_MAINTENANCE', { machines: [machine] });
    await eventually('the end of the agent', () => !agent.isRunning);
    await scheduler.states('stays', 'TASK_LOST');
    expect(agent.containerProcesses()).toEqual([]);
    await operate('STOP_MAINTENANCE', { machines: [machine] });
    agent.start(MORE_ATTRIBUTES);
    await eventually('the agent', async () => (await slave())?.active);
  });

  it('ends when it is marked as gone, and is told so again at its next start', async () => {
    const id = (await slave())?.id;
    await operate('MARK_AGENT_GONE', { agent_id: { value: id } });
    await eventually('the end of the agent', () => !agent.isRunning);
    agent.start(MORE_ATTRIBUTES);
    await agent.status();
    expect(agent.log).toContain('Agent has been marked gone');
    expect(await slave()).toBeUndefined();
  });

  it('is not admitted with another secret', async () => {
    const credential = file('wrong', { ...GOOD, secret: 'wrong' });
    const stranger = await AgentProcess.of(original, { flags: [`--credential=${credential}`] });
    stranger.start();
    await eventually('the refusal', () => stranger.log.includes('the master does not believe who we are'));
    expect(await slave()).toBeUndefined();
    await stranger.stop();
  });
});

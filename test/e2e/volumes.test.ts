/**
 * Persistent volumes on each kind of disk, as tasks of a real agent have them: shared by tasks that run at once, over kill -9
 * of the agent, and until DESTROY alone.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRuntime } from '../../cluster/agent/containerizer/oci/runtime';
import type { Resource } from '../../cluster/api/generated/mesos';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

type Disk = 'root' | 'PATH' | 'MOUNT';
type Source = NonNullable<NonNullable<Resource['disk']>['source']>;

/** Root's agent gives volumes to the user of the task. */
const USER = process.getuid?.() === 0 ? 'nobody' : undefined;
const ROLE = { allocation_info: { role: 'web' } };

let machine: OneMachine;
let scheduler: TaskScheduler;
let agent: AgentProcess;

afterEach(async () => {
  scheduler.stop();
  await agent.stop();
  await machine.stop();
});

interface Volume {
  readonly reserved: Resource;
  readonly volume: Resource;
  /** Its folder on the machine. */
  readonly folder: string;
}

/** A cluster whose agent has such a disk, and a volume on it that is not made yet. */
async function begin(disk: Disk, isolation: string, more: Partial<Resource> = {}): Promise<Volume> {
  machine = new OneMachine();
  const master = await machine.startMaster(['--allocation_interval=50ms']);
  // Users of tasks get through.
  chmodSync(machine.folder, 0o711);
  const root = join(machine.folder, 'disk');
  mkdirSync(root);
  const source: Source | undefined = {
    root: undefined,
    PATH: { type: 'PATH', path: { root } } as const,
    MOUNT: { type: 'MOUNT', mount: { root } } as const,
  }[disk];
  const resources = [
    scalar('cpus', 1),
    scalar('mem', 200),
    scalar('disk', 100, { disk: source && { source } }),
  ];
  const flags = [`--resources=${JSON.stringify(resources)}`, `--isolation=${isolation}`];
  agent = await AgentProcess.of(master, { flags });
  agent.start();
  const capabilities = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES'].map((type) => ({ type }));
  const info = { roles: ['web'], capabilities, failover_timeout: 60, checkpoint: true };
  scheduler = new TaskScheduler(master.http.url, info);
  await scheduler.subscribe();
  const reserved = scalar('disk', 100, {
    ...ROLE,
    reservations: [{ type: 'DYNAMIC', role: 'web' }],
    disk: source && { source },
  });
  const persistence = { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } } as const;
  const volume = { ...reserved, ...more, disk: { ...persistence, source } };
  const place = join('volumes', 'roles', 'web', 'v1');
  const folder = { root: join(agent.workDir, place), PATH: join(root, place), MOUNT: root }[disk];
  return { reserved, volume, folder };
}

const isVolume = ({ disk }: Resource): boolean => disk?.persistence?.id === 'v1';

/** Launches a task with the volume, which is made before when there is none. */
async function launch(
  id: string,
  script: string,
  { reserved, volume }: Volume,
  isNew = false,
): Promise<void> {
  const offer = await scheduler.offer(isNew ? ({ name }) => name === 'disk' : isVolume);
  const resources = [scalar('cpus', 0.1, ROLE), scalar('mem', 32, ROLE), volume];
  const task = taskOn(offer, id, '', { resources, command: { value: script, user: USER } });
  await scheduler.accept(
    offer,
    ...(isNew
      ? ([
          { type: 'RESERVE', reserve: { resources: [reserved] } },
          { type: 'CREATE', create: { volumes: [volume] } },
        ] as const)
      : []),
    { type: 'LAUNCH', launch: { task_infos: [task] } },
  );
  await scheduler.states(id, 'TASK_STARTING', 'TASK_RUNNING');
}

/** Asks for the end of the volume; the state of the operation, and why. */
async function destroy(id: string, { volume }: Volume): Promise<readonly (string | undefined)[]> {
  const offer = await scheduler.offer(isVolume);
  await scheduler.accept(offer, { type: 'DESTROY', id: { value: id }, destroy: { volumes: [volume] } });
  const { update_operation_status } = await scheduler.event(
    'UPDATE_OPERATION_STATUS',
    ({ update_operation_status: update }) => update?.status.operation_id?.value === id,
  );
  return [update_operation_status?.status.state, update_operation_status?.status.message];
}

const POSIX = 'posix/cpu,posix/mem';
const disks = [
  ['root', POSIX],
  ['PATH', POSIX],
  ['MOUNT', POSIX],
] as const;
const mounted = 'path' in findRuntime() ? ([['root', `filesystem/linux,${POSIX}`]] as const) : [];

test.each([...disks, ...mounted])(
  'a shared volume on a %s disk is read and written by two tasks at once, with --isolation=%s',
  async (disk, isolation) => {
    const shared = await begin(disk, isolation, { shared: {} });
    const waitFor = (file: string): string =>
      `until [ -e data/${file} ]; do sleep 0.1; done; cat data/${file}`;
    await launch('one', `echo of one > data/1; ${waitFor('2')}; ${waitFor('end')}`, shared, true);
    await launch('two', `${waitFor('1')}; echo of two > data/2; ${waitFor('end')}`, shared);
    await eventually('the words of the other', () => agent.outputOf('one') === 'of two\n');
    await eventually('the words of the other', () => agent.outputOf('two') === 'of one\n');

    expect(await destroy('in use', shared)).toEqual(['OPERATION_ERROR', expect.stringContaining('in use')]);
    await agent.restart();
    expect(await destroy('in use still', shared)).toEqual([
      'OPERATION_ERROR',
      expect.stringContaining('in use'),
    ]);
    writeFileSync(join(shared.folder, 'end'), 'the end\n');
    for (const id of ['one', 'two']) await scheduler.states(id, 'TASK_FINISHED');
    expect(agent.outputOf('one')).toBe('of two\nthe end\n');

    await agent.restart();
    await launch('three', 'cat data/1 data/2', shared);
    await scheduler.states('three', 'TASK_FINISHED');
    expect(agent.outputOf('three')).toBe('of one\nof two\n');
    expect(await destroy('free', shared)).toEqual(['OPERATION_FINISHED', undefined]);
    // A whole disk stays, and is empty.
    const isGone = (): boolean =>
      disk === 'MOUNT' ? readdirSync(shared.folder).length === 0 : !existsSync(shared.folder);
    await eventually('the end of the volume', isGone);
  },
);

test.each(disks)(
  'a volume on a %s disk outlives its task and the agent, with --isolation=%s',
  async (disk, isolation) => {
    const unshared = await begin(disk, isolation);
    await launch('one', 'echo of one > data/1; until [ -e data/end ]; do sleep 0.1; done', unshared, true);
    await agent.restart();
    writeFileSync(join(unshared.folder, 'end'), '');
    await scheduler.states('one', 'TASK_FINISHED');
    expect(readFileSync(join(unshared.folder, '1'), 'utf8')).toBe('of one\n');
    await agent.restart();
    await launch('two', 'cat data/1', unshared);
    await scheduler.states('two', 'TASK_FINISHED');
    expect(agent.outputOf('two')).toBe('of one\n');
    expect(await destroy('free', unshared)).toEqual(['OPERATION_FINISHED', undefined]);
    await eventually('the end of the volume', () => !existsSync(join(unshared.folder, '1')));
  },
);

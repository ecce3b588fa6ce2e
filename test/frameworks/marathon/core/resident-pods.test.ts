/** Pods with persistent volumes on a cluster: launched on them, stopped, wiped, upgraded, rehearsed and freed. */

import { rehearse } from '../../../../frameworks/marathon/core/rehearsal';
import type { Instance } from '../../../../frameworks/marathon/core/state/state';
import { container, pod } from '../pods';
import { podDatabase, VolumeCluster } from '../volume-cluster';

const POD = '/pods/db';

let cluster: VolumeCluster;

beforeEach(() => {
  cluster = new VolumeCluster();
  cluster.change({ putPods: [podDatabase()] });
  cluster.advance(5);
});

function instance(): Instance {
  const [first] = cluster.running(POD);
  if (!first) throw new Error('none runs');
  return first;
}

function taskIds(): string[] {
  return (instance().tasks ?? []).map(({ id }) => id);
}

function goals(): string[] {
  return cluster.instances(POD).map(({ goal, condition }) => `${goal} ${condition}`);
}

test('an instance gets a reservation with a volume, which its executor is launched on', () => {
  expect(cluster.operationTypes()).toEqual(['RESERVE', 'CREATE', 'LAUNCH_GROUP']);
  const group = cluster.operations[2]?.launch_group;
  const [volume] = instance().reservation?.volumes ?? [];
  expect(volume).toEqual({ containerPath: 'data', uuid: expect.any(String) });
  const disks = (group?.executor.resources ?? []).flatMap(({ disk }) => disk ?? []);
  expect(disks).toEqual([
    {
      persistence: { id: `pods_db#data#${volume?.uuid}`, principal: 'marathon' },
      volume: { container_path: 'data', mode: 'RW' },
    },
  ]);
  const mounts = group?.task_group.tasks?.map(({ container: info }) => info?.volumes);
  const source = { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'data' } };
  expect(mounts).toEqual([
    [{ mode: 'RW', container_path: 'data', source }],
    [{ mode: 'RW', container_path: 'shared', source }],
  ]);
  expect(cluster.state.deployments.size).toBe(0);
});

test('it comes back on its volume when a container fails or an operator kills it', () => {
  const { id, agent } = instance();
  cluster.end(taskIds()[0] ?? '', 'TASK_FAILED');
  cluster.advance(10);
  cluster.kill(instance());
  cluster.advance(10);
  expect(instance()).toMatchObject({ id, incarnation: 3, agent: { agentId: agent?.agentId } });
  const incarnations = [1, 2, 3].flatMap((number) => [`${id}.web.${number}`, `${id}.side.${number}`]);
  expect([...cluster.files.values()]).toEqual([incarnations]);
});

test('it is stopped when its pod is scaled down, and comes back first', () => {
  const { id } = instance();
  cluster.change({ putPods: [podDatabase({ instances: 0 })] });
  cluster.advance(5);
  expect([goals(), cluster.state.deployments.size]).toEqual([['Stopped Killed'], 0]);
  expect([cluster.files.size, cluster.reserved().length > 0]).toEqual([1, true]);
  cluster.crash();
  cluster.change({ putPods: [podDatabase({ instances: 2 })] });
  cluster.advance(10);
  const incarnations = cluster.running(POD).map((current) => [current.id === id, current.incarnation]);
  expect(incarnations).toEqual([
    [true, 2],
    [false, 1],
  ]);
});

test('it is replaced and its volume is destroyed when it is wiped', () => {
  const { id } = instance();
  cluster.kill(instance(), { wipe: true });
  cluster.advance(10);
  expect(instance().id).not.toBe(id);
  expect([...cluster.files.values()].flat()).toEqual(taskIds());
});

test('a new configuration with other containers takes the volume of the one before', () => {
  const { id } = instance();
  const resources = { cpus: 0.2, mem: 64, disk: 0, gpus: 0 };
  const one = container('one', { resources, volumeMounts: [{ name: 'data', mountPath: 'data' }] });
  expect(cluster.change({ putPods: [podDatabase({ containers: [one] })] })).toMatchObject({ ok: true });
  cluster.advance(10);
  expect([instance().id, taskIds(), cluster.state.deployments.size]).toEqual([id, [`${id}.one.2`], 0]);
});

test('its reservation ends with its pod, and with its agent', () => {
  const { agent } = instance();
  for (const taskId of taskIds()) cluster.end(taskId, 'TASK_GONE_BY_OPERATOR');
  cluster.setAway(agent?.agentId ?? '', true);
  cluster.advance(10);
  expect(instance().agent?.agentId).not.toBe(agent?.agentId);
  cluster.setAway(agent?.agentId ?? '', false);
  cluster.change({ removePods: [POD] });
  cluster.advance(10);
  expect([goals(), cluster.reserved(), cluster.files.size]).toEqual([[], [], 0]);
});

test('it waits for its agent, however long that is away', () => {
  const { id, agent } = instance();
  cluster.setAway(agent?.agentId ?? '', true);
  cluster.advance(3600);
  expect(goals()).toEqual(['Running Unreachable']);
  cluster.setAway(agent?.agentId ?? '', false);
  cluster.advance(1);
  expect(instance()).toMatchObject({ id, incarnation: 1 });
});

test('a launch whose call is lost is done again on the volume', () => {
  const { id } = instance();
  let isLost = true;
  cluster.loses = ({ accept }) => isLost && accept?.operations?.[0]?.type === 'LAUNCH_GROUP';
  cluster.kill(instance());
  cluster.advance(3);
  isLost = false;
  cluster.advance(900);
  expect([instance().id, instance().reservation?.deadline]).toEqual([id, undefined]);
  expect(cluster.files.size).toBe(1);
});

test('a rehearsal launches on volumes and keeps them, as the change does', () => {
  const plan = (put: ReturnType<typeof pod>): object => {
    const change = { putPods: [put] };
    const result = rehearse(cluster.state, { change, force: false, now: cluster.clock.now() });
    if ('refusal' in result) throw new Error(JSON.stringify(result.refusal));
    return { start: result.start.length, stop: result.stop.length, wait: result.wait, ends: result.ends };
  };
  expect(plan(podDatabase({ instances: 2 }))).toEqual({ start: 1, stop: 0, wait: [], ends: true });
  expect(plan(podDatabase({ labels: { a: 'b' } }))).toEqual({ start: 1, stop: 1, wait: [], ends: true });
  cluster.crash();
  cluster.change({ putPods: [pod({ id: '/other', role: 'web', volumes: [] })] });
  cluster.advance(10);
  expect(plan(podDatabase({ labels: { a: 'b' } }))).toEqual({ start: 1, stop: 1, wait: [], ends: true });
});

test('its volume is freed with its executor, which ends after its tasks', () => {
  const { id } = instance();
  cluster.kill(instance(), { wipe: true });
  cluster.advance(1.2);
  // Its tasks have ended, and what was reserved for them is free.
  expect([cluster.state.instances.get(id)?.goal, cluster.files.size]).toEqual(['Decommissioned', 1]);
  cluster.advance(10);
  expect([cluster.state.instances.has(id), cluster.files.size]).toEqual([false, 1]);
  expect(JSON.stringify(cluster.reserved())).not.toContain(id);
});

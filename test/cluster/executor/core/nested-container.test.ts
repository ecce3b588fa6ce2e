import type { TaskInfo, Volume } from '../../../../cluster/api/generated/mesos';
import { nestedContainer } from '../../../../cluster/executor/core/nested-container';
import { newTask } from '../../../../cluster/executor/core/state';
import { BOOT, taskOf } from '../play-executor';

const own = { containerId: 'C', directory: '/sandbox', user: 'ann', ip: '10.0.0.2' };
const nest = (more: Partial<TaskInfo>) =>
  nestedContainer(BOOT, own, newTask(taskOf('a', more), { launch: 1, containerId: 'C.d' }));

test('a task of a group has a sandbox below that of its executor and an environment of its own', () => {
  const resources = [{ name: 'cpus', type: 'SCALAR', allocation_info: { role: 'web' } }] as const;
  const command = {
    value: 'run',
    environment: {
      variables: [
        { name: 'A', value: '1' },
        { name: 'PATH', value: '/x' },
      ],
    },
  };
  expect(nest({ resources, command })).toEqual({
    containerId: 'C.d',
    parent: 'C',
    frameworkId: 'f',
    executorId: 't',
    taskId: 'a',
    directory: '/sandbox/containers/d',
    user: 'ann',
    command,
    environment: {
      PATH: '/x',
      A: '1',
      MESOS_SANDBOX: '/sandbox/containers/d',
      MESOS_CONTAINER_IP: '10.0.0.2',
      MESOS_ALLOCATION_ROLE: 'web',
    },
    container: undefined,
    resources,
    limits: {},
  });
  expect(nest({ command: { value: 'run', user: 'bob' } }).user).toBe('bob');
});

test('limits are numbers, also an infinite one', () => {
  const limits = { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } };
  expect(nest({ limits }).limits).toEqual({ cpus: 2, mem: Number.POSITIVE_INFINITY });
});

test('a volume of the executor is shared by way of its sandbox', () => {
  const volume: Volume = { mode: 'RW', container_path: 'data' };
  const disk = { persistence: { id: 'p' }, volume };
  const own: Volume = { mode: 'RO', container_path: 'x', host_path: '/x' };
  const { container } = nest({
    resources: [{ name: 'disk', type: 'SCALAR', disk }],
    container: { type: 'MESOS', volumes: [own] },
  });
  const source = { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'data' } };
  expect(container).toEqual({ type: 'MESOS', volumes: [own, { ...volume, source }] });
});

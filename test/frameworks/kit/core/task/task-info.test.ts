import { readResources } from '../../../../../cluster/model/resources';
import {
  customExecutor,
  killPolicy,
  scalarResources,
  taskResources,
} from '../../../../../frameworks/kit/core/task/task-info';
import { readWords } from '../../../../cluster/master/operation-words';

test('resources keep their reservation and are allocated to the role of the offer', () => {
  expect(taskResources(readResources(readWords('cpus(web):1;mem:64')), 'web')).toEqual([
    expect.objectContaining({ name: 'cpus', role: 'web', allocation_info: { role: 'web' } }),
    expect.objectContaining({ name: 'mem', role: '*', allocation_info: { role: 'web' } }),
  ]);
});

test('an executor has scalars of its own', () => {
  const resources = scalarResources({ cpus: 0.1 }, 'web');
  expect(resources).toEqual([
    { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 }, allocation_info: { role: 'web' } },
  ]);
  expect(customExecutor({ id: 'e', command: { shell: true, value: 'run' }, resources })).toEqual({
    type: 'CUSTOM',
    executor_id: { value: 'e' },
    command: { shell: true, value: 'run' },
    resources,
  });
});

test('an executor can have a name and a container', () => {
  const container = { type: 'MESOS', mesos: {} } as const;
  expect(customExecutor({ id: 'e', command: {}, name: 'n', container })).toEqual({
    type: 'CUSTOM',
    executor_id: { value: 'e' },
    name: 'n',
    command: {},
    container,
  });
});

test('the grace period of a kill is in the task, or is the default of the agent', () => {
  expect(killPolicy(3)).toEqual({ kill_policy: { grace_period: { nanoseconds: 3e9 } } });
  expect(killPolicy(undefined)).toEqual({});
});

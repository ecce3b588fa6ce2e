import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { operationFormError, tasksOf } from '../../../../../cluster/master/core/validate/operation-form';

const good: mesos.Resource = { name: 'cpus', type: 'SCALAR', scalar: { value: 1 } };
const bad = (name: string): mesos.Resource => ({ name, type: 'SCALAR' });
const task = (id: string, resource: mesos.Resource, executor?: mesos.ExecutorInfo): mesos.TaskInfo => ({
  name: id,
  task_id: { value: id },
  agent_id: { value: 'S' },
  resources: [resource],
  executor,
});
const executor = (resource: mesos.Resource): mesos.ExecutorInfo => ({
  executor_id: { value: 'e' },
  resources: [resource],
});

describe('the error in the form of an operation', () => {
  it.each<[string, mesos.Offer.Operation, string | undefined]>([
    ['none', { type: 'LAUNCH', launch: { task_infos: [task('t', good, executor(good))] } }, undefined],
    [
      'a task, before the executors of earlier tasks',
      {
        type: 'LAUNCH',
        launch: { task_infos: [task('t', good, executor(bad('executor'))), task('u', bad('task'))] },
      },
      'task',
    ],
    [
      'the executor of a group, after those of its tasks',
      {
        type: 'LAUNCH_GROUP',
        launch_group: {
          executor: executor(bad('group')),
          task_group: { tasks: [task('t', good, executor(bad('own')))] },
        },
      },
      'own',
    ],
    [
      'the source of a reservation, before its target',
      { type: 'RESERVE', reserve: { source: [bad('source')], resources: [bad('target')] } },
      'source',
    ],
    ['what is unreserved', { type: 'UNRESERVE', unreserve: { resources: [bad('x')] } }, 'x'],
    ['a volume', { type: 'CREATE', create: { volumes: [bad('x')] } }, 'x'],
    ['a destroyed volume', { type: 'DESTROY', destroy: { volumes: [bad('x')] } }, 'x'],
    [
      'what a volume grows by',
      { type: 'GROW_VOLUME', grow_volume: { volume: good, addition: bad('x') } },
      'x',
    ],
    [
      'a volume that shrinks',
      { type: 'SHRINK_VOLUME', shrink_volume: { volume: bad('x'), subtract: { value: 1 } } },
      'x',
    ],
  ])('is in %s', (_where, operation, name) => {
    const error = operationFormError(operation);
    if (name === undefined) expect(error).toBeUndefined();
    else expect(error).toMatch(new RegExp(`^Resource '\\{"name":"${name}".* is invalid`));
  });
});

it('only launches have tasks', () => {
  const group = { executor: executor(good), task_group: { tasks: [task('t', good)] } };
  expect(tasksOf({ type: 'LAUNCH', launch: { task_infos: [task('t', good)] } })).toHaveLength(1);
  expect(tasksOf({ type: 'LAUNCH_GROUP', launch_group: group })).toHaveLength(1);
  expect(tasksOf({ type: 'RESERVE' })).toEqual([]);
});

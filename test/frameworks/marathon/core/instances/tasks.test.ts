import {
  conditionOfTasks,
  healthOfTasks,
  killOwners,
  livingTasks,
  startedAtOf,
  tasksOf,
} from '../../../../../frameworks/marathon/core/instances/tasks';
import type {
  Condition,
  ContainerTask,
  Instance,
  Task,
} from '../../../../../frameworks/marathon/core/state/state';

const TASK: Task = { id: 't', hostPorts: [], stagedAt: 1, startedAt: 7, ipAddresses: [] };

function taskIn(condition: Condition, members: Partial<ContainerTask> = {}): ContainerTask {
  return { ...TASK, id: condition, container: 'c', condition, since: 1, ...members };
}

function instance(members: Partial<Instance>): Instance {
  return {
    id: 'i',
    appId: '/x',
    version: 'v',
    configVersion: 'v',
    role: '*',
    goal: 'Running',
    condition: 'Running',
    since: 1,
    incarnation: 1,
    ...members,
  };
}

// The original's conditionHierarchy: each condition before those that it hides.
describe('the condition of a pod', () => {
  it.each<[Condition[], Condition]>([
    [['Running', 'Running'], 'Running'],
    [['Running', 'Finished'], 'Running'],
    [['Finished', 'Killed'], 'Finished'],
    [['Killed', 'Running'], 'Running'],
    [['Running', 'Provisioned'], 'Provisioned'],
    [['Running', 'Unknown'], 'Unknown'],
    [['Unknown', 'Staging'], 'Staging'],
    [['Staging', 'Starting'], 'Starting'],
    [['Starting', 'Killing'], 'Killing'],
    [['Killing', 'Unreachable'], 'Unreachable'],
    [['Unreachable', 'Dropped'], 'Dropped'],
    [['Dropped', 'Gone'], 'Gone'],
    [['Gone', 'Failed'], 'Failed'],
    [['Failed', 'Error'], 'Error'],
    [[], 'Unknown'],
  ])('of tasks that are %j is %s', (conditions, expected) => {
    expect(conditionOfTasks(conditions.map((condition) => taskIn(condition)))).toBe(expected);
  });
});

describe('the health of a pod', () => {
  const good = taskIn('Running', { healthy: true });
  const bad = taskIn('Running', { healthy: false });
  const silent = taskIn('Running');
  it.each<[string, ContainerTask[], boolean | undefined]>([
    ['is good when one reports so and none the opposite', [good, silent], true],
    ['is good beside a finished task', [good, taskIn('Finished')], true],
    ['is bad when one that runs reports so', [good, bad], false],
    ['is unknown while a task is on its way', [good, taskIn('Staging')], undefined],
    ['is unknown while none reports', [silent, silent], undefined],
  ])('%s', (_name, tasks, expected) => {
    expect(healthOfTasks(tasks)).toBe(expected);
  });
});

test('an app has one task, a pod several, and both may have none', () => {
  const tasks = [taskIn('Running', { id: 'a' }), taskIn('Failed', { id: 'b', startedAt: 3 })];
  const ofApp = instance({ task: TASK });
  const ofPod = instance({ tasks, condition: 'Failed' });
  expect([ofApp, ofPod, instance({})].map((each) => tasksOf(each).length)).toEqual([1, 2, 0]);
  expect(livingTasks(ofApp)).toEqual([TASK]);
  expect(livingTasks({ ...ofApp, condition: 'Failed' })).toEqual([]);
  expect(livingTasks(ofPod).map(({ id }) => id)).toEqual(['a']);
  expect([ofApp, ofPod, instance({ tasks: [] })].map(startedAtOf)).toEqual([7, 3, undefined]);
  expect([ofApp, ofPod].map(killOwners)).toEqual([['i'], ['a', 'b']]);
});

import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { readResources } from '../../../../../cluster/model/resources';
import { buildTask } from '../../../../../frameworks/chronos/core/launch/build';
import { newRun } from '../../../../../frameworks/chronos/core/runs/run';
import { readWords } from '../../../../cluster/master/operation-words';
import { jobOf } from '../../jobs';
import { wireOffer } from '../../offers';

const OFFER = wireOffer('O1', 'cpus:4');

function task(body: object): mesos.TaskInfo {
  const cause = { kind: 'slot', slot: 4, isCaughtUp: false } as const;
  return buildTask({
    job: jobOf(body),
    run: newRun({ id: 'job:1', jobName: 'job', cause, createdAt: 5, arguments: '' }),
    taskId: 'ct:5:0:job:',
    offer: OFFER,
    resources: readResources(readWords('cpus:1')),
    hostPorts: [],
  });
}

test('a task has its name, its agent, its resources and its command', () => {
  const built = task({ command: 'true', runAsUser: 'u' });
  expect(built).toMatchObject({
    name: 'ChronosTask:job',
    task_id: { value: 'ct:5:0:job:' },
    agent_id: { value: 'S-O1' },
    resources: [{ name: 'cpus', scalar: { value: 1 }, role: '*', allocation_info: { role: '*' } }],
    command: { shell: true, value: 'true', user: 'u' },
  });
  const slot = built.command?.environment?.variables?.find(({ name }) => name === 'CHRONOS_JOB_SLOT_TIME');
  expect(slot?.value).toBe('4');
  expect(Object.keys(built).sort()).toEqual(['agent_id', 'command', 'name', 'resources', 'task_id']);
});

test('a completion time and a grace period are in the task', () => {
  expect(task({ command: 'true', maxCompletionTime: 3, killGracePeriod: 2 })).toMatchObject({
    max_completion_time: { nanoseconds: 3e9 },
    kill_policy: { grace_period: { nanoseconds: 2e9 } },
  });
});

test('an image is the container of the task', () => {
  expect(task({ container: { image: 'busybox' } }).container?.docker?.image).toBe('busybox');
});

test('an executor gets the task, with the program in the data', () => {
  const body = { command: 'work', executor: './run', executorFlags: '-v', container: { image: 'busybox' } };
  const built = task(body);
  expect(built.command).toBeUndefined();
  expect(built.container).toBeUndefined();
  expect(built.executor).toMatchObject({
    type: 'CUSTOM',
    executor_id: { value: 'job' },
    command: { shell: true, value: './run' },
    container: { docker: { image: 'busybox' } },
  });
  expect(atob(String(built.data))).toBe('-v|work');
  expect(atob(String(task({ ...body, taskInfoData: 'own' }).data))).toBe('own');
});

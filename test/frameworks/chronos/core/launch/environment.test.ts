import { jobEnvironment } from '../../../../../frameworks/chronos/core/launch/environment';
import { jobOf } from '../../jobs';

function environment(body: object, slot?: number): Record<string, string | undefined> {
  const variables = jobEnvironment({
    job: jobOf(body),
    taskId: 'ct:5:1:job:',
    millis: 5,
    attempt: 1,
    slot,
    hostname: 'h',
  });
  expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

test('a task knows its job, its attempt and its resources', () => {
  expect(environment({ owner: 'a@b', cpus: 0.5, mem: 64, disk: 1 })).toEqual({
    mesos_task_id: 'ct:5:1:job:',
    MESOS_TASK_ID: 'ct:5:1:job:',
    CHRONOS_JOB_OWNER: 'a@b',
    CHRONOS_JOB_NAME: 'job',
    HOST: 'h',
    CHRONOS_RESOURCE_MEM: '64.0',
    CHRONOS_RESOURCE_CPU: '0.5',
    CHRONOS_RESOURCE_DISK: '1.0',
    CHRONOS_JOB_RUN_TIME: '5',
    CHRONOS_JOB_RUN_ATTEMPT: '1',
  });
});

test('a run of a slot knows the slot', () => {
  expect(environment({}, 1234)).toMatchObject({ CHRONOS_JOB_SLOT_TIME: '1234' });
});

test('variables of the job replace none, and the first of one name holds', () => {
  const environmentVariables = [
    { name: 'HOST', value: 'mine' },
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ];
  expect(environment({ environmentVariables })).toMatchObject({ HOST: 'h', A: '1' });
});

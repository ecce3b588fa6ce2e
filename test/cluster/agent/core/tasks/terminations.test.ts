import { endOf } from '../../../../../cluster/agent/core/tasks/terminations';

const PENDING = {
  status: undefined,
  state: 'TASK_GONE',
  reason: 'REASON_CONTAINER_UPDATE_FAILED',
  message: 'why',
} as const;
const LIMIT = {
  status: { signal: 'SIGKILL' },
  state: 'TASK_FAILED',
  reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
  message: 'Memory limit exceeded',
  limitedResources: [{ name: 'mem', type: 'SCALAR', scalar: { value: 64 } }],
} as const;
const EXIT = { status: { code: 1 }, message: '' };

test.each([
  ['an exit', undefined, EXIT, ['TASK_FAILED', 'REASON_EXECUTOR_TERMINATED', 'Executor terminated']],
  [
    'a limit',
    undefined,
    LIMIT,
    ['TASK_FAILED', 'REASON_CONTAINER_LIMITATION_MEMORY', 'Memory limit exceeded'],
  ],
  ['a destroy', PENDING, EXIT, ['TASK_GONE', 'REASON_CONTAINER_UPDATE_FAILED', 'why']],
  [
    'a limit that is hit before the destroy',
    PENDING,
    LIMIT,
    ['TASK_FAILED', 'REASON_CONTAINER_LIMITATION_MEMORY', 'why; Memory limit exceeded'],
  ],
  [
    'an end that nobody knows of',
    PENDING,
    undefined,
    ['TASK_GONE', 'REASON_CONTAINER_UPDATE_FAILED', 'why; Abnormal executor termination: unknown container'],
  ],
])('%s tells the tasks', (_name, pendingTermination, termination, expected) => {
  const { state, reason, message } = endOf({ pendingTermination }, termination);
  expect([state, reason, message]).toEqual(expected);
});

test('the resources whose limit was hit go with the end', () => {
  expect(endOf({ pendingTermination: undefined }, LIMIT).limitedResources).toBe(LIMIT.limitedResources);
});

import type { DockerContainer, TaskEnd } from '../../../../cluster/executor/core/events';
import { executorMachine } from '../../../../cluster/executor/core/step';
import type { KillCause } from '../../../../cluster/executor/core/task';
import { stateWith } from '../play-executor';

function statusOf(
  end: TaskEnd,
  by: KillCause | undefined,
  kind: 'command' | 'default' = 'command',
  docker?: DockerContainer,
) {
  const state = stateWith('running');
  const [task] = state.tasks.values();
  if (task && by) task.killing = { by, since: 0, until: 9 };
  const before = { ...state, boot: { ...state.boot, kind, docker } };
  const effects = executorMachine.step(before, { kind: 'task.exited', at: 1, taskId: 't', end });
  const status = effects.flatMap((effect) => (effect.kind === 'update' ? [effect.status] : []))[0];
  return status && [status.state, status.reason, status.message];
}

const code = (number: number): TaskEnd => ({ status: { code: number } });
const limit = {
  state: 'TASK_FAILED',
  reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
  message: 'too much',
} as const;

test.each<[TaskEnd, KillCause | undefined, ReturnType<typeof statusOf>]>([
  [code(0), undefined, ['TASK_FINISHED', undefined, 'Command exited with status 0']],
  [code(1), undefined, ['TASK_FAILED', undefined, 'Command exited with status 1']],
  [
    { status: { signal: 'SIGBUS' } },
    undefined,
    ['TASK_FAILED', undefined, 'Command terminated with signal Bus error'],
  ],
  [
    { status: { signal: 'SIGRT7' } },
    undefined,
    ['TASK_FAILED', undefined, 'Command terminated with signal SIGRT7'],
  ],
  [{ status: undefined }, undefined, ['TASK_FAILED', undefined, 'Command terminated with unknown status']],
  [{ status: undefined }, 'kill', ['TASK_KILLED', undefined, 'Command terminated with unknown status']],
  [code(0), 'kill', ['TASK_KILLED', undefined, 'Command exited with status 0']],
  [code(0), 'shutdown', ['TASK_KILLED', undefined, 'Command exited with status 0']],
  [code(1), 'health', ['TASK_KILLED', undefined, 'Command exited with status 1']],
  [
    code(1),
    'completion',
    ['TASK_FAILED', 'REASON_MAX_COMPLETION_TIME_REACHED', 'Command exited with status 1'],
  ],
])('the end %j after a kill by %s is %j', (end, by, expected) => {
  expect(statusOf(end, by)).toEqual(expected);
});

test.each<[TaskEnd, message: string]>([
  [code(137), 'Container exited with status 137'],
  [{ status: { signal: 'SIGKILL' } }, 'Container terminated with signal Killed'],
  [{ status: undefined }, 'Failed to get exit status of container'],
])('the end %j of a Docker container is told as %s', (end, message) => {
  expect(statusOf(end, undefined, 'command', { killGraceMs: 0 })).toEqual([
    'TASK_FAILED',
    undefined,
    message,
  ]);
});

test('the reason of a limit that was hit wins over the own one of a task of a group', () => {
  const end: TaskEnd = { status: { signal: 'SIGKILL' }, ...limit };
  const message = 'Command terminated with signal Killed: too much';
  expect(statusOf(end, undefined, 'default')).toEqual(['TASK_FAILED', limit.reason, message]);
  expect(statusOf(end, 'kill', 'default')).toEqual(['TASK_FAILED', limit.reason, message]);
});

test('the end of a command task by a limit is left to the agent to tell', () => {
  expect(statusOf({ status: { signal: 'SIGKILL' }, ...limit }, undefined)).toBeUndefined();
});

import { TASK_STATES, type TaskState } from '../../../../../cluster/model/task-state';
import { meaningOf, type UpdateMeaning } from '../../../../../frameworks/chronos/core/runs/task-state';

const MEANINGS: Record<TaskState, readonly [fresh: string, started: string]> = {
  TASK_STAGING: ['staging', 'staging'],
  TASK_STARTING: ['running', 'running'],
  TASK_RUNNING: ['running', 'running'],
  TASK_KILLING: ['running', 'running'],
  TASK_FINISHED: ['success', 'success'],
  TASK_FAILED: ['failure', 'failure'],
  TASK_KILLED: ['killed', 'killed'],
  TASK_ERROR: ['failure', 'failure'],
  TASK_LOST: ['not launched', 'failure'],
  TASK_DROPPED: ['not launched', 'failure'],
  TASK_UNREACHABLE: ['uncertain', 'uncertain'],
  TASK_GONE: ['not launched', 'failure'],
  TASK_GONE_BY_OPERATOR: ['not launched', 'failure'],
  TASK_UNKNOWN: ['not launched', 'failure'],
};

const word = (meaning: UpdateMeaning): string => (meaning.kind === 'ended' ? meaning.end.kind : meaning.kind);

test.each(TASK_STATES)('%s has a meaning before and after the start of the task', (state) => {
  const update = { state, reason: undefined, message: undefined };
  expect([word(meaningOf(update, false)), word(meaningOf(update, true))]).toEqual(MEANINGS[state]);
});

test('an end has the reason and the message of Mesos', () => {
  const update = {
    state: 'TASK_FAILED',
    reason: 'REASON_COMMAND_EXECUTOR_FAILED',
    message: 'exited with 1',
  } as const;
  const reason = 'TASK_FAILED (REASON_COMMAND_EXECUTOR_FAILED: exited with 1)';
  expect(meaningOf(update, true)).toEqual({ kind: 'ended', end: { kind: 'failure', reason } });
  expect(meaningOf({ ...update, reason: undefined, message: '' }, true)).toMatchObject({
    end: { reason: 'TASK_FAILED' },
  });
});

import { isTerminal, stateFor, TASK_STATES } from '../../../cluster/model/task-state';

/** Each state: whether it is the last one, and what a framework without partitions is told. */
const TABLE = {
  TASK_STAGING: [false, 'TASK_STAGING'],
  TASK_STARTING: [false, 'TASK_STARTING'],
  TASK_RUNNING: [false, 'TASK_RUNNING'],
  TASK_KILLING: [false, 'TASK_KILLING'],
  TASK_FINISHED: [true, 'TASK_FINISHED'],
  TASK_FAILED: [true, 'TASK_FAILED'],
  TASK_KILLED: [true, 'TASK_KILLED'],
  TASK_ERROR: [true, 'TASK_ERROR'],
  TASK_LOST: [true, 'TASK_LOST'],
  TASK_DROPPED: [true, 'TASK_LOST'],
  TASK_UNREACHABLE: [false, 'TASK_LOST'],
  TASK_GONE: [true, 'TASK_LOST'],
  TASK_GONE_BY_OPERATOR: [true, 'TASK_LOST'],
  TASK_UNKNOWN: [false, 'TASK_LOST'],
} as const;

describe('task states', () => {
  it.each(TASK_STATES)('%s is terminal or not, and told as what it is or as lost', (state) => {
    const [terminal, told] = TABLE[state];
    expect(isTerminal(state)).toBe(terminal);
    expect(stateFor(true, state)).toBe(state);
    expect(stateFor(false, state)).toBe(told);
  });

  it('are all in the table', () => {
    expect(Object.keys(TABLE).sort()).toEqual([...TASK_STATES].sort());
  });
});

import { executorTimers } from '../../../../cluster/executor/core/turn';

/** The names are in recordings. */
test.each(['subscribe', 'retry', 'grace', 'leave', 'health', 'completion'] as const)(
  'the timer %s is named by its kind',
  (kind) => {
    expect(executorTimers.nameOf({ kind })).toBe(kind);
    expect(executorTimers.read(kind)).toEqual({ kind });
  },
);

import { chronosTimers } from '../../../../../frameworks/chronos/core/state/timers';

test('a timer of a run has its id', () => {
  expect(chronosTimers.nameOf({ kind: 'deadline', runId: 'r7' })).toBe('deadline r7');
  expect(chronosTimers.read('slots')).toEqual({ kind: 'slots' });
});

import {
  currentAttempt,
  endRun,
  hasLiveTask,
  launchAttempt,
  newRun,
  withAttempt,
  withoutAttempt,
} from '../../../../../frameworks/chronos/core/runs/run';

const CAUSE = { kind: 'slot', slot: 1000, isCaughtUp: false } as const;
const RUN = newRun({ id: 'r1', jobName: 'a', cause: CAUSE, createdAt: 1000, arguments: '' });

test('a new run waits for its first attempt', () => {
  expect(RUN).toMatchObject({ nextAttemptAt: 1000, attempts: [], end: undefined });
  expect([currentAttempt(RUN), hasLiveTask(RUN)]).toEqual([undefined, false]);
});

test('a run has its attempts in order, and the last one may be live', () => {
  const first = launchAttempt(RUN, 't0', 1001);
  expect(hasLiveTask(first)).toBe(true);
  expect(first.nextAttemptAt).toBeUndefined();
  const ended = withAttempt(first, 't0', { endedAt: 1005, end: { kind: 'failure', reason: 'x' } });
  expect(hasLiveTask(ended)).toBe(false);
  const second = launchAttempt(ended, 't1', 1010);
  expect(second.attempts.map(({ taskId, number }) => `${taskId} ${number}`)).toEqual(['t0 0', 't1 1']);
  expect(withAttempt(second, 'x', { endedAt: 5 })).toEqual(second);
});

test('a launch that never began is launched again as the same attempt', () => {
  const launched = launchAttempt(RUN, 't0', 1001);
  const again = withoutAttempt(launched, 't0', 1002);
  expect(again).toMatchObject({ attempts: [], nextAttemptAt: 1002 });
  expect(currentAttempt(launchAttempt(again, 't1', 1003))?.number).toBe(0);
  expect(withoutAttempt(launched, 'x', 1002)).toBe(launched);
});

test('a run ends with the end of its last attempt', () => {
  expect(endRun(RUN, { kind: 'success' }, 2000)).toMatchObject({ end: { kind: 'success' }, endedAt: 2000 });
});

test('a run is plain data', () => {
  const run = endRun(launchAttempt(RUN, 't0', 1001), { kind: 'killed', reason: 'by hand' }, 2000);
  expect(JSON.parse(JSON.stringify(run))).toMatchObject({ id: 'r1', endedAt: 2000 });
});

import type { Job } from '../../../../../frameworks/chronos/core/jobs/job';
import { newRun, type Run } from '../../../../../frameworks/chronos/core/runs/run';
import {
  addWaiting,
  firstOfShape,
  newWaitingRuns,
  removeWaiting,
  retryAll,
} from '../../../../../frameworks/chronos/core/state/waiting-runs';
import { jobOf } from '../../jobs';

const SMALL = jobOf({ cpus: 1 });
const HUGE = jobOf({ cpus: 99 });

function run(id: string, createdAt = 0): Run {
  return newRun({ id, jobName: 'job', cause: { kind: 'manual' }, createdAt, arguments: '' });
}

function waitingRuns(...runs: readonly (readonly [Job, Run])[]) {
  const waiting = newWaitingRuns();
  for (const [job, waitingRun] of runs) addWaiting(waiting, job, waitingRun);
  return waiting;
}

test('the first run of a shape is the one that has waited longest, with a minute for high priority', () => {
  const high = { ...SMALL, highPriority: true };
  const waiting = waitingRuns([SMALL, run('a', 5000)], [SMALL, run('b', 4000)], [high, run('c', 50_000)]);
  const [shape = ''] = waiting.untried;
  expect([waiting.untried.size, firstOfShape(waiting, shape)?.name]).toEqual([1, 'c']);
  removeWaiting(waiting, 'c');
  expect(firstOfShape(waiting, shape)).toEqual({ name: 'b', at: 4000 });
});

test('a retry waits from the time of its attempt on', () => {
  const waiting = waitingRuns([SMALL, { ...run('a'), nextAttemptAt: 9000 }], [SMALL, run('b', 8000)]);
  expect(firstOfShape(waiting, [...waiting.untried][0] ?? '')?.name).toBe('b');
});

test('a shape is new when its first run begins to wait, and again after its last one was launched', () => {
  const waiting = waitingRuns([HUGE, run('a')]);
  waiting.untried.clear();
  waiting.unasked.clear();
  addWaiting(waiting, HUGE, run('b'));
  expect([waiting.untried.size, waiting.unasked.size]).toEqual([0, 0]);
  for (const id of ['a', 'b', 'none']) removeWaiting(waiting, id);
  expect([waiting.runsByShape.size, waiting.shapeByRun.size]).toEqual([0, 0]);
  addWaiting(waiting, HUGE, run('c'));
  expect([waiting.untried.size, waiting.unasked.size]).toEqual([1, 1]);
});

test('a run whose job has another shape now leaves the earlier one', () => {
  const waiting = waitingRuns([HUGE, run('a')]);
  addWaiting(waiting, SMALL, run('a'));
  expect([waiting.runsByShape.size, waiting.untried.size, waiting.shapeByRun.size]).toEqual([1, 1, 1]);
});

test('further offers are tried by all shapes, and what earlier ones lacked is forgotten', () => {
  const waiting = waitingRuns([HUGE, run('a')], [SMALL, run('b')]);
  for (const shape of waiting.untried) waiting.lacks.set(shape, new Map([['has less than 99 cpus', 1]]));
  waiting.untried.clear();
  retryAll(waiting);
  expect([waiting.untried.size, waiting.lacks.size]).toEqual([2, 0]);
});

import {
  consequenceOf,
  type EndContext,
  markedSuccess,
  retryDelay,
  withConsequence,
} from '../../../../../frameworks/chronos/core/runs/retry';
import { jobOf } from '../../jobs';
import { NOW } from '../../schedules';

const FAILURE = { kind: 'failure', reason: 'TASK_FAILED' } as const;
const ISO = '2026-12-01T10:30:00.000Z';

function contextOf(members: object, context: Partial<EndContext> = {}): EndContext {
  const job = jobOf({ schedule: 'R//PT1H', ...members });
  return {
    job,
    attempt: 0,
    remaining: undefined,
    now: NOW,
    failureRetry: 60_000,
    disableAfterFailures: 0,
    ...context,
  };
}

test.each<[string, object, Partial<EndContext>, number | undefined]>([
  ['the first attempt', {}, {}, 60_000],
  ['the last attempt', {}, { attempt: 2 }, undefined],
  ['a job without retries', { retries: 0 }, {}, undefined],
  ['a job that failed before', { lastError: '2026-11-01T00:00:00.000Z' }, {}, 60_000],
  ['a disabled job', { disabled: true }, {}, undefined],
  ['a paused job', { pausedReason: 'moving' }, {}, undefined],
])('a failure of %s', (_name, members, context, pause) => {
  const consequence = consequenceOf(FAILURE, contextOf(members, context));
  expect(consequence.kind === 'retry' ? consequence.at - NOW : undefined).toBe(pause);
});

test.each([
  [0, 60_000],
  [1, 120_000],
  [2, 240_000],
  [9, 600_000],
  [5000, 600_000],
])('with back-off, the retry after attempt %d comes after %d ms', (attempt, delay) => {
  const { job } = contextOf({ retryBackoffFactor: 2, retryDelayMax: 600 });
  expect(retryDelay({ job, attempt, failureRetry: 60_000 })).toBe(delay);
});

test('without back-off, each retry comes after the pause of the flag, however long that is', () => {
  const { job } = contextOf({});
  expect([0, 5].map((attempt) => retryDelay({ job, attempt, failureRetry: 7_200_000 }))).toEqual([
    7_200_000, 7_200_000,
  ]);
});

test('a success counts, and forgets the failures', () => {
  const context = contextOf({ successCount: 4, errorsSinceLastSuccess: 2 });
  const consequence = consequenceOf({ kind: 'success' }, context);
  expect(consequence).toMatchObject({ toChildren: 'success', disabled: undefined });
  expect(withConsequence(context.job, consequence)).toMatchObject({
    successCount: 5,
    errorsSinceLastSuccess: 0,
    lastSuccess: ISO,
    disabled: false,
  });
});

test('a job whose repetitions are used up is disabled after its success, and not after a failure', () => {
  const context = contextOf({ retries: 0 }, { remaining: 0 });
  const success = consequenceOf({ kind: 'success' }, context);
  expect(success).toMatchObject({ disabled: 'no repetitions left' });
  expect(withConsequence(context.job, success).disabled).toBe(true);
  expect(consequenceOf(FAILURE, context)).toMatchObject({ disabled: undefined });
});

test('a final failure counts and is told to the children', () => {
  const context = contextOf({ errorCount: 1, errorsSinceLastSuccess: 1 }, { attempt: 2 });
  const consequence = consequenceOf(FAILURE, context);
  expect(consequence).toMatchObject({ toChildren: 'failure' });
  expect(withConsequence(context.job, consequence)).toMatchObject({
    errorCount: 2,
    errorsSinceLastSuccess: 2,
    lastError: ISO,
  });
});

test('with softError a final failure starts the children', () => {
  expect(consequenceOf(FAILURE, contextOf({ softError: true }, { attempt: 2 }))).toMatchObject({
    toChildren: 'success',
  });
});

test('too many failures in a row disable a job, and no failure enables it', () => {
  const limit = { attempt: 2, disableAfterFailures: 3 };
  const second = contextOf({ errorsSinceLastSuccess: 1 }, limit);
  expect(withConsequence(second.job, consequenceOf(FAILURE, second)).disabled).toBe(false);
  const third = contextOf({ errorsSinceLastSuccess: 2 }, limit);
  expect(consequenceOf(FAILURE, third)).toMatchObject({ disabled: 'too many failures' });
  const disabled = contextOf({ disabled: true }, limit);
  expect(withConsequence(disabled.job, consequenceOf(FAILURE, disabled)).disabled).toBe(true);
});

test('a kill is no failure: no retry, no counter, nothing for the children', () => {
  const context = contextOf({});
  const consequence = consequenceOf({ kind: 'killed', reason: 'by hand' }, context);
  expect(consequence).toEqual({ kind: 'end', counters: {}, disabled: undefined, toChildren: undefined });
  expect(withConsequence(context.job, consequence)).toEqual(context.job);
});

test('a retry leaves the job as it is', () => {
  const { job } = contextOf({});
  expect(withConsequence(job, { kind: 'retry', at: 5 })).toBe(job);
});

test('a success that is marked by hand counts as one', () => {
  expect(markedSuccess(jobOf({}), NOW)).toMatchObject({
    counters: { successCount: 1, errorsSinceLastSuccess: 0, lastSuccess: ISO },
    disabled: undefined,
    toChildren: 'success',
  });
});

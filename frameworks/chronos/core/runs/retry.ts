/**
 * The consequences of the end of an attempt: the counters of its job, a retry, or the end of the run.
 *
 * A retry depends on the attempts of its run only. The original gives none after an earlier final failure of the job.
 */

import type { Millis } from '../../../../cluster/model/time';
import type { Job, JobCounters } from '../jobs/job';
import type { AttemptEnd } from './run';

export interface RetryPolicy {
  /** The pause before the first retry. */
  readonly failureRetry: Millis;
  /** Final failures in a row after which a job is disabled; 0 for never. */
  readonly disableAfterFailures: number;
}

export type Consequence = { readonly kind: 'retry'; readonly at: Millis } | EndConsequence;

export interface EndConsequence {
  readonly kind: 'end';
  readonly counters: Partial<JobCounters>;
  readonly disabled: DisabledReason | undefined;
  /** The children start, or the failure is told to them. */
  readonly toChildren: 'success' | 'failure' | undefined;
}

/** A kill is no failure. */
export const KILL_CONSEQUENCE: EndConsequence = {
  kind: 'end',
  counters: {},
  disabled: undefined,
  toChildren: undefined,
};

export type DisabledReason = 'no repetitions left' | 'too many failures';

export interface EndContext extends RetryPolicy {
  readonly job: Job;
  /** The number of the attempt that ended, from 0. */
  readonly attempt: number;
  /** Repetitions that remain; undefined without an end. */
  readonly remaining: number | undefined;
  readonly now: Millis;
}

export function consequenceOf(end: AttemptEnd, context: EndContext): Consequence {
  switch (end.kind) {
    case 'success':
      return succeeded(context);
    case 'killed':
      return KILL_CONSEQUENCE;
    case 'failure':
      return mayRetry(context) ? { kind: 'retry', at: context.now + retryDelay(context) } : failed(context);
  }
}

function mayRetry({ job, attempt }: EndContext): boolean {
  return attempt < job.retries && !job.disabled && job.pausedReason === '';
}

/** The first retry comes after the pause of the flag, each further one after so many times the pause before. */
export function retryDelay({
  job,
  attempt,
  failureRetry,
}: Pick<EndContext, 'job' | 'attempt' | 'failureRetry'>): Millis {
  const most = Math.max(failureRetry, job.retryDelayMax * 1000);
  return Math.min(most, Math.round(failureRetry * job.retryBackoffFactor ** attempt));
}

/** The original disables a job whose repetitions are used up after its success. */
function succeeded({ job, remaining, now }: EndContext): EndConsequence {
  const isFinished = remaining === 0 && !job.disabled;
  return {
    kind: 'end',
    counters: {
      successCount: job.successCount + 1,
      errorsSinceLastSuccess: 0,
      lastSuccess: new Date(now).toISOString(),
    },
    disabled: isFinished ? 'no repetitions left' : undefined,
    toChildren: 'success',
  };
}

/** Only sets `disabled`; the original also clears it, so that a job disabled by hand comes back. */
function failed({ job, now, disableAfterFailures }: EndContext): EndConsequence {
  const errorsSinceLastSuccess = job.errorsSinceLastSuccess + 1;
  const isTooMany = disableAfterFailures > 0 && errorsSinceLastSuccess >= disableAfterFailures;
  return {
    kind: 'end',
    counters: {
      errorCount: job.errorCount + 1,
      errorsSinceLastSuccess,
      lastError: new Date(now).toISOString(),
    },
    disabled: isTooMany && !job.disabled ? 'too many failures' : undefined,
    toChildren: job.softError ? 'success' : 'failure',
  };
}

/** The job with its new counters. */
export function withConsequence(job: Job, consequence: Consequence): Job {
  if (consequence.kind === 'retry') return job;
  const disabled = job.disabled || consequence.disabled !== undefined;
  return { ...job, ...consequence.counters, disabled };
}

/** A success that an operator states; the schedule does not move. */
export function markedSuccess(job: Job, now: Millis): EndConsequence {
  const context = { job, attempt: 0, remaining: undefined, now, failureRetry: 0, disableAfterFailures: 0 };
  return succeeded(context);
}

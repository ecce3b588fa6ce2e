/** A job as clients define it, with every member of Chronos 2.x and 3.x and those of ours. */

import type { CatchUp } from '../schedule/progress';
import type { Container } from './container';
import type { FetchEntry } from './fetch-entry';

/** The counters that the scheduler keeps; clients may set them. */
export interface JobCounters {
  readonly successCount: number;
  readonly errorCount: number;
  readonly errorsSinceLastSuccess: number;
  /** An ISO instant, or empty. */
  readonly lastSuccess: string;
  readonly lastError: string;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** The rule for a slot while an earlier run of its job goes on. */
export type Concurrency = 'allow' | 'forbid' | 'queue' | 'replace';

/** Attribute, operator and value. */
export type Constraint = readonly [string, ConstraintOperator, string];
export type ConstraintOperator = 'EQUALS' | 'LIKE' | 'UNLIKE';

/** The members that both kinds of jobs have, in the order in which the original prints them. */
export interface JobMembers extends JobCounters {
  readonly name: string;
  readonly command: string;
  readonly shell: boolean;
  /** The start deadline as an ISO period, or empty. */
  readonly epsilon: string;
  readonly executor: string;
  readonly executorFlags: string;
  readonly taskInfoData: string;
  /** Attempts after the first. */
  readonly retries: number;
  /** Mail addresses with commas. */
  readonly owner: string;
  readonly ownerName: string;
  readonly description: string;
  /** The job ends with a callback and not with its task. */
  readonly async: boolean;
  readonly cpus: number;
  readonly disk: number;
  readonly mem: number;
  readonly disabled: boolean;
  /** A final failure starts the children, too. */
  readonly softError: boolean;
  readonly dataProcessingJobType: boolean;
  readonly fetch: readonly FetchEntry[];
  readonly uris: readonly string[];
  readonly environmentVariables: readonly EnvironmentVariable[];
  readonly arguments: readonly string[];
  readonly highPriority: boolean;
  readonly runAsUser: string;
  readonly concurrent: boolean;
  /** In seconds; 0 for none. */
  readonly maxCompletionTime: number;
  readonly container: Container | undefined;
  readonly constraints: readonly Constraint[];

  /** Ours; undefined for the rule of `concurrent`. */
  readonly concurrency: Concurrency | undefined;
  /** Ours; undefined for the original's way. */
  readonly catchUp: CatchUp | undefined;
  /** Ours: the most late slots that are caught up. */
  readonly catchUpLimit: number;
  /** Ours: dates and weekdays without slots. */
  readonly excludedDays: readonly string[];
  /** Ours, in seconds: a run that takes longer is killed and has failed; 0 for none. */
  readonly runTimeout: number;
  /** Ours, in seconds: the time between the two signals of a kill. */
  readonly killGracePeriod: number;
  /** Ours: the pause before each further retry is so many times the one before. */
  readonly retryBackoffFactor: number;
  /** Ours, in seconds. */
  readonly retryDelayMax: number;
  /** Ours: the reason of a pause; empty for a job that is not paused. */
  readonly pausedReason: string;
}

export interface ScheduledJob extends JobMembers {
  readonly kind: 'scheduled';
  readonly schedule: string;
  readonly scheduleTimeZone: string;
}

export interface DependentJob extends JobMembers {
  readonly kind: 'dependent';
  /** Sorted, without repetition, never empty. */
  readonly parents: readonly string[];
}

export type Job = ScheduledJob | DependentJob;

/** The values of members that a definition leaves out. */
export interface JobDefaults {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly runAsUser: string;
}

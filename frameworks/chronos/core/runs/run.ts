/**
 * Runs as things: why a job ran, its attempts and how they ended. Plain data, which is stored before a launch.
 *
 * A slot has exactly one outcome: a run, or an entry that says why there is none.
 */

import type { Millis } from '../../../../cluster/model/time';
import type { SlotSeries } from '../schedule/progress';

export type RunCause =
  | { readonly kind: 'slot'; readonly slot: Millis; readonly isCaughtUp: boolean }
  | { readonly kind: 'parents'; readonly cycle: number; readonly runIds: readonly string[] }
  | { readonly kind: 'manual' };

export type AttemptEnd =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly reason: string }
  | { readonly kind: 'killed'; readonly reason: string };

/** One task of a run. */
export interface Attempt {
  readonly taskId: string;
  /** From 0. */
  readonly number: number;
  readonly launchedAt: Millis;
  readonly startedAt: Millis | undefined;
  readonly endedAt: Millis | undefined;
  readonly end: AttemptEnd | undefined;
  readonly agentId: string | undefined;
  readonly hostname: string | undefined;
  readonly exitCode: number | undefined;
  /** The address of the sandbox at the agent. */
  readonly sandbox: string | undefined;
  /** The last lines of its output. */
  readonly output: string | undefined;
  /** It was killed because it took too long, so its end is a failure. */
  readonly isTimedOut: boolean;
  /** Its kill was asked for, so its end is no failure, whatever the master tells. */
  readonly isKilled: boolean;
  /** Of data jobs. */
  readonly elementsProcessed: number;
  /** The launcher of an asynchronous job has ended, and the callback is to come: the run is live without a process. */
  readonly launcherEndedAt: Millis | undefined;
}

export interface Run {
  readonly id: string;
  readonly jobName: string;
  readonly cause: RunCause;
  readonly createdAt: Millis;
  /** Those of a manual start replace those of the job. */
  readonly arguments: string;
  readonly attempts: readonly Attempt[];
  /** The time of the next attempt; undefined where none is due. */
  readonly nextAttemptAt: Millis | undefined;
  /** Undefined until the last attempt has ended. */
  readonly end: AttemptEnd | undefined;
  readonly endedAt: Millis | undefined;
  /** It began while other runs of its job were active, which the job allowed then. */
  readonly isBeside: boolean;
}

/** Slots without a run of their own. */
export interface SlotEntry {
  /** Of the numbers of runs. */
  readonly id: string;
  readonly kind: 'missed' | 'skipped';
  readonly slots: SlotSeries;
  readonly reason: string;
  readonly decidedAt: Millis;
}

/** An entry of the history of a job: its ended runs, and the slots without one. */
export type HistoryEntry =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'slots'; readonly entry: SlotEntry };

export interface NewRun {
  readonly id: string;
  readonly jobName: string;
  readonly cause: RunCause;
  readonly createdAt: Millis;
  readonly arguments: string;
}

export function newRun(parts: NewRun): Run {
  return {
    ...parts,
    attempts: [],
    nextAttemptAt: parts.createdAt,
    end: undefined,
    endedAt: undefined,
    isBeside: false,
  };
}

/** The name of the job of a run `a:7`. */
export function jobNameOf(runId: string): string {
  return runId.slice(0, runId.lastIndexOf(':'));
}

export function runNumberOf(runId: string): number {
  return Number(runId.slice(runId.lastIndexOf(':') + 1));
}

export function currentAttempt({ attempts }: Run): Attempt | undefined {
  return attempts.at(-1);
}

/** A run has a task that is not known to have ended. */
export function hasLiveTask(run: Run): boolean {
  const attempt = currentAttempt(run);
  return attempt !== undefined && attempt.end === undefined;
}

/** A live task whose process may run. */
export function hasProcess(run: Run): boolean {
  return hasLiveTask(run) && currentAttempt(run)?.launcherEndedAt === undefined;
}

export function launchAttempt(run: Run, taskId: string, now: Millis): Run {
  const attempt: Attempt = {
    taskId,
    number: run.attempts.length,
    launchedAt: now,
    startedAt: undefined,
    endedAt: undefined,
    end: undefined,
    agentId: undefined,
    hostname: undefined,
    exitCode: undefined,
    sandbox: undefined,
    output: undefined,
    isTimedOut: false,
    isKilled: false,
    elementsProcessed: 0,
    launcherEndedAt: undefined,
  };
  return { ...run, attempts: [...run.attempts, attempt], nextAttemptAt: undefined };
}

/** Changes the attempt of a task; a task that the run does not have changes nothing. */
export function withAttempt(run: Run, taskId: string, changes: Partial<Attempt>): Run {
  const attempts = run.attempts.map((attempt) =>
    attempt.taskId === taskId ? { ...attempt, ...changes } : attempt,
  );
  return { ...run, attempts };
}

/** A launch that never began is no attempt: the same one is launched again, for the same slot. */
export function withoutAttempt(run: Run, taskId: string, now: Millis): Run {
  const attempts = run.attempts.filter((attempt) => attempt.taskId !== taskId);
  return attempts.length === run.attempts.length ? run : { ...run, attempts, nextAttemptAt: now };
}

export function endRun(run: Run, end: AttemptEnd, now: Millis): Run {
  return { ...run, end, endedAt: now, nextAttemptAt: undefined };
}

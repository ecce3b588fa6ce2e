/**
 * The admission of runs: whether a new run of a job starts, waits, takes the place of another, or is not made.
 *
 * Without a concurrency policy, a slot and a cycle wait for the run before; a manual start is dropped.
 * Always true: a job that allows no concurrent runs has one active run at most.
 */

import { assert } from '../../../../cluster/model/assert';
import type { Millis } from '../../../../cluster/model/time';
import { announce } from '../../../kit/core/turn/outbox';
import type { Concurrency, Job } from '../jobs/job';
import { addEntry, type HistoryEntry, trimHistory } from '../runs/history';
import { endRun, hasLiveTask, newRun, type Run, type RunCause } from '../runs/run';
import { isFault } from '../schedule/fault';
import { meanLength, readPeriod } from '../schedule/period';
import { deadlineOf, type LatenessPolicy } from '../schedule/progress';
import type { ChronosState, JobEntry } from '../state/state';
import { entryOf, newRunId, save, type Turn, wake } from '../state/turn';
import { watchStart } from './notices';

/** Active runs of a job that allows several; further ones wait. */
const ACTIVE_MAX = 1000;
/** Runs of a job that wait; further ones are skipped. */
const QUEUE_MAX = 1000;

interface RunRequest {
  readonly cause: RunCause;
  readonly arguments: string;
}

/** Admits a run for the job, by its concurrency policy. */
export function admitRun(turn: Turn, name: string, request: RunRequest): void {
  const entry = entryOf(turn, name);
  const { job } = entry.record;
  const run = newRun({ id: newRunId(turn, entry), jobName: name, createdAt: turn.now, ...request });
  save(turn, name);
  switch (ruleFor(entry, request.cause)) {
    case 'allow':
      return beginRun(turn, entry, run);
    case 'forbid':
      return skipRun(turn, entry, run, 'an earlier run goes on');
    case 'queue':
      return queueAlone(turn, entry, run);
    case 'replace':
      queueAlone(turn, entry, run);
      return giveWay(turn, entry);
    case 'wait':
      if (entry.queue.length >= QUEUE_MAX) return skipRun(turn, entry, run, 'too many runs wait');
      entry.queue = [...entry.queue, run];
      setDeadline(turn, job, run);
  }
}

function queueAlone(turn: Turn, entry: JobEntry, run: Run): void {
  skipQueue(turn, entry, 'a later run took its place');
  entry.queue = [run];
  setDeadline(turn, entry.record.job, run);
}

/** Ends the runs that wait for another one. */
export function skipQueue(turn: Turn, entry: JobEntry, reason: string): void {
  for (const waiting of entry.queue) skipRun(turn, entry, waiting, reason);
  entry.queue = [];
  save(turn, entry.record.job.name);
}

/** Live tasks are killed; runs without one end at once. */
function giveWay(turn: Turn, entry: JobEntry): void {
  killTasks(turn, entry);
  dropIdleRuns(turn, entry, 'a later run took its place');
}

/** Ends the active runs that have no live task: they wait for an offer, or for a retry. */
export function dropIdleRuns(turn: Turn, entry: JobEntry, reason: string): void {
  for (const run of Object.values(entry.active)) {
    if (hasLiveTask(run)) continue;
    if (run.attempts.length === 0) skipRun(turn, entry, run, reason);
    else remember(turn, entry, { kind: 'run', run: endRun(run, { kind: 'killed', reason }, turn.now) });
    removeRun(turn, run);
  }
}

function ruleFor({ record: { job }, active }: JobEntry, cause: RunCause): Concurrency | 'wait' {
  const running = Object.keys(active).length;
  if (running === 0) return 'allow';
  const rule = job.concurrency ?? (job.concurrent ? 'allow' : undefined);
  if (rule !== undefined) return rule === 'allow' && running >= ACTIVE_MAX ? 'wait' : rule;
  return cause.kind === 'manual' ? 'forbid' : 'wait';
}

/** A run that is not made; of a slot, the history tells why. */
function skipRun(turn: Turn, entry: JobEntry, run: Run, reason: string): void {
  if (run.cause.kind === 'slot') recordSlots(turn, entry, { kind: 'skipped', run, reason });
}

interface SlotRecord {
  readonly kind: 'missed' | 'skipped';
  readonly run: Run;
  readonly reason: string;
}

export function recordSlots(turn: Turn, entry: JobEntry, { kind, run, reason }: SlotRecord): void {
  const slot = run.cause.kind === 'slot' ? run.cause.slot : run.createdAt;
  const slots = { first: slot, last: slot, count: 1 };
  remember(turn, entry, { kind: 'slots', entry: { kind, slots, reason, decidedAt: turn.now } });
}

export function remember(turn: Turn, entry: JobEntry, addition: HistoryEntry): void {
  entry.history = trimHistory(addEntry(entry.history, addition), turn.state.settings, turn.now);
  save(turn, entry.record.job.name);
}

function beginRun(turn: Turn, entry: JobEntry, run: Run): void {
  entry.active = { ...entry.active, [run.id]: run };
  turn.state.runs.set(run.id, run.jobName);
  turn.state.ready.add(run.id);
  setDeadline(turn, entry.record.job, run);
}

/** Changes an active run. */
export function putRun(turn: Turn, run: Run): void {
  const entry = entryOf(turn, run.jobName);
  assert(entry.active[run.id], `${run.id} is not active`);
  entry.active = { ...entry.active, [run.id]: run };
  save(turn, run.jobName);
}

/** Takes a run out that has ended, and begins the next one that waits. */
export function removeRun(turn: Turn, run: Run): void {
  const entry = entryOf(turn, run.jobName);
  const { [run.id]: _ended, ...others } = entry.active;
  entry.active = others;
  turn.state.runs.delete(run.id);
  turn.state.ready.delete(run.id);
  save(turn, run.jobName);
  if (Object.keys(others).length === 0) beginNext(turn, entry);
}

function beginNext(turn: Turn, entry: JobEntry): void {
  const [next, ...rest] = entry.queue;
  if (next === undefined) return;
  entry.queue = rest;
  if (isOff(entry.record.job)) {
    skipRun(turn, entry, next, offReason(entry.record.job));
    beginNext(turn, entry);
    return;
  }
  beginRun(turn, entry, next);
}

/** Kills the live tasks of a job. */
export function killTasks(turn: Turn, entry: JobEntry): void {
  for (const run of Object.values(entry.active)) {
    const taskId = run.attempts.at(-1)?.taskId;
    if (taskId === undefined || !hasLiveTask(run)) continue;
    announce(turn, { kind: 'kill', taskId, graceSeconds: entry.record.job.killGracePeriod });
  }
}

/** A job that starts nothing by itself: its slots stay open until it is enabled. */
export function isOff({ disabled, pausedReason }: Job): boolean {
  return disabled || pausedReason !== '';
}

export function offReason({ pausedReason }: Job): string {
  return pausedReason === '' ? 'the job is disabled' : `the job is paused: ${pausedReason}`;
}

export function latenessOf({ settings }: ChronosState, job: Job): LatenessPolicy {
  const period = job.epsilon === '' ? undefined : readPeriod(job.epsilon);
  const epsilon = period === undefined || isFault(period) ? settings.taskEpsilon : meanLength(period);
  return { epsilon, catchUp: job.catchUp, catchUpMax: job.catchUpLimit };
}

/** The last instant at which a run may be launched for the first time; undefined without one. */
export function deadlineFor(state: ChronosState, job: Job, run: Run): Millis | undefined {
  const deadline = deadlineOf(latenessOf(state, job));
  return run.cause.kind === 'slot' && deadline !== undefined ? run.cause.slot + deadline : undefined;
}

/** Sets the timers of a run that waits. */
export function setDeadline(turn: Turn, job: Job, run: Run): void {
  watchStart(turn, run);
  const deadline = deadlineFor(turn.state, job, run);
  if (deadline !== undefined) wake(turn, { kind: 'deadline', runId: run.id }, deadline + 1);
}

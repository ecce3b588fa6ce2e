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
import { addEntry, trimHistory } from '../runs/history';
import { idOfEntry, idOfPacked } from '../runs/packed-entry';
import {
  currentAttempt,
  endRun,
  type HistoryEntry,
  hasLiveTask,
  hasProcess,
  newRun,
  type Run,
  type RunCause,
  withAttempt,
} from '../runs/run';
import { isFault } from '../schedule/fault';
import { meanLength, readPeriod } from '../schedule/period';
import { deadlineOf, type LatenessPolicy } from '../schedule/progress';
import { addReady, type ChronosState, type JobEntry, packerFor, removeReady } from '../state/state';
import { entryOf, newRunId, saveRun, saveState, type Turn, wake } from '../state/turn';
import { watchStart } from './notices';

/** Active runs of a job that allows several; further ones wait. */
const ACTIVE_MAX = 1000;
/** Runs of a job that wait; further ones are skipped. */
export const QUEUE_MAX = 1000;

interface RunRequest {
  readonly cause: RunCause;
  readonly arguments: string;
}

/** Admits a run for the job, by its concurrency policy. */
export function admitRun(turn: Turn, name: string, request: RunRequest): void {
  const entry = entryOf(turn, name);
  const run = newRun({ id: newRunId(turn, entry), jobName: name, createdAt: turn.now, ...request });
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
      queueRuns(turn, entry, [run]);
  }
}

function queueAlone(turn: Turn, entry: JobEntry, run: Run): void {
  const waiting = entry.queue;
  entry.queue = [];
  for (const earlier of waiting) dropRun(turn, entry, earlier, PLACE_TAKEN);
  queueRuns(turn, entry, [run]);
}

const PLACE_TAKEN = 'a later run took its place';

function queueRuns(turn: Turn, entry: JobEntry, runs: readonly Run[]): void {
  entry.queue = [...entry.queue, ...runs];
  saveState(turn, entry.record.job.name);
  for (const run of runs) {
    saveRun(turn, run.id);
    setDeadline(turn, entry.record.job, run);
  }
}

/** Live tasks are killed; runs without a process end at once. */
function giveWay(turn: Turn, entry: JobEntry): void {
  killTasks(turn, entry);
  for (const run of Object.values(entry.active)) {
    if (hasProcess(run)) continue;
    dropRun(turn, entry, run, PLACE_TAKEN);
    removeRun(turn, run);
  }
}

/** Several runs of the job may be active. */
function allowsSeveral({ concurrency, concurrent }: Job): boolean {
  return concurrency === undefined ? concurrent : concurrency === 'allow';
}

function ruleFor(entry: JobEntry, cause: RunCause): Concurrency | 'wait' {
  const { job } = entry.record;
  if (hasRoom(entry)) return 'allow';
  if (allowsSeveral(job)) return 'wait';
  return job.concurrency ?? (cause.kind === 'manual' ? 'forbid' : 'wait');
}

/** A further run may begin now. */
function hasRoom({ record: { job }, active }: JobEntry): boolean {
  const running = Object.keys(active).length;
  return running === 0 || (allowsSeveral(job) && running < ACTIVE_MAX);
}

/** Ends a run without a process: one that has had no attempt is skipped. */
function dropRun(turn: Turn, entry: JobEntry, run: Run, reason: string): void {
  if (run.attempts.length === 0) skipRun(turn, entry, run, reason);
  else rememberKilled(turn, entry, run, reason);
}

function rememberKilled(turn: Turn, entry: JobEntry, run: Run, reason: string): void {
  const end = { kind: 'killed', reason } as const;
  const taskId = hasLiveTask(run) ? currentAttempt(run)?.taskId : undefined;
  const ended = taskId === undefined ? run : withAttempt(run, taskId, { end, endedAt: turn.now });
  remember(turn, entry, { kind: 'run', run: endRun(ended, end, turn.now) });
}

/** A run that is not made; of a slot and of a cycle, the history tells why. */
function skipRun(turn: Turn, entry: JobEntry, run: Run, reason: string): void {
  saveRun(turn, run.id);
  if (run.cause.kind === 'slot') recordSlots(turn, entry, { kind: 'skipped', run, reason });
  if (run.cause.kind === 'parents') rememberKilled(turn, entry, run, reason);
}

interface SlotRecord {
  readonly kind: 'missed' | 'skipped';
  readonly run: Run;
  readonly reason: string;
}

/** The slot of a run has its outcome without the run; the entry has the id of the run. */
export function recordSlots(turn: Turn, entry: JobEntry, { kind, run, reason }: SlotRecord): void {
  const slot = run.cause.kind === 'slot' ? run.cause.slot : run.createdAt;
  const slots = { first: slot, last: slot, count: 1 };
  const record = { id: run.id, kind, slots, reason, decidedAt: turn.now };
  remember(turn, entry, { kind: 'slots', entry: record });
}

export function remember(turn: Turn, entry: JobEntry, addition: HistoryEntry): void {
  const packer = packerFor(turn.state, entry);
  entry.history = addEntry(entry.history, addition, packer);
  saveRun(turn, idOfEntry(addition));
  const [newest] = entry.history;
  if (newest !== undefined) saveRun(turn, idOfPacked(entry.record.job.name, newest));
  forgetOld(turn, entry);
}

/** Removes the entries that are too many or too old. */
export function forgetOld(turn: Turn, entry: JobEntry): void {
  const trimmed = trimHistory(entry.history, turn.state.settings, turn.now);
  if (trimmed.length === entry.history.length) return;
  const remaining = new Set(trimmed);
  const { name } = entry.record.job;
  for (const old of entry.history) if (!remaining.has(old)) saveRun(turn, idOfPacked(name, old));
  entry.history = trimmed;
}

function beginRun(turn: Turn, entry: JobEntry, run: Run): void {
  const isBeside = Object.keys(entry.active).length > 0;
  entry.active = { ...entry.active, [run.id]: { ...run, isBeside } };
  turn.state.runs.set(run.id, run.jobName);
  saveRun(turn, run.id);
  makeReady(turn, entry, run);
}

/** The run waits for an offer, or for the time of its next attempt. */
function makeReady(turn: Turn, entry: JobEntry, run: Run): void {
  if (run.nextAttemptAt !== undefined && run.nextAttemptAt > turn.now)
    wake(turn, { kind: 'attempt', runId: run.id }, run.nextAttemptAt);
  else addReady(turn.state, entry, run);
  if (run.attempts.length === 0) setDeadline(turn, entry.record.job, run);
}

/** A run without a live task is to be launched again, unless other runs go on beside which it may not. */
export function againLater(turn: Turn, run: Run): void {
  const entry = entryOf(turn, run.jobName);
  putRun(turn, run);
  if (allowsSeveral(entry.record.job) || Object.keys(entry.active).length === 1) makeReady(turn, entry, run);
  else park(turn, entry, [run]);
}

/** Active runs without a live task go to the queue. */
function park(turn: Turn, entry: JobEntry, runs: readonly Run[]): void {
  for (const run of runs) deactivate(turn, entry, run);
  queueRuns(turn, entry, runs);
}

/** After a change of the definition: what waits begins, stands back or is dropped as the new one says. */
export function applyPolicy(turn: Turn, entry: JobEntry): void {
  const { job } = entry.record;
  if (isOff(job)) {
    dropIdleRuns(turn, entry, offReason(job));
    return;
  }
  const runs = Object.values(entry.active);
  const idle = runs.filter((run) => !hasLiveTask(run));
  if (!allowsSeveral(job) && runs.length > 1)
    park(turn, entry, idle.length < runs.length ? idle : idle.slice(1));
  beginWaiting(turn, entry);
}

/** Ends all runs of a job that have no live task: they wait for an offer, for a retry, or for another run. */
export function dropIdleRuns(turn: Turn, entry: JobEntry, reason: string): void {
  const waiting = entry.queue;
  entry.queue = [];
  const idle = Object.values(entry.active).filter((run) => !hasLiveTask(run));
  for (const run of idle) deactivate(turn, entry, run);
  if (waiting.length > 0) saveState(turn, entry.record.job.name);
  for (const run of [...idle, ...waiting]) dropRun(turn, entry, run, reason);
}

/** Changes an active run. */
export function putRun(turn: Turn, run: Run): void {
  const entry = entryOf(turn, run.jobName);
  assert(entry.active[run.id], `${run.id} is not active`);
  entry.active = { ...entry.active, [run.id]: run };
  saveRun(turn, run.id);
}

/** Takes a run out that has ended, and begins those that wait. */
export function removeRun(turn: Turn, run: Run): void {
  const entry = entryOf(turn, run.jobName);
  deactivate(turn, entry, run);
  beginWaiting(turn, entry);
}

function deactivate(turn: Turn, entry: JobEntry, run: Run): void {
  const { [run.id]: _removed, ...others } = entry.active;
  entry.active = others;
  turn.state.runs.delete(run.id);
  removeReady(turn.state, run.id);
  turn.state.tasks.delete(currentAttempt(run)?.taskId ?? '');
  saveRun(turn, run.id);
}

function beginWaiting(turn: Turn, entry: JobEntry): void {
  if (isOff(entry.record.job)) {
    dropIdleRuns(turn, entry, offReason(entry.record.job));
    return;
  }
  for (let [next] = entry.queue; next !== undefined && hasRoom(entry); [next] = entry.queue) {
    entry.queue = entry.queue.slice(1);
    saveState(turn, entry.record.job.name);
    beginRun(turn, entry, next);
  }
}

/** Kills the processes of a job. That a kill was asked for is stored, so that the next process repeats it. */
export function killTasks(turn: Turn, entry: JobEntry): void {
  for (const run of Object.values(entry.active)) {
    const taskId = currentAttempt(run)?.taskId;
    if (taskId === undefined || !hasProcess(run)) continue;
    putRun(turn, withAttempt(run, taskId, { isKilled: true }));
    announce(turn, { kind: 'kill', taskId, graceSeconds: entry.record.job.killGracePeriod });
  }
}

/** A job that starts nothing by itself: its slots stay open until it is enabled. */
export function isOff({ disabled, pausedReason }: Job): boolean {
  return disabled || pausedReason !== '';
}

function offReason({ pausedReason }: Job): string {
  return pausedReason === '' ? 'the job is disabled' : `the job is paused: ${pausedReason}`;
}

export function latenessOf({ settings }: ChronosState, job: Job): LatenessPolicy {
  const period = job.epsilon === '' ? undefined : readPeriod(job.epsilon);
  const epsilon = period === undefined || isFault(period) ? settings.taskEpsilon : meanLength(period);
  return { epsilon, catchUp: job.catchUp, catchUpMax: job.catchUpLimit };
}

/** The start deadline of the slots of a job; undefined without one. */
export function slotDeadline(state: ChronosState, job: Job): Millis | undefined {
  return deadlineOf(latenessOf(state, job));
}

/** The last instant at which a run may be launched for the first time; undefined without one. */
export function deadlineFor(state: ChronosState, job: Job, run: Run): Millis | undefined {
  const deadline = slotDeadline(state, job);
  return run.cause.kind === 'slot' && deadline !== undefined ? run.cause.slot + deadline : undefined;
}

/** Sets the timers of a run that waits. */
export function setDeadline(turn: Turn, job: Job, run: Run): void {
  watchStart(turn, run);
  wakeAtDeadline(turn, job, run);
}

/** The slot of a run is missed if it is not launched by then. */
export function wakeAtDeadline(turn: Turn, job: Job, run: Run): void {
  const deadline = deadlineFor(turn.state, job, run);
  if (deadline !== undefined) wake(turn, { kind: 'deadline', runId: run.id }, deadline + 1);
}

/** Notices to owners, and the watch over runs that start late or take long. */

import type { Millis } from '../../../../cluster/model/time';
import { announce } from '../../../kit/core/turn/outbox';
import type { Job } from '../jobs/job';
import type { NoticeKind } from '../notify/notice';
import { currentAttempt, hasLiveTask, jobNameOf, type Run } from '../runs/run';
import { usualRunTime } from '../runs/usual-time';
import { historyOf, type JobEntry } from '../state/state';
import { type Turn, wake } from '../state/turn';

interface Telling {
  readonly kind: NoticeKind;
  readonly reason?: string | undefined;
  readonly taskId?: string | undefined;
}

/** Tells the owners of a job as soon as what it is about is durable. */
export function tellOwners(turn: Turn, job: Job, { kind, reason = '', taskId }: Telling): void {
  announce(turn, { kind: 'notice', notice: { kind, job, at: turn.now, reason, taskId } });
}

/** The instant at which a run should have been launched: its slot, or its creation. */
function expectedAt({ cause, createdAt }: Run): Millis {
  return cause.kind === 'slot' ? Math.max(cause.slot, createdAt) : createdAt;
}

/** A run that waits is overdue after a while. */
export function watchStart(turn: Turn, run: Run): void {
  const { overdueAfter } = turn.state.settings;
  if (overdueAfter !== undefined && run.attempts.length === 0)
    wake(turn, { kind: 'overdue', runId: run.id }, expectedAt(run) + overdueAfter);
}

/** A task that runs is slow when it takes a multiple of the job's usual time. */
export function watchRunTime(turn: Turn, entry: JobEntry, run: Run): void {
  const startedAt = currentAttempt(run)?.startedAt;
  const limit = slowAfter(turn, entry);
  if (startedAt !== undefined && limit !== undefined)
    wake(turn, { kind: 'slow', runId: run.id }, startedAt + limit);
}

/** Runs under a minute are never slow. */
const SLOW_MIN: Millis = 60_000;

function slowAfter({ state: { settings } }: Turn, entry: JobEntry): Millis | undefined {
  const usual = settings.slowFactor === undefined ? undefined : usualRunTime(historyOf(entry));
  return usual === undefined ? undefined : Math.max(SLOW_MIN, usual * (settings.slowFactor ?? 1));
}

/** A job with one of its runs that have not ended. */
interface OpenRun {
  readonly entry: JobEntry;
  readonly run: Run;
}

function openRun({ state }: Turn, runId: string): OpenRun | undefined {
  const entry = state.jobs.get(jobNameOf(runId));
  const run = entry?.active[runId] ?? entry?.queue.find(({ id }) => id === runId);
  return entry && run && { entry, run };
}

export function tellOverdue(turn: Turn, runId: string): void {
  const open = openRun(turn, runId);
  if (!open || open.run.attempts.length > 0) return;
  const { entry, run } = open;
  const seconds = Math.round((turn.now - expectedAt(run)) / 1000);
  const obstacle = entry.active[runId] ? 'an offer that fits' : 'the end of an earlier run';
  const reason = `it has waited ${seconds} s for ${obstacle}`;
  tellOwners(turn, entry.record.job, { kind: 'overdue', reason });
}

export function tellSlow(turn: Turn, runId: string): void {
  const open = openRun(turn, runId);
  if (!open || !hasLiveTask(open.run)) return;
  const { entry, run } = open;
  const { startedAt = turn.now, taskId } = currentAttempt(run) ?? {};
  const seconds = (time: Millis): number => Math.round(time / 1000);
  const usual = seconds(usualRunTime(historyOf(entry)) ?? 0);
  const reason = `it has run for ${seconds(turn.now - startedAt)} s; ${usual} s are usual`;
  tellOwners(turn, entry.record.job, { kind: 'slow', reason, taskId });
}

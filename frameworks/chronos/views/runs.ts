/**
 * The runs of a job, newest first: those that go on or wait, and the history with every slot that had no run.
 *
 * Each slot has one row, or is in a row of several slots with the same outcome.
 */

import {
  type Attempt,
  type AttemptEnd,
  type HistoryEntry,
  hasLiveTask,
  type Run,
  type RunCause,
} from '../core/runs/run';
import { endedRuns, historyOf, type JobEntry } from '../core/state/state';

export type RunState = 'queued' | 'running' | 'retrying' | AttemptEnd['kind'];

/** A row of `job/NAME/runs`. Times are ISO instants; what is not there is left out. */
export type RunRow = RunView | SlotsView;

interface RunView {
  readonly kind: 'run';
  readonly id: string;
  readonly state: RunState;
  readonly cause: 'slot' | 'caught up' | 'parents' | 'manual';
  readonly slot: string | undefined;
  /** The number of the cycle of parents, and their runs in it. */
  readonly cycle: number | undefined;
  readonly parentRuns: readonly string[] | undefined;
  readonly arguments: string;
  readonly createdAt: string;
  readonly endedAt: string | undefined;
  readonly reason: string | undefined;
  readonly nextAttemptAt: string | undefined;
  readonly attempts: readonly AttemptView[];
}

interface SlotsView {
  readonly kind: 'slots';
  readonly state: 'missed' | 'skipped';
  readonly firstSlot: string;
  readonly lastSlot: string;
  readonly count: number;
  readonly reason: string;
  readonly decidedAt: string;
}

interface AttemptView {
  readonly attempt: number;
  readonly taskId: string;
  readonly state: 'launched' | 'running' | AttemptEnd['kind'];
  readonly launchedAt: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly reason: string | undefined;
  readonly exitCode: number | undefined;
  readonly agentId: string | undefined;
  readonly hostname: string | undefined;
  readonly sandbox: string | undefined;
  readonly output: string | undefined;
  readonly elementsProcessed: number | undefined;
}

/** All rows: the queue is the newest, then the active runs, then the history. */
export function runRows(entry: JobEntry): readonly RunRow[] {
  const { active, queue } = entry;
  const newestFirst = (a: Run, b: Run): number => b.createdAt - a.createdAt;
  const open = [...[...queue].reverse(), ...Object.values(active).sort(newestFirst)];
  return [...open.map(runView), ...historyOf(entry).map(historyView)];
}

/** One run by its id; undefined where the job has none of it, or no more. */
export function runRow(entry: JobEntry, id: string): RunRow | undefined {
  const { active, queue } = entry;
  const run = active[id] ?? [...queue, ...endedRuns(entry)].find((candidate) => candidate.id === id);
  return run && runView(run);
}

function historyView(past: HistoryEntry): RunRow {
  if (past.kind === 'run') return runView(past.run);
  const { kind, slots, reason, decidedAt } = past.entry;
  return {
    kind: 'slots',
    state: kind,
    firstSlot: iso(slots.first),
    lastSlot: iso(slots.last),
    count: slots.count,
    reason,
    decidedAt: iso(decidedAt),
  };
}

function runView(run: Run): RunView {
  const { id, cause, createdAt, endedAt, nextAttemptAt, attempts, end } = run;
  const state = stateOfRun(run);
  return {
    kind: 'run',
    id,
    state,
    cause: causeText(cause),
    slot: cause.kind === 'slot' ? iso(cause.slot) : undefined,
    cycle: cause.kind === 'parents' ? cause.cycle : undefined,
    parentRuns: cause.kind === 'parents' ? cause.runIds : undefined,
    arguments: run.arguments,
    createdAt: iso(createdAt),
    endedAt: isoOf(endedAt),
    reason: reasonOf(end),
    nextAttemptAt: state === 'retrying' ? isoOf(nextAttemptAt) : undefined,
    attempts: attempts.map(attemptView),
  };
}

function stateOfRun(run: Run): RunState {
  if (run.end !== undefined) return run.end.kind;
  if (hasLiveTask(run)) return 'running';
  return run.attempts.length > 0 ? 'retrying' : 'queued';
}

function causeText(cause: RunCause): RunView['cause'] {
  if (cause.kind === 'slot') return cause.isCaughtUp ? 'caught up' : 'slot';
  return cause.kind;
}

function attemptView(attempt: Attempt): AttemptView {
  const { taskId, launchedAt, startedAt, endedAt, end, exitCode, agentId, hostname, sandbox, output } =
    attempt;
  return {
    attempt: attempt.number,
    taskId,
    state: end?.kind ?? (startedAt === undefined ? 'launched' : 'running'),
    launchedAt: iso(launchedAt),
    startedAt: isoOf(startedAt),
    endedAt: isoOf(endedAt),
    reason: reasonOf(end),
    exitCode,
    agentId,
    hostname,
    sandbox,
    output,
    elementsProcessed: attempt.elementsProcessed || undefined,
  };
}

function reasonOf(end: AttemptEnd | undefined): string | undefined {
  return end === undefined || end.kind === 'success' ? undefined : end.reason;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function isoOf(time: number | undefined): string | undefined {
  return time === undefined ? undefined : iso(time);
}

/** Attempts of runs: their launches, the updates of their tasks, and what their ends lead to. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Stamped } from '../../../../cluster/model/event';
import { note } from '../../../../cluster/model/machine';
import { isTerminal, type TaskState } from '../../../../cluster/model/task-state';
import { announce } from '../../../kit/core/turn/outbox';
import { childrenOf, parentsOf } from '../graph/graph';
import { reportParent } from '../graph/join';
import type { Job } from '../jobs/job';
import type { NoticeKind } from '../notify/notice';
import { exitCodeOf } from '../runs/exit-code';
import { consequenceOf, type EndConsequence, withConsequence } from '../runs/retry';
import {
  type AttemptEnd,
  currentAttempt,
  endRun,
  hasLiveTask,
  hasProcess,
  launchAttempt,
  type Run,
  withAttempt,
  withoutAttempt,
} from '../runs/run';
import { sandboxPage } from '../runs/sandbox';
import { printTaskId, readTaskId, taskMillis } from '../runs/task-id';
import { meaningOf, type TaskUpdate } from '../runs/task-state';
import { LATE_MS } from '../schedule/progress';
import type { ChronosEvents } from '../state/events';
import { addReady, type JobEntry, removeReady } from '../state/state';
import { entryOf, saveState, type Turn, wake } from '../state/turn';
import { admitRun, againLater, deadlineFor, isOff, putRun, remember, removeRun } from './admission';
import { tellOwners, watchRunTime } from './notices';
import { askForOutput } from './outputs';
import { decideSlots, missRun } from './slots';

/** The offer that a run is launched from. */
type RunPlace = Omit<Stamped<ChronosEvents, 'run.placed'>, 'kind' | 'at'>;

/** The task of a run's next attempt. */
type TaskOf = (job: Job, run: Run, taskId: string) => mesos.TaskInfo;

/** Launches a run that waits for an offer; false when it is too late for it. The run is stored before. */
export function launchRun(turn: Turn, event: RunPlace, taskOf?: TaskOf): boolean {
  const { state, now } = turn;
  const name = state.runs.get(event.runId);
  if (name === undefined || !removeReady(state, event.runId)) return false;
  const entry = entryOf(turn, name);
  const run = entry.active[event.runId];
  if (run === undefined || missRun(turn, run.id)) return false;
  const millis = taskMillis(now, entry.lastMillis);
  entry.lastMillis = millis;
  saveState(turn, name);
  const taskId = printTaskId({ millis, attempt: run.attempts.length, name, arguments: run.arguments });
  const { agentId, hostname, offerId, agentUrl, frameworkId } = event;
  const executorId = entry.record.job.executor === '' ? taskId : name;
  const sandbox = sandboxPage({ agentUrl, frameworkId, executorId });
  putRun(turn, withAttempt(launchAttempt(run, taskId, now), taskId, { agentId, hostname, sandbox }));
  state.tasks.set(taskId, run.id);
  const task = taskOf?.(entry.record.job, run, taskId);
  announce(turn, { kind: 'launch', taskId, runId: run.id, jobName: name, offerId, ...(task && { task }) });
  setTimeouts(turn, entry);
  return true;
}

/**
 * Withholds launches whose start deadline passed while they were held for the store: the process stood still, or the disk
 * was slow. Their slots are missed.
 */
export function withholdLate(turn: Turn): void {
  for (const effect of [...turn.effects]) {
    if (effect.kind !== 'launch') continue;
    const run = runOf(turn, effect.taskId);
    if (run === undefined) continue;
    const { job } = entryOf(turn, run.jobName).record;
    const deadline = run.attempts.length > 1 ? undefined : deadlineFor(turn.state, job, run);
    if (deadline === undefined || turn.now <= deadline + LATE_MS) continue;
    turn.effects.splice(turn.effects.indexOf(effect), 1);
    turn.state.tasks.delete(effect.taskId);
    putRun(turn, withoutAttempt(run, effect.taskId, turn.now));
    missRun(turn, run.id);
  }
}

/** The run of a live task. */
export function runOf({ state }: Turn, taskId: string): Run | undefined {
  const runId = state.tasks.get(taskId);
  const name = runId === undefined ? undefined : state.runs.get(runId);
  return runId === undefined || name === undefined ? undefined : state.jobs.get(name)?.active[runId];
}

type TaskNews = Omit<Stamped<ChronosEvents, 'task.update'>, 'kind' | 'at'>;

/** Updates of tasks that are not live are repetitions, or of others; those after the end of a launcher tell nothing. */
export function applyUpdate(turn: Turn, { taskId, update }: TaskNews): void {
  const run = runOf(turn, taskId);
  if (run === undefined) {
    killStray(turn, taskId, update.state);
    return;
  }
  if (!hasProcess(run)) return;
  applyState(turn, run, taskId, update);
}

function applyState(turn: Turn, run: Run, taskId: string, update: TaskUpdate): void {
  const hasStarted = currentAttempt(run)?.startedAt !== undefined;
  const meaning = meaningOf(update, hasStarted);
  const { job } = entryOf(turn, run.jobName).record;
  switch (meaning.kind) {
    case 'staging':
    case 'uncertain':
      return;
    case 'running':
      if (!hasStarted) noteStart(turn, withAttempt(run, taskId, { startedAt: turn.now }));
      return;
    case 'not launched':
      if (currentAttempt(run)?.isKilled) {
        endAttempt(turn, taskId, { kind: 'killed', reason: meaning.reason });
        return;
      }
      turn.state.tasks.delete(taskId);
      againLater(turn, withoutAttempt(run, taskId, turn.now));
      note(turn, 'warn', 'a launch is repeated', { task: taskId, reason: meaning.reason });
      return;
    case 'ended':
      putRun(turn, withAttempt(run, taskId, { exitCode: exitCodeOf(update.message) }));
      if (job.async && meaning.end.kind === 'success') endLauncher(turn, taskId);
      else endAttempt(turn, taskId, endOf(turn, run, meaning.end));
      askForOutput(turn, run, taskId);
  }
}

/** The task of an asynchronous job has ended; the job itself ends with its callback. */
function endLauncher(turn: Turn, taskId: string): void {
  const run = runOf(turn, taskId);
  if (run) putRun(turn, withAttempt(run, taskId, { launcherEndedAt: turn.now }));
}

function noteStart(turn: Turn, run: Run): void {
  putRun(turn, run);
  watchRunTime(turn, entryOf(turn, run.jobName), run);
}

/**
 * Kills a task that runs although its run is over: its job was deleted, or it came back after it was lost. A task that this
 * state cannot have launched is left alone: it may be one of the original's.
 */
function killStray(turn: Turn, taskId: string, state: TaskState): void {
  const parts = readTaskId(taskId);
  if (parts === undefined || !mayRun(state)) return;
  const entry = turn.state.jobs.get(parts.name);
  if (entry !== undefined && parts.millis > (entry.lastMillis ?? 0)) return;
  note(turn, 'warn', 'a task runs without its run and is killed', { task: taskId });
  const graceSeconds = entry?.record.job.killGracePeriod ?? 0;
  announce(turn, { kind: 'kill', taskId, graceSeconds });
}

/** A task that the master does not know is not killed: the master would answer the kill by telling so again. */
function mayRun(state: TaskState): boolean {
  return !isTerminal(state) && state !== 'TASK_UNREACHABLE' && state !== 'TASK_UNKNOWN';
}

/** A failure of a task whose kill was asked for is its kill; the kill of a run that took too long is its failure. */
function endOf(turn: Turn, run: Run, end: AttemptEnd): AttemptEnd {
  const { isKilled, isTimedOut } = currentAttempt(run) ?? {};
  if (isKilled) return end.kind === 'failure' ? { kind: 'killed', reason: end.reason } : end;
  if (end.kind !== 'killed' || !isTimedOut) return end;
  const { runTimeout } = entryOf(turn, run.jobName).record.job;
  return timedOut(runTimeout);
}

/** The end of a live task, by an update, a callback or a timeout. */
export function endAttempt(turn: Turn, taskId: string, end: AttemptEnd): void {
  const run = runOf(turn, taskId);
  if (run === undefined) return;
  const { state, now } = turn;
  const entry = entryOf(turn, run.jobName);
  const { job, timing } = entry.record;
  state.tasks.delete(taskId);
  const ended = withAttempt(run, taskId, { end, endedAt: now });
  const consequence = consequenceOf(end, {
    ...state.settings,
    job,
    attempt: run.attempts.length - 1,
    remaining: hasOtherSlots(entry, run) ? undefined : timing?.progress.remaining,
    now,
  });
  if (consequence.kind === 'retry') {
    againLater(turn, { ...ended, nextAttemptAt: consequence.at });
    return;
  }
  finishRun(turn, endRun(ended, end, now), consequence);
}

/** Further runs for slots go on or wait, so that the job is not finished by the end of this one. */
function hasOtherSlots({ active, queue }: JobEntry, run: Run): boolean {
  return [...Object.values(active), ...queue].some(({ id, cause }) => id !== run.id && cause.kind === 'slot');
}

/** The next attempt of a run is due. */
export function retryRun(turn: Turn, runId: string): void {
  const name = turn.state.runs.get(runId);
  const entry = name === undefined ? undefined : turn.state.jobs.get(name);
  const run = entry?.active[runId];
  if (entry === undefined || run?.nextAttemptAt === undefined || run.nextAttemptAt > turn.now) return;
  addReady(turn.state, entry, run);
}

function finishRun(turn: Turn, run: Run, consequence: EndConsequence): void {
  const entry = entryOf(turn, run.jobName);
  const before = entry.record.job;
  entry.record = { ...entry.record, job: withConsequence(before, consequence) };
  saveState(turn, run.jobName);
  remember(turn, entry, { kind: 'run', run });
  tellEnd(turn, { run, before, consequence });
  tellChildren(turn, run, consequence.toChildren);
  removeRun(turn, run);
  decideSlots(turn, entry);
}

interface EndedRun {
  readonly run: Run;
  /** The job as it was before the end. */
  readonly before: Job;
  readonly consequence: EndConsequence;
}

function tellEnd(turn: Turn, { run, before, consequence }: EndedRun): void {
  const { end, jobName } = run;
  const taskId = currentAttempt(run)?.taskId;
  const { job } = entryOf(turn, jobName).record;
  const tell = (kind: NoticeKind, reason?: string): void => tellOwners(turn, job, { kind, reason, taskId });
  if (consequence.disabled !== undefined) tell('disabled', consequence.disabled);
  else if (end?.kind === 'failure') tell('failed', end.reason);
  else if (end?.kind === 'success' && before.errorsSinceLastSuccess > 0) tell('recovered');
}

/** Reports the end of a run to the joins of the children; those that are complete run. */
export function tellChildren(
  turn: Turn,
  run: Pick<Run, 'id' | 'jobName' | 'cause'>,
  outcome: 'success' | 'failure' | undefined,
): void {
  if (outcome === undefined) return;
  const { graph } = turn.state;
  for (const child of childrenOf(graph, run.jobName)) {
    const entry = entryOf(turn, child);
    const report = { parent: run.jobName, runId: run.id, outcome, isManual: run.cause.kind === 'manual' };
    const { join, fired } = reportParent(entry.join, parentsOf(graph, child), report);
    entry.join = join;
    saveState(turn, child);
    const { job } = entry.record;
    if (fired === undefined || isOff(job)) continue;
    admitRun(turn, child, { cause: { kind: 'parents', ...fired }, arguments: job.arguments.join(' ') });
  }
}

/** A run takes too long: its task is killed, and the attempt has failed. */
export function timeOutRun(turn: Turn, runId: string): void {
  const name = turn.state.runs.get(runId);
  const entry = name === undefined ? undefined : turn.state.jobs.get(name);
  const run = entry?.active[runId];
  const attempt = run && currentAttempt(run);
  if (entry === undefined || run === undefined || attempt === undefined || !hasLiveTask(run)) return;
  const { runTimeout, killGracePeriod } = entry.record.job;
  if (runTimeout === 0 || turn.now < attempt.launchedAt + runTimeout * 1000) return;
  if (!hasProcess(run)) {
    endAttempt(turn, attempt.taskId, timedOut(runTimeout));
    return;
  }
  putRun(turn, withAttempt(run, attempt.taskId, { isTimedOut: true }));
  announce(turn, { kind: 'kill', taskId: attempt.taskId, graceSeconds: killGracePeriod });
}

function timedOut(runTimeout: number): AttemptEnd {
  return { kind: 'failure', reason: `it took longer than ${runTimeout} s` };
}

/** Sets the timers of runs that take too long; after a change of the definition, too. */
export function setTimeouts(turn: Turn, { record, active }: JobEntry): void {
  const { runTimeout } = record.job;
  if (runTimeout === 0) return;
  for (const run of Object.values(active)) {
    const launchedAt = hasLiveTask(run) ? currentAttempt(run)?.launchedAt : undefined;
    if (launchedAt !== undefined)
      wake(turn, { kind: 'timeout', runId: run.id }, launchedAt + runTimeout * 1000);
  }
}

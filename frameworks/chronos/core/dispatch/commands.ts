/** Commands about jobs: manual starts, marked successes, kills, and the callbacks of asynchronous jobs. */

import type { Stamped } from '../../../../cluster/model/event';
import { answer, refuse } from '../../../kit/core/turn/answer';
import { unknownJob } from '../jobs/refusal';
import { markedSuccess, withConsequence } from '../runs/retry';
import { currentAttempt, hasLiveTask, hasProcess, type Run } from '../runs/run';
import { readTaskId } from '../runs/task-id';
import type { ChronosEvents } from '../state/events';
import type { JobEntry } from '../state/state';
import { entryOf, newRunId, saveState, type Turn } from '../state/turn';
import { admitRun, dropIdleRuns, isOff, killTasks } from './admission';
import { endAttempt, runOf, tellChildren } from './attempts';
import { decideSlots } from './slots';

/** The job of a request; without one the request is refused. */
export function requested(
  turn: Turn,
  { request, name }: { request: number; name: string },
): JobEntry | undefined {
  const entry = turn.state.jobs.get(name);
  if (entry === undefined) refuse(turn, request, unknownJob(name));
  return entry;
}

/** A manual start uses up no repetition. One of a job that is off, or that runs and may not, is dropped. */
export function startJob(turn: Turn, event: Stamped<ChronosEvents, 'job.start'>): void {
  const entry = requested(turn, event);
  if (entry === undefined) return;
  const { job } = entry.record;
  const text = event.arguments.trim() === '' ? job.arguments.join(' ') : event.arguments;
  if (!isOff(job)) admitRun(turn, event.name, { cause: { kind: 'manual' }, arguments: text });
  answer(turn, event.request, { ok: true, text: '' });
}

/** The text of the original, which has it with `false` for an unknown job; here that is a refusal, as everywhere. */
export function markSuccess(turn: Turn, event: Stamped<ChronosEvents, 'job.succeed'>): void {
  const entry = requested(turn, event);
  if (entry === undefined) return;
  const { request, name } = event;
  const consequence = markedSuccess(entry.record.job, turn.now);
  entry.record = { ...entry.record, job: withConsequence(entry.record.job, consequence) };
  saveState(turn, name);
  const id = newRunId(turn, entry);
  tellChildren(turn, { id, jobName: name, cause: { kind: 'manual' } }, 'success');
  answer(turn, request, { ok: true, text: `marked job ${name} as successful: true` });
}

/** Kills running tasks; what waits for an offer or a retry stays. A run that waits for its callback ends at once. */
export function killJob(turn: Turn, event: Stamped<ChronosEvents, 'job.kill'>): void {
  const entry = requested(turn, event);
  if (entry === undefined) return;
  for (const run of Object.values(entry.active)) {
    const taskId = currentAttempt(run)?.taskId;
    if (taskId !== undefined && awaitsCallback(run))
      endAttempt(turn, taskId, { kind: 'killed', reason: 'it was killed before its callback' });
  }
  killTasks(turn, entry);
  answer(turn, event.request, { ok: true, text: '' });
}

/**
 * The end of an asynchronous job. A task that is not live has ended already, and that of another job ends by itself: beside
 * it a further one would begin.
 */
export function applyCallback(turn: Turn, event: Stamped<ChronosEvents, 'task.callback'>): void {
  const { request, taskId, statusCode } = event;
  if (readTaskId(taskId) === undefined) {
    const refusal = { status: 400, message: `'${taskId}' is no task id` };
    refuse(turn, request, refusal);
    return;
  }
  const run = runOf(turn, taskId);
  const isAsync = run !== undefined && (entryOf(turn, run.jobName).record.job.async || awaitsCallback(run));
  const failure = { kind: 'failure', reason: `the callback told status ${statusCode}` } as const;
  if (isAsync) endAttempt(turn, taskId, statusCode === 0 ? { kind: 'success' } : failure);
  answer(turn, request, { ok: true, text: '' });
}

/** The launcher has ended, so only the callback can end the run: also when the job is asynchronous no more. */
function awaitsCallback(run: Run): boolean {
  return hasLiveTask(run) && !hasProcess(run);
}

/** Ends the runs of all jobs that wait: for an offer, for a retry, or for another run. Live tasks go on. */
export function dropWaiting(turn: Turn, { request }: Stamped<ChronosEvents, 'runs.drop'>): void {
  const reason = 'dropped by a request';
  for (const entry of turn.state.jobs.values()) {
    const isWaiting = entry.queue.length + Object.keys(entry.active).length > 0;
    if (!isWaiting) continue;
    dropIdleRuns(turn, entry, reason);
    decideSlots(turn, entry);
  }
  answer(turn, request, { ok: true, text: '' });
}

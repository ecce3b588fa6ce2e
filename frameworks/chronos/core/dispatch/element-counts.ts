/** The counts of processed elements that the tasks of data jobs tell. */

import type { Stamped } from '../../../../cluster/model/event';
import type { Refusal } from '../jobs/refusal';
import type { HistoryEntry } from '../runs/history';
import { type Run, withAttempt } from '../runs/run';
import { readTaskId } from '../runs/task-id';
import type { ChronosEvents } from '../state/events';
import type { JobEntry } from '../state/state';
import { answer, saveRun, type Turn } from '../state/turn';
import { requested } from './commands';

/** Adds to the count of a task, which may have ended. */
export function addElements(turn: Turn, event: Stamped<ChronosEvents, 'task.elements'>): void {
  const entry = requested(turn, event);
  if (entry === undefined) return;
  const refusal = refusalFor(entry, event.taskId);
  if (refusal !== undefined) return answer(turn, event.request, { ok: false, refusal });
  const add = (run: Run): Run => {
    if (hasTask(run, event.taskId)) saveRun(turn, run.id);
    return withElements(run, event.taskId, event.elements);
  };
  entry.active = Object.fromEntries(Object.entries(entry.active).map(([id, run]) => [id, add(run)]));
  entry.history = entry.history.map(
    (past): HistoryEntry =>
      past.kind === 'run' && hasTask(past.run, event.taskId) ? { kind: 'run', run: add(past.run) } : past,
  );
  answer(turn, event.request, { ok: true, text: '' });
}

function refusalFor(entry: JobEntry, taskId: string): Refusal | undefined {
  const { name, dataProcessingJobType } = entry.record.job;
  const refuse = (message: string): Refusal => ({ status: 400, message });
  if (readTaskId(taskId) === undefined) return refuse(`Invalid task id format ${taskId}`);
  if (!dataProcessingJobType) return refuse(`Job '${name}' is not enabled to track data`);
  const runs = [
    ...Object.values(entry.active),
    ...entry.history.flatMap((past) => (past.kind === 'run' ? [past.run] : [])),
  ];
  return runs.some((run) => hasTask(run, taskId))
    ? undefined
    : refuse(`Job '${name}' has no task '${taskId}'`);
}

function hasTask({ attempts }: Run, taskId: string): boolean {
  return attempts.some((attempt) => attempt.taskId === taskId);
}

function withElements(run: Run, taskId: string, elements: number): Run {
  const attempt = run.attempts.find((candidate) => candidate.taskId === taskId);
  if (attempt === undefined) return run;
  const sum = Math.min(attempt.elementsProcessed + elements, Number.MAX_SAFE_INTEGER);
  return withAttempt(run, taskId, { elementsProcessed: sum });
}

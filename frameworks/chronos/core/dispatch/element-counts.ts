/** The counts of processed elements that the tasks of data jobs tell. */

import type { Stamped } from '../../../../cluster/model/event';
import { answer, refuse } from '../../../kit/core/turn/answer';
import type { Refusal } from '../jobs/refusal';
import { type Run, withAttempt } from '../runs/run';
import { readTaskId } from '../runs/task-id';
import type { ChronosEvents } from '../state/events';
import type { JobEntry } from '../state/state';
import type { Turn } from '../state/turn';
import { requested } from './commands';
import { changeRun, runOfTask } from './task-run';

/** Adds to the count of a task, which may have ended. */
export function addElements(turn: Turn, event: Stamped<ChronosEvents, 'task.elements'>): void {
  const entry = requested(turn, event);
  if (entry === undefined) return;
  const { request, taskId, elements } = event;
  const refusal = refusalFor(entry, taskId);
  if (refusal !== undefined) return refuse(turn, request, refusal);
  const run = runOfTask(entry, taskId);
  if (run) changeRun(turn, entry, withElements(run, taskId, elements));
  answer(turn, request, { ok: true, text: '' });
}

function refusalFor(entry: JobEntry, taskId: string): Refusal | undefined {
  const { name, dataProcessingJobType } = entry.record.job;
  const refusal = (message: string): Refusal => ({ status: 400, message });
  if (readTaskId(taskId) === undefined) return refusal(`Invalid task id format ${taskId}`);
  if (!dataProcessingJobType) return refusal(`Job '${name}' is not enabled to track data`);
  return runOfTask(entry, taskId) ? undefined : refusal(`Job '${name}' has no task '${taskId}'`);
}

function withElements(run: Run, taskId: string, elements: number): Run {
  const attempt = run.attempts.find((candidate) => candidate.taskId === taskId);
  if (attempt === undefined) return run;
  const sum = Math.min(attempt.elementsProcessed + elements, Number.MAX_SAFE_INTEGER);
  return withAttempt(run, taskId, { elementsProcessed: sum });
}

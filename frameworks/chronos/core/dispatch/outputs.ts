/** The last lines of the output of tasks: they are asked for at the end of the process, and kept with the attempt. */

import type { Stamped } from '../../../../cluster/model/event';
import { announce } from '../../../kit/core/turn/outbox';
import { type Run, withAttempt } from '../runs/run';
import { readTaskId } from '../runs/task-id';
import type { ChronosEvents } from '../state/events';
import type { Turn } from '../state/turn';
import { changeRun, runOfTask } from './task-run';

/** The process of a task has ended, so its output is complete. */
export function askForOutput(turn: Turn, run: Run, taskId: string): void {
  const sandbox = run.attempts.find((attempt) => attempt.taskId === taskId)?.sandbox;
  if (sandbox !== undefined) announce(turn, { kind: 'read-output', taskId, sandbox });
}

/** Output of a run that is forgotten meanwhile is dropped. */
export function keepOutput(turn: Turn, { taskId, output }: Stamped<ChronosEvents, 'task.output'>): void {
  const entry = turn.state.jobs.get(readTaskId(taskId)?.name ?? '');
  const run = entry && runOfTask(entry, taskId);
  if (entry && run) changeRun(turn, entry, withAttempt(run, taskId, { output }));
}

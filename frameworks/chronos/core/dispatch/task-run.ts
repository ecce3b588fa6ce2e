/** The run of a task, which goes on, waits for its next attempt, or is in the history. */

import { idOfPacked } from '../runs/packed-entry';
import type { Run } from '../runs/run';
import { endedRuns, type JobEntry, packerFor } from '../state/state';
import { saveRun, type Turn } from '../state/turn';

export function hasTask({ attempts }: Run, taskId: string): boolean {
  return attempts.some((attempt) => attempt.taskId === taskId);
}

/** The run of a task; undefined where the job has none, or no more. */
export function runOfTask(entry: JobEntry, taskId: string): Run | undefined {
  const runs = [...Object.values(entry.active), ...entry.queue, ...endedRuns(entry)];
  return runs.find((run) => hasTask(run, taskId));
}

/** Changes a run wherever it is, and stores it. */
export function changeRun(turn: Turn, entry: JobEntry, run: Run): void {
  saveRun(turn, run.id);
  if (entry.active[run.id]) {
    entry.active = { ...entry.active, [run.id]: run };
    return;
  }
  const place = entry.queue.findIndex(({ id }) => id === run.id);
  if (place >= 0) {
    entry.queue = entry.queue.with(place, run);
    return;
  }
  const { name } = entry.record.job;
  const { pack } = packerFor(turn.state, entry);
  entry.history = entry.history.map((past) =>
    idOfPacked(name, past) === run.id ? pack({ kind: 'run', run }) : past,
  );
}

/** A check of all that the state of Chronos promises: indexes of runs and tasks, one active run, the graph. */

import { checkGraph } from './graph/graph';
import { shapeOf } from './jobs/shape';
import { hasLiveTask, jobNameOf } from './runs/run';
import type { ChronosState, JobEntry } from './state/state';
import type { WaitingRuns } from './state/waiting-runs';

/** The violations, a text each. */
export function checkChronos(state: ChronosState): readonly string[] {
  const violations = [...checkGraph(state.graph)];
  for (const [name, entry] of state.jobs) {
    if (!state.graph.parents.has(name) && !state.quarantined.has(name))
      violations.push(`${name} is neither in the graph nor quarantined`);
    violations.push(...entryViolations(state, name, entry));
  }
  for (const [runId, name] of state.runs) {
    if (!state.jobs.get(name)?.active[runId]) violations.push(`the run ${runId} of ${name} is not active`);
  }
  for (const runId of state.ready) {
    if (!state.runs.has(runId)) violations.push(`${runId} waits for an offer and is not active`);
  }
  if (state.mesos) violations.push(...waitingViolations(state, state.mesos.waiting));
  return violations;
}

/** Runs that wait are in the heap of the shape of their job, and no others are. */
function waitingViolations({ ready, jobs }: ChronosState, waiting: WaitingRuns): readonly string[] {
  const { runsByShape, shapeByRun } = waiting;
  const violations = [...shapeByRun]
    .filter(([runId, shape]) => !ready.has(runId) || !runsByShape.get(shape)?.positions.has(runId))
    .map(([runId]) => `${runId} does not wait, or is in no heap`);
  for (const runId of ready) {
    const job = jobs.get(jobNameOf(runId))?.record.job;
    if (job && shapeByRun.get(runId) !== shapeOf(job)) violations.push(`${runId} waits in the wrong shape`);
  }
  return violations;
}

function entryViolations(state: ChronosState, name: string, { record, active }: JobEntry): readonly string[] {
  const { timing } = record;
  const runs = Object.values(active);
  const live = runs.filter(hasLiveTask);
  const violations: string[] = [];
  const alone = live.filter(({ isBeside }) => !isBeside);
  if (alone.length > 1) violations.push(`${name} has ${alone.length} live tasks`);
  if ((timing?.progress.remaining ?? 0) < 0) violations.push(`${name} exceeded its repetitions`);
  for (const run of runs) {
    if (state.runs.get(run.id) !== name) violations.push(`the active run ${run.id} is in no index`);
    const taskId = run.attempts.at(-1)?.taskId ?? '';
    if (hasLiveTask(run) && state.tasks.get(taskId) !== run.id) violations.push(`${taskId} is in no index`);
  }
  return violations;
}

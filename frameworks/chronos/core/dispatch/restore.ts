/** The start of Chronos from its stored jobs: the graph, the runs and the slots are as they were. */

import type { Stamped } from '../../../../cluster/model/event';
import { note } from '../../../../cluster/model/machine';
import { announce } from '../../../kit/core/turn/outbox';
import { loadGraph } from '../graph/load-graph';
import { timeOfPacked } from '../runs/packed-entry';
import { currentAttempt, hasLiveTask, hasProcess, type Run } from '../runs/run';
import type { ChronosEvents } from '../state/events';
import { addReady, type JobEntry } from '../state/state';
import { edgeOf, readStored } from '../state/stored';
import { type Turn, wake } from '../state/turn';
import { forgetOld, setDeadline } from './admission';
import { setTimeouts } from './attempts';
import { watchRunTime } from './notices';
import { enterQuarantine } from './quarantine';
import { decideSlots } from './slots';

/** Entries of histories that are too old are looked for at this interval at most. */
const RETENTION_MS = 6 * 3_600_000;

export function restore(turn: Turn, { stored }: Stamped<ChronosEvents, 'started'>): void {
  const { state } = turn;
  const { entries, faults } = readStored(stored, state.places);
  for (const { name, reason } of faults)
    note(turn, 'error', 'a stored variable cannot be read', { variable: name, reason });
  for (const entry of entries) state.jobs.set(entry.record.job.name, entry);
  const { graph, quarantined } = loadGraph(entries.map(({ record }) => edgeOf(record.job)));
  for (const [name, parents] of graph.parents) state.graph.parents.set(name, parents);
  for (const [name, children] of graph.children) state.graph.children.set(name, children);
  for (const { name, reason } of quarantined) {
    enterQuarantine(state, name, reason);
    note(turn, 'error', 'a job is quarantined', { job: name, reason });
  }
  for (const entry of state.jobs.values()) restoreRuns(turn, entry);
  for (const entry of state.jobs.values()) decideSlots(turn, entry);
  forgetOldRuns(turn);
}

/** Bounds the histories of all jobs by age, also of those that do not run. Entries to come are not too old before this. */
export function forgetOldRuns(turn: Turn): void {
  const { now, state } = turn;
  const { ageMax } = state.settings;
  let next = now + ageMax;
  // The places of agents that are gone are shared no more.
  state.places.clear();
  for (const entry of state.jobs.values()) {
    forgetOld(turn, entry);
    for (const past of entry.history) {
      const tooOldAt = timeOfPacked(past) + ageMax;
      if (tooOldAt >= now && tooOldAt < next) next = tooOldAt;
    }
  }
  wake(turn, { kind: 'retention' }, Math.max(next + 1, now + RETENTION_MS));
}

function restoreRuns(turn: Turn, entry: JobEntry): void {
  const { state } = turn;
  const { job } = entry.record;
  for (const run of [...Object.values(entry.active), ...entry.queue]) setDeadline(turn, job, run);
  for (const run of Object.values(entry.active)) {
    state.runs.set(run.id, job.name);
    restoreRun(turn, entry, run);
    if (hasLiveTask(run)) watchRunTime(turn, entry, run);
  }
  setTimeouts(turn, entry);
}

/** A live task is reconciled; if its launch never began, the master does not know it, and it is launched again. */
function restoreRun(turn: Turn, entry: JobEntry, run: Run): void {
  const { state, now } = turn;
  const { killGracePeriod: graceSeconds } = entry.record.job;
  const attempt = currentAttempt(run);
  if (attempt !== undefined && hasLiveTask(run)) {
    const { taskId, isKilled } = attempt;
    state.tasks.set(taskId, run.id);
    if (isKilled && hasProcess(run)) announce(turn, { kind: 'kill', taskId, graceSeconds });
  } else if (run.nextAttemptAt !== undefined && run.nextAttemptAt > now) {
    wake(turn, { kind: 'attempt', runId: run.id }, run.nextAttemptAt);
  } else {
    addReady(state, entry, run);
  }
}

/** Changes of jobs: creation, replacement and deletion, with their effect on the graph and the slots. */

import type { Stamped } from '../../../../cluster/model/event';
import { setTime } from '../../../../cluster/model/time-heap';
import { answer, refuse } from '../../../kit/core/turn/answer';
import { recordAfterDeletion } from '../graph/deletion';
import { childrenOf, faultText, parentFault, putJob, removeJob } from '../graph/graph';
import { keepParents, NEW_JOIN } from '../graph/join';
import { createRecord, isSameDefinition, type JobRecord, replaceRecord } from '../jobs/record';
import { unknownJob } from '../jobs/refusal';
import type { ChronosEvents } from '../state/events';
import { addReady, type JobEntry, removeReady } from '../state/state';
import { edgeOf } from '../state/stored';
import { entryOf, saveDefinition, saveDeletion, type Turn } from '../state/turn';
import { applyPolicy, killTasks, slotDeadline, wakeAtDeadline } from './admission';
import { setTimeouts } from './attempts';
import { tellOwners } from './notices';
import { leaveQuarantine } from './quarantine';
import { closeSlots, decideSlots } from './slots';

/** The answer to a definition that changes nothing. */
export const UNCHANGED = 'unchanged';

/** Creates or replaces a job. The answer comes when it is stored, and the job is shown from now on. */
export function putDefinition(turn: Turn, event: Stamped<ChronosEvents, 'job.put'>): void {
  const { state, rules, now } = turn;
  const { request, reading } = event;
  const { name } = reading.job;
  const fault = parentFault(state.graph, name, edgeOf(reading.job).parents);
  if (fault !== undefined) {
    const refusal = { status: 400, message: faultText(name, fault) };
    refuse(turn, request, refusal);
    return;
  }
  const entry = state.jobs.get(name);
  if (
    event.onlyIfChanged &&
    entry &&
    isSameDefinition(entry.record, reading, isDisabledByRuns(turn, entry))
  ) {
    answer(turn, request, { ok: true, text: UNCHANGED });
    return;
  }
  const context = { rules, now, deadline: slotDeadline(state, reading.job) };
  const record = entry ? replaceRecord(entry.record, reading, context) : createRecord(reading, context);
  replaceEntry(turn, entry ?? newEntry(record), record);
  leaveQuarantine(state, name);
  answer(turn, request, { ok: true, text: '' });
}

/** The job has no repetitions left, or has failed too often. */
function isDisabledByRuns({ state }: Turn, { record: { job, timing } }: JobEntry): boolean {
  const { disableAfterFailures } = state.settings;
  const isTooMany = disableAfterFailures > 0 && job.errorsSinceLastSuccess >= disableAfterFailures;
  return job.disabled && (isTooMany || timing?.progress.remaining === 0);
}

/** Puts a record in, and does all that follows from it for its runs and slots. */
function replaceEntry(turn: Turn, entry: JobEntry, record: JobRecord): void {
  const previous = entry.record.timing;
  putEntry(turn, entry, record);
  moveReady(turn, entry);
  if (previous !== undefined && previous !== record.timing) closeSlots(turn, entry, previous);
  applyPolicy(turn, entry);
  setTimeouts(turn, entry);
  for (const run of [...Object.values(entry.active), ...entry.queue]) {
    if (run.attempts.length === 0) wakeAtDeadline(turn, record.job, run);
  }
  decideSlots(turn, entry);
}

/** Runs that wait for an offer wait for one that fits the new definition. */
function moveReady({ state }: Turn, entry: JobEntry): void {
  for (const run of Object.values(entry.active)) if (state.ready.has(run.id)) addReady(state, entry, run);
}

export function newEntry(record: JobRecord): JobEntry {
  return { record, join: NEW_JOIN, active: {}, queue: [], history: [], lastMillis: undefined, nextRun: 1 };
}

function putEntry(turn: Turn, entry: JobEntry, record: JobRecord): void {
  const { name } = record.job;
  const parents = edgeOf(record.job).parents;
  entry.record = record;
  entry.join = keepParents(entry.join, parents);
  turn.state.jobs.set(name, entry);
  putJob(turn.state.graph, name, parents);
  saveDefinition(turn, name);
}

/** Deletes a job: its children are changed first, its tasks are killed, its owners are told. */
export function deleteJob(turn: Turn, { request, name }: Stamped<ChronosEvents, 'job.delete'>): void {
  const { state } = turn;
  const entry = state.jobs.get(name);
  if (entry === undefined) {
    refuse(turn, request, unknownJob(name));
    return;
  }
  for (const child of childrenOf(state.graph, name)) {
    const childEntry = entryOf(turn, child);
    replaceEntry(turn, childEntry, recordAfterDeletion(entry.record, childEntry.record));
  }
  saveDeletion(turn, entry);
  killTasks(turn, entry);
  dropEntry(turn, entry);
  tellOwners(turn, entry.record.job, { kind: 'deleted' });
  answer(turn, request, { ok: true, text: '' });
}

function dropEntry({ state }: Turn, { record, active }: JobEntry): void {
  const { name } = record.job;
  for (const run of Object.values(active)) {
    state.runs.delete(run.id);
    removeReady(state, run.id);
    for (const { taskId } of run.attempts) state.tasks.delete(taskId);
  }
  setTime(state.slots, name, undefined);
  state.jobs.delete(name);
  state.quarantined.delete(name);
  removeJob(state.graph, name);
}

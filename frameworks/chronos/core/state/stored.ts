/**
 * The stored form of jobs: the definition, what changes with each run, and each run are variables of their own.
 *
 * In: the state, and the names of variables that changed      Out: their values; at the start, the jobs again
 * Always true: the write of a run is as small with a long history as without one.
 */

import { errorText } from '../../../../cluster/model/error-text';
import type { Millis } from '../../../../cluster/model/time';
import { type JoinState, NEW_JOIN } from '../graph/join';
import { loadGraph, type Quarantined, type StoredEdge } from '../graph/load-graph';
import type { Job, JobCounters } from '../jobs/job';
import { MEMBER_FALLBACKS } from '../jobs/members';
import type { JobRecord } from '../jobs/record';
import {
  idOfPacked,
  type PackedEntry,
  type Packer,
  type Places,
  packerOf,
  timeOfPacked,
  unpackEntry,
} from '../runs/packed-entry';
import { type HistoryEntry, jobNameOf, type Run, runNumberOf } from '../runs/run';
import type { Progress } from '../schedule/progress';
import type { Timetable } from '../schedule/timetable';
import { type SharedParts, sharedList, sharedRecord, shareMembers, shareTimetable } from './shared-values';
import type { ChronosState, JobEntry } from './state';

export interface StoredText {
  readonly name: string;
  /** JSON. */
  readonly text: string;
}

/** The definition: it changes by requests only. */
interface StoredDefinition {
  readonly job: Job;
  readonly createdAt: Millis;
  readonly timetable: Timetable | undefined;
  readonly isScheduleSent?: true;
}

/** All of a job that its runs change. */
interface StoredState {
  readonly counters: JobCounters & { readonly disabled: boolean };
  readonly progress: Progress | undefined;
  readonly isWritten: boolean;
  readonly join: JoinState;
  /** Ids of the runs that wait for an active one to end, oldest first. */
  readonly queue: readonly string[];
  readonly lastMillis: Millis | undefined;
  readonly nextRun: number;
}

type StoredRun = HistoryEntry;

const DEFINITION = 'job_';
const STATE = 'state_';
const RUN = 'run_';

/** The id of the framework at the master, as JSON. */
export const FRAMEWORK_VARIABLE = 'framework';

export function definitionVariable(name: string): string {
  return DEFINITION + name;
}

export function stateVariable(name: string): string {
  return STATE + name;
}

/** The variable of a run, or of slots without one. */
export function runVariable(id: string): string {
  return RUN + id;
}

/** The name of the job whose variable this is; undefined for one of no job. */
export function jobOfVariable(variable: string): string | undefined {
  if (variable.startsWith(RUN)) return jobNameOf(variable.slice(RUN.length));
  const prefix = [DEFINITION, STATE].find((start) => variable.startsWith(start));
  return prefix && variable.slice(prefix.length);
}

/** All variables of a job. */
export function variablesOf(entry: JobEntry): readonly string[] {
  const { record, active, queue } = entry;
  const { name } = record.job;
  const past = entry.history.map((packed) => idOfPacked(name, packed));
  const ids = [...Object.keys(active), ...queue.map(({ id }) => id), ...past];
  return [definitionVariable(name), stateVariable(name), ...ids.map(runVariable)];
}

/** The text of a variable as the state has it now; undefined for one that is gone. */
export function textOfVariable({ jobs }: Pick<ChronosState, 'jobs'>, variable: string): string | undefined {
  if (variable.startsWith(DEFINITION)) return definitionText(jobs.get(variable.slice(DEFINITION.length)));
  if (variable.startsWith(STATE)) return stateText(jobs.get(variable.slice(STATE.length)));
  const id = variable.slice(RUN.length);
  const entry = jobs.get(jobNameOf(id));
  const run = entry && runIn(entry, id);
  return run && JSON.stringify(run);
}

function definitionText(entry: JobEntry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const { job, createdAt, timing, isScheduleSent } = entry.record;
  const definition: StoredDefinition = {
    job,
    createdAt,
    timetable: timing?.timetable,
    ...(isScheduleSent && { isScheduleSent }),
  };
  return JSON.stringify(definition);
}

function stateText(entry: JobEntry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const { record, join, queue, lastMillis, nextRun } = entry;
  const { job, timing } = record;
  const { successCount, errorCount, errorsSinceLastSuccess, lastSuccess, lastError, disabled } = job;
  const stored: StoredState = {
    counters: { successCount, errorCount, errorsSinceLastSuccess, lastSuccess, lastError, disabled },
    progress: timing?.progress,
    isWritten: timing?.isWritten ?? false,
    join,
    queue: queue.map(({ id }) => id),
    lastMillis,
    nextRun,
  };
  return JSON.stringify(stored);
}

function runIn(entry: JobEntry, id: string): StoredRun | undefined {
  const run = entry.active[id] ?? entry.queue.find((waiting) => waiting.id === id);
  if (run) return { kind: 'run', run };
  const { name } = entry.record.job;
  const packed = entry.history.find((past) => idOfPacked(name, past) === id);
  return packed && unpackEntry(name, packed);
}

export interface StoredJobs {
  readonly entries: readonly JobEntry[];
  /** Variables that cannot be read, with the reasons. They stay as they are. */
  readonly faults: readonly { readonly name: string; readonly reason: string }[];
}

interface StoredParts {
  definition: StoredDefinition | undefined;
  state: StoredState | undefined;
  /** The runs that have not ended. */
  readonly runs: Run[];
  /** Packed as soon as they are read, so that no two histories are there as objects at once. */
  readonly history: PackedEntry[];
  readonly pack: Packer['pack'];
}

/** The jobs among variables that will be quarantined, with the reasons. */
export function quarantinedIn(variables: readonly StoredText[]): readonly Quarantined[] {
  return loadGraph(readStored(variables).entries.map(({ record }) => edgeOf(record.job))).quarantined;
}

/** A job with its parents, as the graph is made from. */
export function edgeOf(job: Job): StoredEdge {
  return { name: job.name, parents: job.kind === 'dependent' ? job.parents : [] };
}

/** Reads the jobs from their variables, in any order. */
export function readStored(variables: readonly StoredText[], places: Places = new Map()): StoredJobs {
  const parts = new Map<string, StoredParts>();
  const faults: { name: string; reason: string }[] = [];
  for (const variable of variables) {
    try {
      addPart(parts, variable, places);
    } catch (error) {
      faults.push({ name: variable.name, reason: errorText(error) });
    }
  }
  const entries: JobEntry[] = [];
  const shared: SharedParts = new Map();
  for (const [name, part] of parts) {
    const { definition, state } = part;
    if (definition !== undefined && state !== undefined)
      entries.push(entryFrom(recordFrom(definition, state, shared), state, part));
    else faults.push({ name, reason: definition ? 'its state is missing' : 'its definition is missing' });
  }
  return { entries, faults };
}

function addPart(parts: Map<string, StoredParts>, { name, text }: StoredText, places: Places): void {
  if (name.startsWith(DEFINITION)) {
    const definition = JSON.parse(text) as StoredDefinition;
    partsOf(parts, definition.job.name, places).definition = definition;
  } else if (name.startsWith(STATE)) {
    partsOf(parts, name.slice(STATE.length), places).state = JSON.parse(text) as StoredState;
  } else if (name.startsWith(RUN)) {
    const { runs, history, pack } = partsOf(parts, jobNameOf(name.slice(RUN.length)), places);
    const entry = JSON.parse(text) as StoredRun;
    if (entry.kind === 'slots' || entry.run.end !== undefined) history.push(pack(entry));
    else runs.push(entry.run);
  }
}

function partsOf(parts: Map<string, StoredParts>, name: string, places: Places): StoredParts {
  const existing = parts.get(name);
  if (existing !== undefined) return existing;
  const { pack } = packerOf(name, places);
  const added: StoredParts = { definition: undefined, state: undefined, runs: [], history: [], pack };
  parts.set(name, added);
  return added;
}

function entryFrom(record: JobRecord, state: StoredState, { runs, history }: StoredParts): JobEntry {
  const places = new Map(state.queue.map((id, place) => [id, place]));
  const active: Record<string, Run> = {};
  const queue: Run[] = [];
  for (const run of runs.toSorted((a, b) => runNumberOf(a.id) - runNumberOf(b.id))) {
    if (places.has(run.id)) queue.push(run);
    else active[run.id] = run;
  }
  queue.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
  const { name } = record.job;
  const numberOf = (entry: PackedEntry): number => runNumberOf(idOfPacked(name, entry));
  const newestFirst = (a: PackedEntry, b: PackedEntry): number =>
    timeOfPacked(b) - timeOfPacked(a) || numberOf(b) - numberOf(a);
  const { join, lastMillis, nextRun } = state;
  return {
    record,
    join: isNewJoin(join) ? NEW_JOIN : join,
    active: sharedRecord(active),
    queue: sharedList(queue),
    history: sharedList(history.toSorted(newestFirst)),
    lastMillis,
    nextRun,
  };
}

function isNewJoin({ cycle, marks, counted }: JoinState): boolean {
  return cycle === 1 && sharedRecord(marks) !== marks && sharedRecord(counted) !== counted;
}

function recordFrom(
  { job, createdAt, timetable, isScheduleSent }: StoredDefinition,
  { progress, isWritten, counters }: StoredState,
  shared: SharedParts,
): JobRecord {
  const timing = timetable &&
    progress && { timetable: shareTimetable(shared, timetable), progress, isWritten };
  const members = shareMembers(Object.assign(withAllMembers(job), counters));
  return { job: members, createdAt, timing, ...(isScheduleSent && { isScheduleSent }) };
}

const MEMBERS = Object.entries(MEMBER_FALLBACKS).filter(([, fallback]) => fallback !== undefined);

/** Members that an earlier release did not have are at their fallbacks. A copy of every job would take time and memory. */
function withAllMembers(job: Job): Job {
  const isComplete = MEMBERS.every(([name]) => name in job);
  return isComplete ? job : { ...MEMBER_FALLBACKS, ...job };
}

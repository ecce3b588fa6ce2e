/**
 * The state of Chronos: jobs with their runs, the graph, and the heap of next slots.
 *
 * Always true: every active run is in `runs`, every live task in `tasks`, every run that waits for an offer in `ready`.
 */

import type { Millis } from '../../../../cluster/model/time';
import { newTimeHeap, type TimeHeap } from '../../../../cluster/model/time-heap';
import { newOutbox, type Outbox } from '../../../kit/core/turn/outbox';
import { type JobGraph, newGraph } from '../graph/graph';
import type { JoinState } from '../graph/join';
import type { JobRecord } from '../jobs/record';
import type { History, Retention } from '../runs/history';
import { type Packer, type Places, packerOf, unpackEntry } from '../runs/packed-entry';
import type { RetryPolicy } from '../runs/retry';
import type { HistoryEntry, Run } from '../runs/run';
import type { ChronosEffect } from './effects';
import { type MesosSettings, type MesosState, newMesosState } from './mesos-state';
import { addWaiting, removeWaiting } from './waiting-runs';

export interface Settings extends RetryPolicy, Retention {
  /** Undefined where no master runs the jobs, as in tests of the dispatch: launches and kills go out as orders then. */
  readonly mesos?: MesosSettings | undefined;
  /** The epsilon of jobs without one; undefined for none. */
  readonly taskEpsilon: Millis | undefined;
  /** A run that waits so long for its launch is overdue; undefined for no notice. */
  readonly overdueAfter: Millis | undefined;
  /** A task is slow after so many times the usual time; undefined for no notice. */
  readonly slowFactor: number | undefined;
}

/** A job with all that happens to it; `stored.ts` has the variables that it is stored as. */
export interface JobEntry {
  record: JobRecord;
  join: JoinState;
  /** Runs that have begun and not ended, by id. */
  active: Readonly<Record<string, Run>>;
  /** Runs that wait for an active one to end, oldest first. */
  queue: readonly Run[];
  /** `historyOf` unpacks it. */
  history: History;
  /** The time in the id of the last task. */
  lastMillis: Millis | undefined;
  /** The number of its next run. A number is never used again, since joins remember runs by their ids. */
  nextRun: number;
}

export interface ChronosState {
  readonly settings: Settings;
  readonly jobs: Map<string, JobEntry>;
  readonly graph: JobGraph;
  /** Jobs that cannot be in the graph, with the reasons. */
  readonly quarantined: Map<string, string>;
  /** By a parent the jobs that were quarantined at the start; some may have left since. */
  readonly quarantinedBelow: Map<string, string[]>;
  readonly slots: TimeHeap;
  /** The time of the timer of slots. */
  slotsWakeAt: Millis | undefined;
  /** Active runs, with the names of their jobs. */
  readonly runs: Map<string, string>;
  /** Live tasks, with the ids of their runs. */
  readonly tasks: Map<string, string>;
  /** Runs that wait for an offer: `addReady` and `removeReady` change it. */
  readonly ready: Set<string>;
  /** The places of tasks that histories share. */
  readonly places: Places;
  readonly outbox: Outbox<ChronosEffect>;
  /** The session with the master. */
  readonly mesos: MesosState | undefined;
}

export function newState(settings: Settings): ChronosState {
  const outbox = newOutbox<ChronosEffect>();
  return {
    settings,
    jobs: new Map(),
    graph: newGraph(),
    quarantined: new Map(),
    quarantinedBelow: new Map(),
    slots: newTimeHeap(),
    slotsWakeAt: undefined,
    runs: new Map(),
    tasks: new Map(),
    ready: new Set(),
    places: new Map(),
    outbox,
    mesos: settings.mesos && newMesosState(settings.mesos, outbox),
  };
}

/** A run waits for an offer; after a change of its job it is put in its new place. */
export function addReady({ ready, mesos }: ChronosState, { record }: JobEntry, run: Run): void {
  ready.add(run.id);
  if (mesos) addWaiting(mesos.waiting, record.job, run);
}

/** A run waits for an offer no more. False when it did not. */
export function removeReady({ ready, mesos }: ChronosState, runId: string): boolean {
  if (mesos) removeWaiting(mesos.waiting, runId);
  return ready.delete(runId);
}

/**
 * Bounds of the places that histories share: many runs on agents that come and go would make them grow without end.
 * Histories keep the places that they have; only those that follow share new ones.
 */
const PLACES_MIN = 1000;
const PLACES_PER_JOB = 4;

/** Packs and unpacks the history of a job. */
export function packerFor(
  { places, jobs }: Pick<ChronosState, 'places' | 'jobs'>,
  { record }: JobEntry,
): Packer {
  if (places.size >= PLACES_MIN + PLACES_PER_JOB * jobs.size) places.clear();
  return packerOf(record.job.name, places);
}

/** The history of a job, newest first. */
export function historyOf({
  record,
  history,
}: Pick<JobEntry, 'record' | 'history'>): readonly HistoryEntry[] {
  return history.map((packed) => unpackEntry(record.job.name, packed));
}

/** The ended runs of a job, newest first. */
export function endedRuns(entry: Pick<JobEntry, 'record' | 'history'>): readonly Run[] {
  return historyOf(entry).flatMap((past) => (past.kind === 'run' ? [past.run] : []));
}

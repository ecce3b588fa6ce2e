/**
 * The runs that wait for an offer, by the shapes of their jobs. What the offers lack, all runs of a shape lack, so that
 * a round of offers costs the same with any number of runs that fit none.
 *
 * Always true: these are the runs of `ready`, and a shape is there as long as a run of it waits.
 */

import type { Millis } from '../../../../cluster/model/time';
import { earliest, newTimeHeap, setTime, type TimeHeap } from '../../../../cluster/model/time-heap';
import type { Job } from '../jobs/job';
import { shapeOf } from '../jobs/shape';
import type { Run } from '../runs/run';

/** The lacks of the offers that a shape does not fit, with the number of offers for each. */
export type Lacks = ReadonlyMap<string, number>;

export interface WaitingRuns {
  /** Per shape its runs, by the time since which they wait. */
  readonly runsByShape: Map<string, TimeHeap>;
  readonly shapeByRun: Map<string, string>;
  /** Shapes that were not tried on the offers at hand. */
  readonly untried: Set<string>;
  /** Shapes that no offers were asked for since they wait. */
  readonly unasked: Set<string>;
  /** The lacks of the last offers, by shape. */
  readonly lacks: Map<string, Lacks>;
}

export function newWaitingRuns(): WaitingRuns {
  return {
    runsByShape: new Map(),
    shapeByRun: new Map(),
    untried: new Set(),
    unasked: new Set(),
    lacks: new Map(),
  };
}

/** High priority counts as so much waiting: a run that has waited longer than that goes first. */
const PRIORITY_MS = 60_000;

/** Puts a run in, or in its new place after a change of its job. */
export function addWaiting(waiting: WaitingRuns, job: Job, run: Run): void {
  const shape = shapeOf(job);
  const { runsByShape, shapeByRun, untried, unasked } = waiting;
  if (shapeByRun.get(run.id) !== shape) removeWaiting(waiting, run.id);
  shapeByRun.set(run.id, shape);
  let runs = runsByShape.get(shape);
  if (runs === undefined) {
    runs = newTimeHeap();
    runsByShape.set(shape, runs);
    untried.add(shape);
    unasked.add(shape);
  }
  const waitingSince = run.nextAttemptAt ?? run.createdAt;
  setTime(runs, run.id, job.highPriority ? waitingSince - PRIORITY_MS : waitingSince);
}

export function removeWaiting(waiting: WaitingRuns, runId: string): void {
  const { runsByShape, shapeByRun, untried, unasked, lacks } = waiting;
  const shape = shapeByRun.get(runId);
  const runs = shape === undefined ? undefined : runsByShape.get(shape);
  if (shape === undefined || runs === undefined) return;
  shapeByRun.delete(runId);
  setTime(runs, runId, undefined);
  if (runs.entries.length > 0) return;
  runsByShape.delete(shape);
  untried.delete(shape);
  unasked.delete(shape);
  lacks.delete(shape);
}

/** Further offers are tried by all shapes. */
export function retryAll({ runsByShape, untried, lacks }: WaitingRuns): void {
  lacks.clear();
  for (const shape of runsByShape.keys()) untried.add(shape);
}

/** The run of a shape that goes first, with the time by which it does. */
export function firstOfShape(
  { runsByShape }: WaitingRuns,
  shape: string,
): { readonly name: string; readonly at: Millis } | undefined {
  const runs = runsByShape.get(shape);
  return runs && earliest(runs);
}

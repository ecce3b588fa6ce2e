/**
 * The placement of runs that wait, on offers.
 *
 * Every shape of runs is looked at: one that cannot be placed holds up no other. In one round an offer only loses
 * resources, so one that does not fit a run fits no later run of the same shape. A round costs launches plus shapes times
 * offers, whatever the number of runs that cannot be placed.
 */

import type { Random } from '../../../../cluster/model/random';
import { earliest, newTimeHeap, setTime, type TimeHeap } from '../../../../cluster/model/time-heap';
import { afterLaunch, type RemainingOffer } from '../../../kit/core/match/remaining-offer';
import type { Job } from '../jobs/job';
import { firstOfShape, type WaitingRuns } from '../state/waiting-runs';
import { type JobMatch, matchJob } from './match';

type Fit = Extract<JobMatch, { ok: true }>;

export interface Placement {
  readonly runId: string;
  readonly offer: RemainingOffer;
  readonly fit: Fit;
}

export interface Round {
  readonly offers: readonly RemainingOffer[];
  readonly waiting: WaitingRuns;
  readonly random: Random;
  jobOf(runId: string): Job;
  /** Takes the run out of those that wait, and launches it; false when it is too late for it. */
  launch(placement: Placement): boolean;
}

/** The offers that may fit one shape, the next one last. */
interface ShapeQueue {
  readonly offerIds: string[];
  readonly lacks: Map<string, number>;
}

/** Offers by id, with what is left of them. */
type Remaining = Map<string, RemainingOffer>;

/**
 * Places the runs of all untried shapes: of those that fit, the one that has waited longest goes first. Runs of one shape
 * go to different offers in turn.
 */
export function placeRuns(round: Round): void {
  const { waiting } = round;
  const remaining: Remaining = new Map(round.offers.map((offer) => [offer.offer.id.value, offer]));
  const queues = new Map<string, ShapeQueue>();
  const shapes = newTimeHeap();
  for (const shape of waiting.untried) update(shapes, waiting, shape);
  for (let next = earliest(shapes); next !== undefined; next = earliest(shapes)) {
    const { name: shape } = next;
    const queue = queueOf(queues, shape, remaining);
    const isTried = !placeFirst(round, shape, queue, remaining);
    if (isTried) {
      waiting.untried.delete(shape);
      waiting.lacks.set(shape, queue.lacks);
      setTime(shapes, shape, undefined);
    } else update(shapes, waiting, shape);
  }
}

/** The place of a shape is that of its first run. */
function update(shapes: TimeHeap, waiting: WaitingRuns, shape: string): void {
  setTime(shapes, shape, firstOfShape(waiting, shape)?.at);
}

function queueOf(queues: Map<string, ShapeQueue>, shape: string, remaining: Remaining): ShapeQueue {
  const existing = queues.get(shape);
  if (existing) return existing;
  const queue = { offerIds: [...remaining.keys()].reverse(), lacks: new Map() };
  queues.set(shape, queue);
  return queue;
}

/** Launches the first run of a shape, if it is not too late for it; false when no offer fits it. */
function placeFirst(round: Round, shape: string, queue: ShapeQueue, remaining: Remaining): boolean {
  const runId = firstOfShape(round.waiting, shape)?.name;
  if (runId === undefined) return true;
  const job = round.jobOf(runId);
  for (let offerId = queue.offerIds.pop(); offerId !== undefined; offerId = queue.offerIds.pop()) {
    const offer = remaining.get(offerId);
    if (offer === undefined) continue;
    const fit = matchJob(offer, job, round.random);
    if (fit.ok) {
      const isLaunched = round.launch({ runId, offer, fit });
      if (isLaunched) remaining.set(offerId, afterLaunch(offer, fit.resources));
      queue.offerIds.unshift(offerId);
      return true;
    }
    for (const lack of fit.lacks) queue.lacks.set(lack, (queue.lacks.get(lack) ?? 0) + 1);
  }
  return false;
}

/**
 * The placement of runs that wait, on offers.
 *
 * Every run is looked at: one that cannot be placed holds up no other. In one round an offer only loses resources, so one
 * that does not fit a job fits no later job of the same shape; a round costs runs plus shapes times offers.
 */

import type { Random } from '../../../../cluster/model/random';
import type { Millis } from '../../../../cluster/model/time';
import { afterLaunch, type RemainingOffer } from '../../../kit/core/match/remaining-offer';
import type { Job } from '../jobs/job';
import type { Lacks } from '../state/mesos-state';
import { type JobMatch, matchJob, shapeOf } from './match';

/** High priority counts as so much waiting: a run that has waited longer than that goes first. */
const PRIORITY_MS = 60_000;

export interface Candidate {
  readonly runId: string;
  readonly job: Job;
  readonly waitingSince: Millis;
}

type Fit = Extract<JobMatch, { ok: true }>;

export interface Placement {
  readonly runId: string;
  readonly offerId: string;
  readonly fit: Fit;
}

export interface Round {
  readonly placements: readonly Placement[];
  /** Runs that wait on, by id. */
  readonly waiting: ReadonlyMap<string, Lacks>;
}

/** The offers that may fit one shape, the next one first. */
interface ShapeQueue {
  readonly offerIds: string[];
  readonly lacks: Map<string, number>;
}

/** Places runs on offers. Runs of one shape go to different offers in turn. */
export function placeRuns(
  offers: readonly RemainingOffer[],
  candidates: readonly Candidate[],
  random: Random,
): Round {
  const remaining = new Map(offers.map((offer) => [offer.offer.id.value, offer]));
  const queues = new Map<string, ShapeQueue>();
  const placements: Placement[] = [];
  const waiting = new Map<string, Lacks>();
  for (const candidate of inOrder(candidates)) {
    const queue = queueOf(queues, shapeOf(candidate.job), remaining);
    const placement = placeOne(candidate, queue, remaining, random);
    if (placement) placements.push(placement);
    else waiting.set(candidate.runId, queue.lacks);
  }
  return { placements, waiting };
}

function inOrder(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ job, waitingSince }: Candidate): number {
  return job.highPriority ? waitingSince - PRIORITY_MS : waitingSince;
}

function queueOf(
  queues: Map<string, ShapeQueue>,
  shape: string,
  remaining: ReadonlyMap<string, RemainingOffer>,
): ShapeQueue {
  const existing = queues.get(shape);
  if (existing) return existing;
  const queue = { offerIds: [...remaining.keys()].reverse(), lacks: new Map() };
  queues.set(shape, queue);
  return queue;
}

function placeOne(
  { runId, job }: Candidate,
  queue: ShapeQueue,
  remaining: Map<string, RemainingOffer>,
  random: Random,
): Placement | undefined {
  for (let offerId = queue.offerIds.pop(); offerId !== undefined; offerId = queue.offerIds.pop()) {
    const offer = remaining.get(offerId);
    if (offer === undefined) continue;
    const fit = matchJob(offer, job, random);
    if (fit.ok) {
      remaining.set(offerId, afterLaunch(offer, fit.resources));
      queue.offerIds.unshift(offerId);
      return { runId, offerId, fit };
    }
    for (const lack of fit.lacks) queue.lacks.set(lack, (queue.lacks.get(lack) ?? 0) + 1);
  }
  return undefined;
}

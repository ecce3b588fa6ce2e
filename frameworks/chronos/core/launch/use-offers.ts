/**
 * Offers become launches, are held for a slot that is near, or are declined.
 *
 * Always true: each offer gets one answer, and none is held for longer than a few seconds.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Millis } from '../../../../cluster/model/time';
import { earliest } from '../../../../cluster/model/time-heap';
import { decline } from '../../../kit/core/session/calls';
import { reviveOrSuppress } from '../../../kit/core/session/revive';
import { launchRun } from '../dispatch/attempts';
import { jobNameOf } from '../runs/run';
import type { ChronosState } from '../state/state';
import { entryOf, type Turn, wake } from '../state/turn';
import { buildTask } from './build';
import { type Demand, demandFor } from './demand';
import { type MasterTurn, masterTurn } from './master-turn';
import { type Placement, placeRuns } from './place';

/** An offer that is held for a slot goes back after so long, for others wait for it, too. */
const HOLD_MS = 10_000;
/** It may come again soon. */
const RELEASE_MS = 1000;

/** Places the runs that wait, and asks for offers or suppresses them, at the end of every step. */
export function useOffers(turn: Turn): void {
  const master = masterTurn(turn);
  if (master === undefined) return;
  if (master.state.session.connected) placeWaiting(turn, master);
  const demand = demandOf(turn.state, turn.now);
  if (demand === undefined) return;
  giveBack(master, demand);
  askForOffers(master, demand);
  wakeForDemand(turn, demand);
}

/** Offers of a kind that none were asked for yet are asked for at once, and not at the end of the interval. */
function askForOffers(master: MasterTurn, { wanted }: Demand): void {
  const { waiting, revive } = master.state;
  reviveOrSuppress(master, wanted, waiting.unasked.size > 0);
  if (!revive.owed) waiting.unasked.clear();
}

/** The demand of the runs that wait and of the next slot. */
export function demandOf({ mesos, ready, slots }: ChronosState, now: Millis): Demand | undefined {
  if (mesos === undefined) return undefined;
  const { minReviveOffersMs } = mesos.settings;
  return demandFor({ now, readyRuns: ready.size, nextSlot: earliest(slots)?.at, minReviveOffersMs });
}

/** A launch may begin further runs, which are tried, too. */
function placeWaiting(turn: Turn, { state }: MasterTurn): void {
  const { offers, waiting, random, counters } = state;
  while (offers.size > 0 && waiting.untried.size > 0) {
    const used = new Set<string>();
    placeRuns({
      offers: [...offers.values()].map(({ remaining }) => remaining),
      waiting,
      random,
      jobOf: (runId) => entryOf(turn, jobNameOf(runId)).record.job,
      launch: (placement) => {
        const isLaunched = launchPlacement(turn, placement);
        if (isLaunched) used.add(placement.offer.offer.id.value);
        return isLaunched;
      },
    });
    counters.offersUsed += used.size;
    for (const offerId of used) offers.delete(offerId);
  }
}

function launchPlacement(turn: Turn, { runId, offer: { offer }, fit }: Placement): boolean {
  const place = {
    runId,
    offerId: offer.id.value,
    agentId: offer.agent_id.value,
    hostname: offer.hostname,
    agentUrl: agentUrlOf(offer),
    frameworkId: offer.framework_id.value,
  };
  return launchRun(turn, place, (job, run, taskId) => buildTask({ job, run, taskId, offer, ...fit }));
}

function agentUrlOf({ url }: mesos.Offer): string | undefined {
  if (url === undefined) return undefined;
  const { scheme, address } = url;
  const host = address.hostname ?? address.ip ?? '';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

/** Declines the offers that are of no use: those of the runs that wait did not fit, and no slot is near. */
function giveBack(turn: MasterTurn, { wanted }: Demand): void {
  const { offers, settings } = turn.state;
  const isHolding = wanted.has('slots');
  // The oldest come first.
  for (const { remaining, since } of offers.values()) {
    if (isHolding && turn.now < since + HOLD_MS) break;
    answerNo(turn, remaining.offer, isHolding ? RELEASE_MS : settings.declineOfferMs);
  }
}

function answerNo(turn: MasterTurn, offer: mesos.Offer, refuseMs: Millis): void {
  turn.state.offers.delete(offer.id.value);
  turn.state.counters.offersDeclined++;
  decline(turn, offer, refuseMs / 1000);
}

/** Wakes when offers have to be asked for, or given back. */
function wakeForDemand(turn: Turn, { askAt }: Demand): void {
  const { mesos } = turn.state;
  if (mesos === undefined) return;
  const [oldest] = mesos.offers.values();
  const wakeAt = oldest ? oldest.since + HOLD_MS : askAt;
  if (wakeAt === undefined || wakeAt === mesos.demandWakeAt) return;
  mesos.demandWakeAt = wakeAt;
  wake(turn, { kind: 'demand' }, wakeAt);
}

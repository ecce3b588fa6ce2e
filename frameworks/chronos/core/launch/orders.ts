/** Orders become calls: launches from one offer are one ACCEPT, kills are repeated until their tasks have ended. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { callNow, launchCall } from '../../../kit/core/session/calls';
import { requestKill } from '../../../kit/core/session/kills';
import { applyUpdate, withholdLate } from '../dispatch/attempts';
import type { ChronosEffect } from '../state/effects';
import type { Turn } from '../state/turn';
import { masterTurn } from './master-turn';

type Launch = Extract<ChronosEffect, { kind: 'launch' }>;
type KillOrder = Extract<ChronosEffect, { kind: 'kill' }>;

/** Sends the orders that go out in this step. Without a master they stay what they are. */
export function sendOrders(turn: Turn): void {
  const offerIds = launchesIn(turn).map(({ offerId }) => offerId);
  withholdLate(turn);
  const master = masterTurn(turn);
  if (master === undefined) return;
  const tasks = new Map<string, mesos.TaskInfo[]>(offerIds.map((offerId) => [offerId, []]));
  for (const { offerId, task } of launchesIn(turn)) if (task) tasks.get(offerId)?.push(task);
  const kills = turn.effects.filter((effect): effect is KillOrder => effect.kind === 'kill');
  const others = turn.effects.filter(({ kind }) => kind !== 'launch' && kind !== 'kill');
  turn.effects.splice(0, turn.effects.length, ...others);
  // An ACCEPT without tasks, all of which were withheld, gives the offer back.
  for (const [offerId, infos] of tasks) callNow(master, launchCall({ value: offerId }, infos));
  for (const { taskId, graceSeconds } of kills) {
    requestKill(master, taskId, { taskId, graceSeconds: graceSeconds > 0 ? graceSeconds : undefined });
  }
}

/** Withdraws the launches that wait for the store: their offers are void, and their runs wait for others. */
export function withdrawLaunches(turn: Turn): void {
  const { outbox } = turn.state;
  const withdrawn = [...outbox.held, ...outbox.heldNext].filter(isLaunch);
  outbox.held = outbox.held.filter((effect) => !isLaunch(effect));
  outbox.heldNext = outbox.heldNext.filter((effect) => !isLaunch(effect));
  for (const launch of withdrawn) repeatLaunch(turn, launch);
}

function repeatLaunch(turn: Turn, { taskId }: Launch): void {
  const message = 'the connection to the master was lost before the launch';
  applyUpdate(turn, { taskId, update: { state: 'TASK_DROPPED', reason: undefined, message } });
}

function launchesIn({ effects }: Turn): Launch[] {
  return effects.filter(isLaunch);
}

function isLaunch(effect: ChronosEffect): effect is Launch {
  return effect.kind === 'launch';
}

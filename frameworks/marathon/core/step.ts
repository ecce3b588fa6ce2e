/**
 * The step of the machine: each kind of event has its transition, then the apps it touched are settled.
 */

import { assert } from '../../../cluster/model/assert';
import type { Machine } from '../../../cluster/model/event';
import { machine, note, type TimerHandlers, type Transitions } from '../../../cluster/model/machine';
import { retryKills } from '../../kit/core/session/kills';
import { repeatRefused } from '../../kit/core/session/reconcile';
import { repeatRevive } from '../../kit/core/session/revive';
import { commit, storeTransitions } from '../../kit/core/turn/outbox';
import { init, type MarathonBoot, scaleCheck, started } from './boot';
import { deploymentOf, driveDeployment } from './deployments/deploy';
import { deadlineDue } from './deployments/policy';
import { reachNothing, reachScale } from './deployments/scale';
import { cancel, changeRoot, patchGroup } from './groups/change';
import { endGivenUp } from './groups/give-up';
import { killOnRequest, resetDelay } from './groups/task-killer';
import { applyHealthResult, probeDue } from './health/health';
import { applyReadinessResult, readinessDue } from './health/readiness';
import { endStorms } from './health/storm';
import { checkMarathon } from './instances/check-marathon';
import { killOverdue } from './instances/overdue';
import { expungeOverdue, unreachableDue } from './instances/unreachable';
import { cleanUpOverdueDelays } from './launch/backoff';
import { revertLaunches } from './launch/launch';
import { answerHeldOffers, declineIdleOffers, receiveOffers, rescindOffer } from './launch/offers';
import { keepStats } from './launch/queue';
import { currentEvent, type RecordedEvent } from './older-events';
import { giveUpReservations } from './residency/reservations';
import { constrainOffers, relaxConstraints } from './scheduler/constrain-offers';
import { reconcileAllTasks, reconcileSilentTasks } from './scheduler/reconcile';
import { askForOffers, endDelays } from './scheduler/revive';
import { disconnected, handleError, subscribed } from './scheduler/session';
import { applyUpdate } from './scheduler/updates';
import type { MarathonEffect } from './state/effects';
import type { MarathonEvent, MarathonEvents } from './state/events';
import { SETTLE_ROUNDS_MAX } from './state/limits';
import { specOf } from './state/run-spec';
import type { MarathonState } from './state/state';
import { textOf } from './state/storage';
import { marathonTimers } from './state/timers';
import { publish, startTurn, type Turn, wake } from './state/turn';

const transitions: Transitions<Turn, MarathonEvents> = {
  started,
  ...storeTransitions,
  'scheduler.subscribed': subscribed,
  'scheduler.disconnected': disconnected,
  'scheduler.offers': receiveOffers,
  'scheduler.rescind': rescindOffer,
  'scheduler.update': applyUpdate,
  // The tasks of the agent or executor get status updates of their own.
  'scheduler.failure': ({ state }, { agentId, executorId }) => {
    if (agentId !== undefined && executorId === undefined) state.knownAgents.delete(agentId);
  },
  'scheduler.message': (turn, { agentId, executorId, data }) => {
    publish(turn, 'framework_message_event', { executorId, slaveId: agentId, message: bytesOf(data) });
  },
  'scheduler.error': handleError,
  'scheduler.refused': (turn, event) => {
    note(turn, 'warn', 'a call was refused', { call: event.call.type ?? '', reason: event.reason });
    revertLaunches(turn, event);
    repeatRefused(turn, event.call);
    relaxConstraints(turn, event);
  },
  'api.change': changeRoot,
  'api.kill': killOnRequest,
  'api.patch-group': patchGroup,
  'api.cancel': cancel,
  'api.reset-delay': resetDelay,
  probed: (turn, event) => {
    if (event.purpose.kind === 'readiness') applyReadinessResult(turn, event);
    else applyHealthResult(turn, event, event.purpose.index);
  },
};

const woke: TimerHandlers<Turn, (typeof marathonTimers)['spec']> = {
  probe: probeDue,
  ready: readinessDue,
  unreachable: unreachableDue,
  'kill-retry': retryKills,
  deadline: deadlineDue,
  settle: (turn, { appId }) => void turn.touched.add(appId),
  offers: answerHeldOffers,
  backoff: endDelays,
  // They may be sent again: constrainOffers acts on it.
  'offer-constraints': () => undefined,
  // A REVIVE is allowed again: askForOffers acts on it.
  revive: () => undefined,
  'revive-again': repeatRevive,
  'backoff-clean': (turn) => {
    cleanUpOverdueDelays(turn);
    wake(turn, { kind: 'backoff-clean' }, turn.now + 10_000);
  },
  overdue: (turn) => {
    killOverdue(turn);
    giveUpReservations(turn);
  },
  expunge: expungeOverdue,
  'scale-check': scaleCheck,
  confirm: reconcileSilentTasks,
  reconcile: reconcileAllTasks,
};

/** Settles what was touched, asks for offers or stops to, and stores what changed. */
function endStep(turn: Turn): void {
  const changed = new Set(settle(turn));
  while (endGivenUp(turn)) for (const appId of settle(turn)) changed.add(appId);
  for (const appId of changed) keepStats(turn, appId);
  endStorms(turn, changed);
  constrainOffers(turn, changed);
  askForOffers(turn, changed);
  declineIdleOffers(turn);
  commit(turn, (name) => textOf(turn.state, name));
}

/** Settles each touched app, and those that this touches, until no app is left. Returns all of them. */
function settle(turn: Turn): ReadonlySet<string> {
  const { touched, postponed } = turn;
  const all = new Set<string>();
  for (let round = 0; touched.size > 0; round++) {
    assert(round < SETTLE_ROUNDS_MAX, 'an app does not settle');
    const apps = [...touched];
    touched.clear();
    for (const app of apps) {
      all.add(app);
      if (!postponed.has(app)) settleApp(turn, app);
    }
  }
  return all;
}

/** Drives the deployment of an app; an app without one is brought to its number of instances. */
function settleApp(turn: Turn, appId: string): void {
  const { state } = turn;
  const deployment = deploymentOf(state, appId);
  const spec = specOf(state, appId);
  if (deployment) driveDeployment(turn, deployment, appId);
  else if (spec) reachScale(turn, spec);
  else reachNothing(turn, appId);
}

/** Bytes of base64 text, the form of framework_message_event. */
function bytesOf(base64: string): number[] {
  return Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Marathon as a machine: for the mailbox and for simulations. */
export const marathonMachine: Machine<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot> = machine({
  name: 'marathon',
  init,
  start: startTurn,
  transitions,
  timers: marathonTimers,
  woke,
  after: endStep,
  check: checkMarathon,
});

/** Marathon for replays: it takes the events of earlier recordings, too. */
export const marathonReplay: Machine<MarathonState, RecordedEvent, MarathonEffect, MarathonBoot> = {
  ...marathonMachine,
  step: (state, event) => marathonMachine.step(state, currentEvent(event)),
};

/**
 * The master as a state machine: routes each event to its transition and each timer to its handler, which are in the
 * files of their subject.
 */

import type { Machine } from '../../model/event';
import { machine, plainTurn, type TimerHandlers, type Transitions } from '../../model/machine';
import { exited, recoveredTimeout, reregisterTimeout } from './agents/disconnection';
import { markNextUnreachable } from './agents/mark-unreachable';
import { ping, pong } from './agents/pings';
import { register } from './agents/registration';
import { prune } from './agents/registry-gc';
import { unregister } from './agents/removal';
import { reregister } from './agents/reregistration';
import { updateAgent } from './agents/update';
import { deactivate, driverExited, submit, subscribeDriver } from './frameworks/drivers';
import { heartbeat } from './frameworks/heartbeat';
import { toFramework } from './frameworks/messages';
import { closed, failoverOver } from './frameworks/removal';
import { subscribe } from './frameworks/subscription';
import { filterExpired, resumeOffers, runAllocator, whitelistChanged } from './offers/allocation';
import { askNow, inverseOfferExpired } from './offers/inverse-offers';
import { offerExpired } from './offers/rescind';
import { operationReported } from './operations/updates';
import { operatorCall } from './operator-calls/calls';
import { follow, unfollow } from './operator-calls/followers';
import { failed, fetched, stored } from './recovery/recovery';
import { call, countInvalid } from './scheduler-calls/calls';
import { driverCall } from './scheduler-calls/driver-calls';
import { checkServing } from './state/check-master';
import type { MasterEffect } from './state/effects';
import type { MasterBoot, MasterEvent, MasterEvents } from './state/events';
import { initMaster, type MasterState } from './state/state';
import { masterTimers } from './state/timers';
import type { Turn } from './state/turn';
import { exitedExecutor } from './tasks/executor-exit';
import { reported } from './tasks/status-updates';

const TRANSITIONS: Transitions<Turn, MasterEvents> = {
  'registry.fetched': fetched,
  'registry.stored': stored,
  'registry.failed': failed,
  'agent.register': register,
  'agent.reregister': reregister,
  'agent.unregister': unregister,
  'agent.pong': (turn, event) => pong(turn, event.pid),
  'agent.exited': (turn, event) => {
    exited(turn, event);
    driverExited(turn, event);
  },
  'agent.message': (turn, event) => toFramework(turn, event.pid, event.message),
  'agent.exitedExecutor': exitedExecutor,
  'agent.update': updateAgent,
  'agent.operation': operationReported,
  'agent.status': reported,
  'scheduler.subscribe': subscribe,
  'scheduler.closed': closed,
  'scheduler.call': call,
  'scheduler.invalid': countInvalid,
  'driver.subscribe': subscribeDriver,
  'driver.call': driverCall,
  'driver.deactivate': deactivate,
  'driver.submit': submit,
  'operator.subscribe': follow,
  'operator.closed': unfollow,
  'operator.call': operatorCall,
  'whitelist.changed': whitelistChanged,
};

const WOKE: TimerHandlers<Turn, (typeof masterTimers)['spec']> = {
  allocate: runAllocator,
  'resume-offers': resumeOffers,
  filter: filterExpired,
  offer: offerExpired,
  inverse: askNow,
  'inverse-offer': inverseOfferExpired,
  ping,
  absent: reregisterTimeout,
  recovered: recoveredTimeout,
  'mark-unreachable': markNextUnreachable,
  prune,
  failover: failoverOver,
  heartbeat,
};

/** Without followers there is nothing to publish. */
function dropUnheard({ state, effects }: Turn): void {
  if (state.operators.size > 0) return;
  let heard = 0;
  for (const effect of effects) if (effect.kind !== 'publish') effects[heard++] = effect;
  effects.length = heard;
}

export const masterMachine: Machine<MasterState, MasterEvent, MasterEffect, MasterBoot> = machine({
  name: 'master',
  init: initMaster,
  start: plainTurn<MasterState, MasterEffect>,
  transitions: TRANSITIONS,
  timers: masterTimers,
  woke: WOKE,
  after: dropUnheard,
  check: checkServing,
});

/**
 * The master as a state machine: routes each event to its transition and each timer to its handler, which are in the
 * files of their subject.
 */

import type { Machine } from '../../model/event';
import { exited, RECOVERED_TIMER, recoveredTimeout, reregisterTimeout } from './agents/disconnection';
import { MARK_UNREACHABLE_TIMER, markNextUnreachable } from './agents/mark-unreachable';
import { ping, pong } from './agents/pings';
import { register } from './agents/registration';
import { prune } from './agents/registry-gc';
import { unregister } from './agents/removal';
import { reregister } from './agents/reregistration';
import { updateAgent } from './agents/update';
import { RESUME_TIMER } from './allocator/pause';

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
import type { MasterEffect } from './state/effects';
import type { EventOf, MasterBoot, MasterEvent, MasterEvents } from './state/events';
import { initMaster, type MasterState } from './state/state';
import { exitedExecutor } from './tasks/executor-exit';
import { reported } from './tasks/status-updates';

const TRANSITIONS: {
  readonly [K in keyof MasterEvents]: (state: MasterState, event: EventOf<K>) => MasterEffect[];
} = {
  'registry.fetched': fetched,
  'registry.stored': stored,
  'registry.failed': failed,
  'agent.register': register,
  'agent.reregister': reregister,
  'agent.unregister': unregister,
  'agent.pong': (state, event) => pong(state, event.pid),
  'agent.exited': (state, event) => [...exited(state, event), ...driverExited(state, event)],
  'agent.message': (state, event) => toFramework(state, event.pid, event.message),
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
  woke,
};

/** Handlers of timers by the first word of their name; the rest of the name, such as an id, is theirs. */
const TIMERS: Record<string, (state: MasterState, timer: string, now: number) => MasterEffect[]> = {
  allocate: (state, _timer, now) => runAllocator(state, now),
  [RESUME_TIMER]: (state, _timer, now) => resumeOffers(state, now),
  filter: filterExpired,
  offer: offerExpired,
  inverse: (state, _timer, now) => askNow(state, now),
  'inverse-offer': inverseOfferExpired,
  ping,
  absent: reregisterTimeout,
  [RECOVERED_TIMER]: (state, _timer, now) => recoveredTimeout(state, now),
  [MARK_UNREACHABLE_TIMER]: (state, _timer, now) => markNextUnreachable(state, now),
  prune: (state, _timer, now) => prune(state, now),
  failover: failoverOver,
  heartbeat: (state, _timer, now) => heartbeat(state, now),
};

function woke(state: MasterState, event: EventOf<'woke'>): MasterEffect[] {
  const [word = ''] = event.timer.split(' ');
  return TIMERS[word]?.(state, event.timer, event.at) ?? [];
}

/** Changes the state by one event and returns the effects. Without followers there is nothing to publish. */
export function step(state: MasterState, event: MasterEvent): MasterEffect[] {
  const transition = TRANSITIONS[event.kind] as (state: MasterState, event: MasterEvent) => MasterEffect[];
  const effects = transition(state, event);
  return state.operators.size > 0 ? effects : effects.filter(({ kind }) => kind !== 'publish');
}

export const masterMachine: Machine<MasterState, MasterEvent, MasterEffect, MasterBoot> = {
  name: 'master',
  init: initMaster,
  step,
};

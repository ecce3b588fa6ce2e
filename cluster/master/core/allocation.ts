/**
 * The allocator's runs, and the offers that come of them.
 *
 * In: woke(allocate), woke(filter ...)      Out: event(OFFERS), wake
 */

import type { Millis } from '../../model/time';
import { allocate } from './allocator/allocate';
import { expireFilters } from './allocator/state';
import type { MasterEffect } from './effects';
import { askSoon } from './inverse-offers';
import { makeOffers } from './offers';
import { allocateSoon } from './schedule';
import type { MasterState } from './state';

/** Runs the allocator when it is due. */
export function runAllocator(state: MasterState, now: Millis): MasterEffect[] {
  const { allocator } = state;
  if (allocator.dueAt === undefined || allocator.dueAt > now) return [];
  allocator.dueAt = undefined;
  const offers = makeOffers(state, allocate(allocator, state.random, now), now);
  return [...offers, ...askSoon(state, now)];
}

/** The time of a refusal is over. The timer is named `filter <framework> <agent>`. */
export function filterExpired(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const [, frameworkId = '', agentId = ''] = timer.split(' ');
  expireFilters(state.allocator, frameworkId, agentId, now);
  const left = state.allocator.frameworks.get(frameworkId)?.filters.get(agentId) ?? [];
  const next = Math.min(...left.map(({ until }) => until));
  const again: MasterEffect[] = left.length > 0 ? [{ kind: 'wake', timer, at: next }] : [];
  return [...again, ...allocateSoon(state, now)];
}

/**
 * The runs of the allocator, and the events that make agents candidates of the next one.
 *
 * In: woke(allocate), woke(filter ...)      Out: event(OFFERS), wake
 */

import type { Millis } from '../../../model/time';
import { considerAll } from '../allocator/agents';
import { allocate } from '../allocator/allocation-run';
import { expireFilters } from '../allocator/filters';
import { resume } from '../allocator/pause';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';
import { askSoon } from './inverse-offers';
import { makeOffers } from './make-offers';
import { allocateLater, allocateSoon } from './schedule';

/** Runs the allocator when it is due. */
export function runAllocator(state: MasterState, now: Millis): MasterEffect[] {
  const { allocator } = state;
  if (allocator.dueAt === undefined || allocator.dueAt > now) return [];
  allocator.lateMs = now - allocator.dueAt;
  allocator.dueAt = undefined;
  considerWithheld(state, now);
  const offers = makeOffers(state, allocate(allocator, state.random, now), now);
  return [...offers, ...reconsiderLater(state, now), ...askSoon(state, now)];
}

/**
 * Reconsiders resources withheld for quotas, at most once in an allocation interval and only if resources became free
 * since: each time costs a look at all withheld agents.
 */
function considerWithheld({ allocator, boot }: MasterState, now: Millis): void {
  if (!allocator.quotaMoved || now - allocator.withheldAt < boot.settings.allocationIntervalMs) return;
  allocator.withheldAt = now;
  allocator.quotaMoved = false;
  for (const id of allocator.withheld) allocator.dirty.add(id);
}

function reconsiderLater(state: MasterState, now: Millis): MasterEffect[] {
  const { allocator } = state;
  return allocator.quotaMoved && allocator.withheld.size > 0 ? allocateLater(state, now) : [];
}

/** The pause after a failover is over, though not enough agents came back (allocator/pause.ts). */
export function resumeOffers(state: MasterState, now: Millis): MasterEffect[] {
  resume(state.allocator);
  return allocateSoon(state, now);
}

/** Filters of a framework on an agent expired. The timer is named `filter <framework> <agent>`. */
export function filterExpired(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const [, frameworkId = '', agentId = ''] = timer.split(' ');
  expireFilters(state.allocator, frameworkId, agentId, now);
  const left = state.allocator.frameworks.get(frameworkId)?.filters.get(agentId) ?? [];
  const next = Math.min(...left.map(({ until }) => until));
  const again: MasterEffect[] = left.length > 0 ? [{ kind: 'wake', timer, at: next }] : [];
  return [...again, ...allocateSoon(state, now)];
}

/** The hosts in the file of `--whitelist` changed. */
export function whitelistChanged(
  state: MasterState,
  { hosts, at: now }: EventOf<'whitelist.changed'>,
): MasterEffect[] {
  state.allocator.whitelist = hosts && new Set(hosts);
  considerAll(state.allocator);
  return allocateLater(state, now);
}

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
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';
import type { Timer } from '../state/timers';
import { type Turn, wake } from '../state/turn';
import { askSoon } from './inverse-offers';
import { makeOffers } from './make-offers';
import { allocateLater, allocateSoon } from './schedule';

/** Runs the allocator when it is due. */
export function runAllocator(turn: Turn): void {
  const { state, now } = turn;
  const { allocator } = state;
  if (allocator.dueAt === undefined || allocator.dueAt > now) return;
  allocator.lateMs = now - allocator.dueAt;
  allocator.dueAt = undefined;
  considerWithheld(state, now);
  makeOffers(turn, allocate(allocator, state.random, now));
  reconsiderLater(turn);
  askSoon(turn);
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

function reconsiderLater(turn: Turn): void {
  const { state } = turn;
  const { allocator } = state;
  if (allocator.quotaMoved && allocator.withheld.size > 0) allocateLater(turn);
}

/** The pause after a failover is over, though not enough agents came back (allocator/pause.ts). */
export function resumeOffers(turn: Turn): void {
  const { state } = turn;
  resume(state.allocator);
  allocateSoon(turn);
}

/** Filters of a framework on an agent expired. */
export function filterExpired(turn: Turn, timer: Timer<'filter'>): void {
  const { state, now } = turn;
  const { frameworkId, agentId } = timer;
  expireFilters(state.allocator, frameworkId, agentId, now);
  const left = state.allocator.frameworks.get(frameworkId)?.filters.get(agentId) ?? [];
  const next = Math.min(...left.map(({ until }) => until));
  if (left.length > 0) wake(turn, timer, next);
  allocateSoon(turn);
}

/** The hosts in the file of `--whitelist` changed. */
export function whitelistChanged(turn: Turn, { hosts }: EventOf<'whitelist.changed'>): void {
  const { state } = turn;
  state.allocator.whitelist = hosts && new Set(hosts);
  considerAll(state.allocator);
  allocateLater(turn);
}

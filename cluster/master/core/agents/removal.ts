/**
 * Removal of agents: they are marked unreachable, no faster than `--agent_removal_rate_limit` allows, unless they
 * come back before their turn (Mesos 1.11 SlaveObserver, Master::agentReregisterTimeout,
 * Master::recoveredSlavesTimeout). The limit is a safety net: a fault in the network does not make all agents
 * unreachable at once.
 *
 * In: unanswered pings, timeouts to reregister, woke(removal)      Out: wake, store
 * Always true: an agent has at most one waiting removal; removals happen in order.
 */

import type { Millis } from '../../../model/time';
import { change } from '../registrar/registrar';
import type { MasterEffect } from '../state/effects';
import type { Removal } from '../state/removals';
import { count, type MasterState } from '../state/state';

const TIMER = 'removal';

/** Removes an agent, at once or when the limit allows it. */
export function scheduleRemoval(state: MasterState, removal: Removal, now: Millis): MasterEffect[] {
  const { removals, leaving, boot } = state;
  if (leaving.has(removal.agentId) || removals.waiting.has(removal.agentId)) return [];
  count(state, 'master/slave_unreachable_scheduled');
  const everyMs = boot.settings.agentRemovalEveryMs;
  if (everyMs === undefined) return removeAgent(state, removal, now);
  if (removals.waiting.size === 0 && removals.nextAt <= now) {
    removals.nextAt = now + everyMs;
    return removeAgent(state, removal, now);
  }
  removals.waiting.set(removal.agentId, removal);
  return removals.waiting.size === 1 ? [{ kind: 'wake', timer: TIMER, at: removals.nextAt }] : [];
}

/** The limit allows the next removal. Cancelled ones do not use it up. The timer is named `removal`. */
export function removeNext(state: MasterState, now: Millis): MasterEffect[] {
  const { removals, boot } = state;
  if (now < removals.nextAt) return [];
  for (const [agentId, removal] of removals.waiting) {
    removals.waiting.delete(agentId);
    if (!isStillLost(state, removal)) {
      count(state, 'master/slave_unreachable_canceled');
      continue;
    }
    removals.nextAt = now + (boot.settings.agentRemovalEveryMs ?? 0);
    const again: MasterEffect[] =
      removals.waiting.size > 0 ? [{ kind: 'wake', timer: TIMER, at: removals.nextAt }] : [];
    return [...removeAgent(state, removal, now), ...again];
  }
  return [];
}

function isStillLost(state: MasterState, { agentId, kind }: Removal): boolean {
  if (kind === 'recovered') return state.recovered.has(agentId);
  const agent = state.agents.get(agentId);
  return agent !== undefined && (kind === 'health' || !agent.connected);
}

/** Cancels a removal for unanswered pings: the agent answered. */
export function cancelRemoval(state: MasterState, agentId: string): void {
  if (state.removals.waiting.get(agentId)?.kind === 'health') forgetRemoval(state, agentId);
}

/** Cancels any removal of an agent: it left for another reason. */
export function forgetRemoval(state: MasterState, agentId: string): void {
  if (state.removals.waiting.delete(agentId)) count(state, 'master/slave_unreachable_canceled');
}

function removeAgent(state: MasterState, { agentId, reason, kind }: Removal, now: Millis): MasterEffect[] {
  if (state.leaving.has(agentId) || state.registry.arriving.has(agentId)) {
    count(state, 'master/slave_unreachable_canceled');
    return [];
  }
  count(state, 'master/slave_unreachable_completed');
  if (kind === 'recovered') count(state, 'master/recovery_slave_removals');
  state.leaving.set(agentId, 'unreachable');
  const next = { kind: 'unreachable', agentId, reason } as const;
  return change(state, { change: { kind: 'unreachable', agentId, at: now }, next });
}

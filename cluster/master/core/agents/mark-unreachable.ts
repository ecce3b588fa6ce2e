/**
 * The decision to mark agents unreachable, no faster than `--agent_removal_rate_limit` allows, and not those
 * that come back before their turn (Mesos 1.11 SlaveObserver, Master::agentReregisterTimeout,
 * Master::recoveredSlavesTimeout). The limit is a safety net: a fault in the network does not make all agents
 * unreachable at once.
 *
 * In: unanswered pings, timeouts to reregister, woke(mark-unreachable)      Out: wake, store
 * Always true: an agent waits at most once; agents are marked in the order in which they were lost.
 */

import type { AgentId } from '../../../model/ids';
import { change } from '../registrar/registrar';
import type { PendingUnreachable } from '../state/pending-unreachable';
import { count, type MasterState } from '../state/state';
import { type Turn, wake } from '../state/turn';

/** Marks an agent unreachable, at once or when the limit allows it. */
export function scheduleMarkUnreachable(turn: Turn, pending: PendingUnreachable): void {
  const { state, now } = turn;
  const { unreachableQueue, leaving, boot } = state;
  if (leaving.has(pending.agentId) || unreachableQueue.waiting.has(pending.agentId)) return;
  count(state, 'master/slave_unreachable_scheduled');
  const everyMs = boot.settings.agentRemovalEveryMs;
  if (everyMs === undefined) return markUnreachable(turn, pending);
  if (unreachableQueue.waiting.size === 0 && unreachableQueue.nextAt <= now) {
    unreachableQueue.nextAt = now + everyMs;
    return markUnreachable(turn, pending);
  }
  unreachableQueue.waiting.set(pending.agentId, pending);
  if (unreachableQueue.waiting.size === 1) wake(turn, { kind: 'mark-unreachable' }, unreachableQueue.nextAt);
}

/** The limit allows to mark the next one. Agents that came back do not use it up. */
export function markNextUnreachable(turn: Turn): void {
  const { state, now } = turn;
  const { unreachableQueue, boot } = state;
  if (now < unreachableQueue.nextAt) return;
  for (const [agentId, pending] of unreachableQueue.waiting) {
    unreachableQueue.waiting.delete(agentId);
    if (!isStillLost(state, pending)) {
      count(state, 'master/slave_unreachable_canceled');
      continue;
    }
    unreachableQueue.nextAt = now + (boot.settings.agentRemovalEveryMs ?? 0);
    markUnreachable(turn, pending);
    if (unreachableQueue.waiting.size > 0) wake(turn, { kind: 'mark-unreachable' }, unreachableQueue.nextAt);
    return;
  }
}

function isStillLost(state: MasterState, { agentId, kind }: PendingUnreachable): boolean {
  if (kind === 'recovered') return state.recovered.has(agentId);
  const agent = state.agents.get(agentId);
  return agent !== undefined && (kind === 'health' || !agent.connected);
}

/** An agent answers its pings again: it is not marked for them. */
export function cancelUnansweredPings(state: MasterState, agentId: AgentId): void {
  if (state.unreachableQueue.waiting.get(agentId)?.kind === 'health') cancelMarkUnreachable(state, agentId);
}

/** An agent is not marked: it left for another reason. */
export function cancelMarkUnreachable(state: MasterState, agentId: AgentId): void {
  if (state.unreachableQueue.waiting.delete(agentId)) count(state, 'master/slave_unreachable_canceled');
}

function markUnreachable(turn: Turn, { agentId, reason, kind }: PendingUnreachable): void {
  const { state, now } = turn;
  if (state.leaving.has(agentId) || state.registry.arriving.has(agentId)) {
    count(state, 'master/slave_unreachable_canceled');
    return;
  }
  count(state, 'master/slave_unreachable_completed');
  if (kind === 'recovered') count(state, 'master/recovery_slave_removals');
  state.leaving.set(agentId, 'unreachable');
  const next = { kind: 'unreachable', agentId, reason } as const;
  change(turn, { change: { kind: 'unreachable', agentId, at: now }, next });
}

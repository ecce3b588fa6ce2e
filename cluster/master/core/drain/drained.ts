/**
 * The end of a drain: an agent is checked when its drain is stored, after each acknowledgement or update of an
 * operation, when it reports or comes back, and when a framework ends (Mesos 1.11
 * Master::checkAndTransitionDrainingAgent).
 *
 * In: DRAIN_AGENT, ACKNOWLEDGE, agent.operation, agent.update, agent.reregister, frameworks that end      Out: store
 */

import type { AgentId } from '../../../model/ids';
import { note } from '../../../model/machine';
import { change } from '../registrar/registrar';
import type { Agent, MasterState } from '../state/state';
import type { Turn } from '../state/turn';

/** True for an agent that operators may name: registered, recovered or unreachable. */
export function isKnownAgent(state: MasterState, agentId: AgentId): boolean {
  return state.agents.has(agentId) || state.recovered.has(agentId) || state.registry.unreachable.has(agentId);
}

/**
 * Stores that a DRAINING agent is DRAINED, or gone if `mark_gone` was asked for, once it has no tasks and no
 * operations. Tasks and operations whose last status is not acknowledged are still there, so their frameworks have
 * heard of the end.
 */
export function checkDrained(turn: Turn, agentId: AgentId): void {
  const { state, now } = turn;
  const info = state.registry.drains.get(agentId);
  const agent = state.agents.get(agentId);
  if (info?.state !== 'DRAINING' || !agent || !isEmpty(agent)) return;
  if (state.leaving.get(agentId) === 'gone' || state.emptied.has(agentId)) return;
  if (info.config.mark_gone) {
    state.leaving.set(agentId, 'gone');
    const next = { kind: 'gone', agentId, request: undefined } as const;
    return change(turn, { change: { kind: 'gone', agentId, at: now }, next });
  }
  state.emptied.add(agentId);
  change(turn, { change: { kind: 'drained', agentId }, next: { kind: 'drained', agentId } });
}

function isEmpty(agent: Agent): boolean {
  return agent.tasks.size === 0 && agent.operations.size === 0;
}

/** Continues after the DRAINED state is stored. */
export function drained(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  state.emptied.delete(agentId);
  if (state.registry.drains.get(agentId)?.state !== 'DRAINED') return;
  note(turn, 'info', 'an agent is drained', { agent: agentId });
}

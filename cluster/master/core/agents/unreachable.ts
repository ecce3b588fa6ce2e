/**
 * Agents that are unreachable, once the registry has them so: their tasks are, too, and frameworks are told.
 *
 * In: registry.stored(unreachable)      Out: event(RESCIND, UPDATE, FAILURE), publish(AGENT_REMOVED), wake
 */

import type { AgentId } from '../../../model/ids';
import { note } from '../../../model/machine';
import { allocateSoon } from '../offers/schedule';
import { loseOperations } from '../operations/lost';
import { count } from '../state/state';
import type { Turn } from '../state/turn';
import { lose } from './lost-tasks';
import { removeFromState, rescindOffersOfAgent, tellLost } from './removal';

/**
 * Continues after `unreachable` is stored: removes the agent; its tasks are unreachable, and their frameworks are
 * told.
 */
export function markedUnreachable(turn: Turn, next: { agentId: AgentId; reason: string }): void {
  const { state } = turn;
  state.recovered.delete(next.agentId);
  count(state, 'master/slave_removals');
  count(state, 'master/slave_removals/reason_unhealthy');
  const agent = state.agents.get(next.agentId);
  if (!agent) return tellLost(turn, next.agentId);
  note(turn, 'warn', 'an agent is unreachable', { agent: agent.id, reason: next.reason });
  loseOperations(turn, agent, 'OPERATION_UNREACHABLE');
  const message = next.reason;
  for (const task of [...agent.tasks.values()]) {
    lose(turn, task, { state: 'TASK_UNREACHABLE', reason: 'REASON_AGENT_REMOVED', message });
  }
  rescindOffersOfAgent(turn, agent);
  removeFromState(turn, agent);
  allocateSoon(turn);
}

/**
 * Agents that are unreachable, once the registry has them so: their tasks are, too, and frameworks are told.
 *
 * In: registry.stored(unreachable)      Out: event(RESCIND, UPDATE, FAILURE), publish(AGENT_REMOVED), wake
 */

import type { Millis } from '../../../model/time';
import { allocateSoon } from '../offers/schedule';
import { loseOperations } from '../operations/lost';
import type { MasterEffect } from '../state/effects';
import { count, type MasterState } from '../state/state';
import { lose } from './lost-tasks';
import { removeFromState, rescindOffersOfAgent, tellLost } from './removal';

/**
 * Continues after `unreachable` is stored: removes the agent; its tasks are unreachable, and their frameworks are
 * told.
 */
export function markedUnreachable(
  state: MasterState,
  next: { agentId: string; reason: string },
  now: Millis,
): MasterEffect[] {
  state.recovered.delete(next.agentId);
  count(state, 'master/slave_removals');
  count(state, 'master/slave_removals/reason_unhealthy');
  const agent = state.agents.get(next.agentId);
  if (!agent) return tellLost(state, next.agentId);
  const effects: MasterEffect[] = [
    {
      kind: 'note',
      level: 'warn',
      text: 'an agent is unreachable',
      fields: { agent: agent.id, reason: next.reason },
    },
    ...loseOperations(state, agent, 'OPERATION_UNREACHABLE'),
  ];
  const message = next.reason;
  for (const task of [...agent.tasks.values()]) {
    effects.push(
      ...lose(state, task, { state: 'TASK_UNREACHABLE', reason: 'REASON_AGENT_REMOVED', message, now }),
    );
  }
  return [
    ...effects,
    ...rescindOffersOfAgent(state, agent),
    ...removeFromState(state, agent),
    ...allocateSoon(state, now),
  ];
}

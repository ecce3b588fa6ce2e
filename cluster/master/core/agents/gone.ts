/**
 * Agents marked gone by an operator, which never come back (Mesos 1.11 Master::markGone).
 *
 * Out: send(Shutdown), event(UPDATE, FAILURE, RESCIND), publish
 */

import type { AgentId } from '../../../model/ids';
import { allocateSoon } from '../offers/schedule';
import { loseOperations } from '../operations/lost';
import { emit, type Turn } from '../state/turn';
import { takeUnreachable } from '../tasks/unreachable';
import { lose } from './lost-tasks';
import { removeFromState, rescindOffersOfAgent } from './removal';

const MESSAGE = 'Agent has been marked gone';
const LOSS = {
  state: 'TASK_GONE_BY_OPERATOR',
  reason: 'REASON_AGENT_REMOVED_BY_OPERATOR',
  message: MESSAGE,
} as const;

/** Continues after `gone` is stored: shuts the agent down if it is registered; its tasks are TASK_GONE_BY_OPERATOR. */
export function markedGone(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  state.leaving.delete(agentId);
  state.recovered.delete(agentId);
  const agent = state.agents.get(agentId);
  if (!agent) return unreachableGone(turn, agentId);
  const message = { message: MESSAGE };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.ShutdownMessage', message });
  loseOperations(turn, agent, 'OPERATION_GONE_BY_OPERATOR');
  for (const task of [...agent.tasks.values()]) lose(turn, task, LOSS);
  rescindOffersOfAgent(turn, agent);
  removeFromState(turn, agent);
  allocateSoon(turn);
}

/** Ends the tasks of an agent that was unreachable already. */
function unreachableGone(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  for (const task of takeUnreachable(state, agentId)) lose(turn, task, LOSS);
}

/**
 * Agents marked gone by an operator, which never come back (Mesos 1.11 Master::markGone).
 *
 * Out: send(Shutdown), event(UPDATE, FAILURE, RESCIND), publish
 */

import type { Millis } from '../../../model/time';
import { allocateSoon } from '../offers/schedule';
import { loseOperations } from '../operations/lost';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';
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
export function markedGone(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  state.leaving.delete(agentId);
  state.recovered.delete(agentId);
  const agent = state.agents.get(agentId);
  if (!agent) return unreachableGone(state, agentId, now);
  const message = { message: MESSAGE };
  const effects: MasterEffect[] = [
    { kind: 'send', to: agent.pid, name: 'mesos.internal.ShutdownMessage', message },
    ...loseOperations(state, agent, 'OPERATION_GONE_BY_OPERATOR'),
  ];
  for (const task of [...agent.tasks.values()]) effects.push(...lose(state, task, { ...LOSS, now }));
  return [
    ...effects,
    ...rescindOffersOfAgent(state, agent),
    ...removeFromState(state, agent),
    ...allocateSoon(state, now),
  ];
}

/** Ends the tasks of an agent that was unreachable already. */
function unreachableGone(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  return takeUnreachable(state, agentId).flatMap((task) => lose(state, task, { ...LOSS, now }));
}

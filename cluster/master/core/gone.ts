/**
 * An agent that will never come back, because an operator said so.
 *
 * Out: send(Shutdown), event(UPDATE, FAILURE, RESCIND), publish
 */

import type { Millis } from '../../model/time';
import { drop, lose, withdrawOffers } from './agents';
import type { MasterEffect } from './effects';
import { allocateSoon } from './schedule';
import type { MasterState } from './state';

/** The registry has the agent as gone: it is told to end, its tasks are gone with it. */
export function gone(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  state.recovered.delete(agentId);
  const agent = state.agents.get(agentId);
  if (!agent) return [];
  const effects = withdrawOffers(state, agent);
  if (agent.connected) {
    const message = { message: 'Agent has been marked gone' };
    effects.push({ kind: 'send', to: agent.pid, name: 'mesos.internal.ShutdownMessage', message });
  }
  const loss = { state: 'TASK_GONE_BY_OPERATOR', reason: 'REASON_AGENT_REMOVED_BY_OPERATOR' } as const;
  for (const task of [...agent.tasks.values()]) {
    effects.push(...lose(state, task, { ...loss, message: 'Agent has been marked gone', now }));
  }
  return [...effects, ...drop(state, agent), ...allocateSoon(state, now)];
}

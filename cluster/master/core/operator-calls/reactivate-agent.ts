/** REACTIVATE_AGENT: the agent gets offers again; it must not be DRAINING (Mesos 1.11 src/master/http.cpp). */

import { needs } from '../authorize/operator';
import { activityChanged } from './activity';
import { type ChangingCall, refuse, store } from './call';

export const reactivateAgent: ChangingCall<'REACTIVATE_AGENT'> = {
  part: 'reactivate_agent',
  permission: needs('reactivate_agents'),
  run: (state, { agent_id: { value: agentId } }, event) => {
    if (!state.registry.deactivated.has(agentId)) return refuse(event, 400, 'Agent is not deactivated');
    if (state.registry.drains.get(agentId)?.state === 'DRAINING')
      return refuse(event, 400, 'Agent is still in the DRAINING state');
    return store(state, event, { kind: 'deactivated', agentId, deactivated: false });
  },
  stored: (state, { agent_id }, { now }) => {
    const agent = state.agents.get(agent_id.value);
    return agent
      ? activityChanged(state, agent, now)
      : { status: 409, text: 'Agent removed while processing the call' };
  },
};

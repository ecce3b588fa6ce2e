/** DEACTIVATE_AGENT: the agent gets no more offers; its tasks go on (Mesos 1.11 src/master/http.cpp). */

import { needs } from '../authorize/operator';
import { isKnownAgent } from '../drain/drained';
import { activityChanged } from './activity';
import { type ChangingCall, refuse, store } from './call';

export const deactivateAgent: ChangingCall<'DEACTIVATE_AGENT'> = {
  part: 'deactivate_agent',
  permission: needs('deactivate_agents'),
  run: (state, { agent_id: { value: agentId } }, event) =>
    isKnownAgent(state, agentId)
      ? store(state, event, { kind: 'deactivated', agentId, deactivated: true })
      : refuse(event, 400, 'Unknown agent'),
  stored: (state, { agent_id }, { now }) => {
    const agent = state.agents.get(agent_id.value);
    return agent ? activityChanged(state, agent, now) : [];
  },
};

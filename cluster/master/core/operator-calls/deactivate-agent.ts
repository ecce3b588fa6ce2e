/** DEACTIVATE_AGENT: the agent gets no more offers; its tasks go on (Mesos 1.11 src/master/http.cpp). */

import { needs } from '../authorize/operator';
import { isKnownAgent } from '../drain/drained';
import { activityChanged } from './activity';
import { type ChangingCall, refuse, store } from './call';

export const deactivateAgent: ChangingCall<'DEACTIVATE_AGENT'> = {
  part: 'deactivate_agent',
  permission: needs('deactivate_agents'),
  run: (turn, { agent_id: { value: agentId } }, event) => {
    const { state } = turn;
    if (isKnownAgent(state, agentId)) store(turn, event, { kind: 'deactivated', agentId, deactivated: true });
    else refuse(turn, event, 400, 'Unknown agent');
  },
  stored: (turn, { agent_id }) => {
    const { state } = turn;
    const agent = state.agents.get(agent_id.value);
    if (agent) activityChanged(turn, agent);
  },
};

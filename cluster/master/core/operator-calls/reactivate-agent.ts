/** REACTIVATE_AGENT: the agent gets offers again; it must not be DRAINING (Mesos 1.11 src/master/http.cpp). */

import { needs } from '../authorize/operator';
import { activityChanged } from './activity';
import { type ChangingCall, refuse, store } from './call';

export const reactivateAgent: ChangingCall<'REACTIVATE_AGENT'> = {
  part: 'reactivate_agent',
  permission: needs('reactivate_agents'),
  run: (turn, { agent_id: { value: agentId } }, event) => {
    const { state } = turn;
    if (!state.registry.deactivated.has(agentId)) return refuse(turn, event, 400, 'Agent is not deactivated');
    if (state.registry.drains.get(agentId)?.state === 'DRAINING')
      return refuse(turn, event, 400, 'Agent is still in the DRAINING state');
    store(turn, event, { kind: 'deactivated', agentId, deactivated: false });
  },
  storedRefusal: (state, { agent_id }) =>
    state.agents.has(agent_id.value)
      ? undefined
      : { status: 409, text: 'Agent removed while processing the call' },
  stored: (turn, { agent_id }) => {
    const agent = turn.state.agents.get(agent_id.value);
    if (agent) activityChanged(turn, agent);
  },
};

/**
 * MARK_AGENT_GONE: the agent will never come back (Mesos 1.11 src/master/http.cpp). A repeated call is answered 200.
 */

import { markedGone } from '../agents/gone';
import { needs } from '../authorize/operator';
import { isKnownAgent } from '../drain/drained';
import type { Leaving } from '../state/state';
import { emit } from '../state/turn';
import { type ChangingCall, refuse, store } from './call';

/** Errors about agents that are leaving, by their state; the operator may retry. */
const BUSY: Record<Leaving, string> = {
  gone: 'is already being transitioned to gone',
  removed: 'is being transitioned to removed',
  unreachable: 'is being transitioned to unreachable',
};

export const markAgentGone: ChangingCall<'MARK_AGENT_GONE'> = {
  part: 'mark_agent_gone',
  permission: needs('mark_agents_gone'),
  run: (turn, { agent_id: { value: agentId } }, event) => {
    const { state } = turn;
    if (state.registry.gone.has(agentId))
      return emit(turn, { kind: 'answer', request: event.request, status: 200 });
    const leaving = state.leaving.get(agentId);
    if (leaving) return refuse(turn, event, 503, `Agent '${agentId}' ${BUSY[leaving]}`);
    if (!isKnownAgent(state, agentId)) return refuse(turn, event, 404, `Agent '${agentId}' not found`);
    state.leaving.set(agentId, 'gone');
    store(turn, event, { kind: 'gone', agentId, at: event.at });
  },
  stored: (turn, { agent_id }) => markedGone(turn, agent_id.value),
};

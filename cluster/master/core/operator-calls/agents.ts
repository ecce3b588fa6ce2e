/**
 * Operators' calls that deactivate, reactivate or mark agents gone (Mesos 1.11 src/master/http.cpp).
 *
 * In: DEACTIVATE_AGENT, REACTIVATE_AGENT, MARK_AGENT_GONE      Out: answer, store, event(RESCIND), wake
 */

import type { Millis } from '../../../model/time';
import { rescindOffersOfAgent } from '../agents/loss';
import { syncActivity } from '../agents/record';
import { isKnownAgent } from '../drain/drained';
import { allocateSoon } from '../offers/schedule';
import { change } from '../registrar/registrar';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { Leaving, MasterState } from '../state/state';

type OperatorCall = EventOf<'operator.call'>;

function refuse(request: number, status: number, text: string): MasterEffect[] {
  return [{ kind: 'answer', request, status, text }];
}

/** Errors about agents that are leaving, by their state; the operator may retry. */
const BUSY: Record<Leaving, string> = {
  gone: 'is already being transitioned to gone',
  removed: 'is being transitioned to removed',
  unreachable: 'is being transitioned to unreachable',
};

/** MARK_AGENT_GONE: the agent will never come back. A repeated call is answered 200, too. */
export function markGone(state: MasterState, { request, call, at: now }: OperatorCall): MasterEffect[] {
  const agentId = call.mark_agent_gone?.agent_id.value ?? '';
  if (state.registry.gone.has(agentId)) return [{ kind: 'answer', request, status: 200 }];
  const leaving = state.leaving.get(agentId);
  if (leaving) return refuse(request, 503, `Agent '${agentId}' ${BUSY[leaving]}`);
  if (!isKnownAgent(state, agentId)) return refuse(request, 404, `Agent '${agentId}' not found`);
  state.leaving.set(agentId, 'gone');
  const next = { kind: 'gone', agentId, request } as const;
  return change(state, { change: { kind: 'gone', agentId, at: now }, next });
}

/** DEACTIVATE_AGENT: the agent gets no more offers; its tasks go on. */
export function deactivateAgent(state: MasterState, { request, call }: OperatorCall): MasterEffect[] {
  const agentId = call.deactivate_agent?.agent_id.value ?? '';
  if (!isKnownAgent(state, agentId)) return refuse(request, 400, 'Unknown agent');
  const next = { kind: 'activity', agentId, request, deactivated: true } as const;
  return change(state, { change: { kind: 'deactivated', agentId, deactivated: true }, next });
}

/** REACTIVATE_AGENT: the agent gets offers again. It must not be DRAINING. */
export function reactivateAgent(state: MasterState, { request, call }: OperatorCall): MasterEffect[] {
  const agentId = call.reactivate_agent?.agent_id.value ?? '';
  if (!state.registry.deactivated.has(agentId)) return refuse(request, 400, 'Agent is not deactivated');
  if (state.registry.drains.get(agentId)?.state === 'DRAINING') {
    return refuse(request, 400, 'Agent is still in the DRAINING state');
  }
  const next = { kind: 'activity', agentId, request, deactivated: false } as const;
  return change(state, { change: { kind: 'deactivated', agentId, deactivated: false }, next });
}

/** Continues after `deactivated` is stored: rescinds offers, or offers the agent again. */
export function activityChanged(
  state: MasterState,
  { agentId, request, deactivated }: { agentId: string; request: number; deactivated: boolean },
  now: Millis,
): MasterEffect[] {
  const agent = state.agents.get(agentId);
  if (!agent && !deactivated) return refuse(request, 409, 'Agent removed while processing the call');
  const effects: MasterEffect[] = [{ kind: 'answer', request, status: 200 }];
  if (!agent) return effects;
  agent.deactivated = state.registry.deactivated.has(agentId);
  if (agent.deactivated) effects.push(...rescindOffersOfAgent(state, agent));
  else agent.drainStartedAt = undefined;
  syncActivity(state, agent);
  return [...effects, ...allocateSoon(state, now)];
}

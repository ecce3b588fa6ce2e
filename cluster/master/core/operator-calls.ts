/**
 * Operators' calls that change something. They are answered when the change is stored.
 *
 * In: operator.call      Out: answer, store, and what the change leads to
 */

import type { Call } from '../../api/generated/master';
import type { Millis } from '../../model/time';
import { syncActivity, withdrawOffers } from './agents';
import { drainAgent } from './drain';
import type { MasterEffect } from './effects';
import type { EventOf } from './events';
import { remove } from './frameworks';
import { change } from './registry/queue';
import { allocateSoon } from './schedule';
import type { MasterState } from './state';
import { roleError } from './validate/framework';

type Transition = (state: MasterState, event: EventOf<'operator.call'>) => MasterEffect[];

/** Types without a row are answered 501: they are part of the API and not carried out here yet. */
const CALLS: Partial<Record<Call.Type, Transition>> = {
  TEARDOWN: teardown,
  UPDATE_WEIGHTS: updateWeights,
  MARK_AGENT_GONE: markGone,
  DRAIN_AGENT: drainAgent,
  DEACTIVATE_AGENT: (state, event) => setActivity(state, event, true),
  REACTIVATE_AGENT: (state, event) => setActivity(state, event, false),
};

export function operatorCall(state: MasterState, event: EventOf<'operator.call'>): MasterEffect[] {
  const { request, call } = event;
  const transition = call.type && CALLS[call.type];
  if (transition) return transition(state, event);
  return [{ kind: 'answer', request, status: 501, text: `Call ${call.type} is not supported` }];
}

function refuse(request: number, status: number, text: string): MasterEffect[] {
  return [{ kind: 'answer', request, status, text }];
}

function missing(request: number, field: string): MasterEffect[] {
  return refuse(request, 400, `Failed to validate master::Call: Expecting '${field}' to be present`);
}

/** An operator ends a framework. */
function teardown(state: MasterState, { request, call, at }: EventOf<'operator.call'>): MasterEffect[] {
  if (!call.teardown) return missing(request, 'teardown');
  const framework = state.frameworks.get(call.teardown.framework_id.value);
  if (!framework) return refuse(request, 400, 'No framework found with specified ID');
  return [{ kind: 'answer', request, status: 200 }, ...remove(state, framework, at)];
}

function updateWeights(state: MasterState, { request, call }: EventOf<'operator.call'>): MasterEffect[] {
  if (!call.update_weights) return missing(request, 'update_weights');
  const weights = (call.update_weights.weight_infos ?? []).map(({ role = '*', weight }) => ({
    role,
    weight,
  }));
  for (const { role, weight } of weights) {
    const wrong = roleError(role);
    if (wrong)
      return refuse(
        request,
        400,
        `Failed to validate update weights request: Invalid role '${role}': ${wrong}`,
      );
    if (!(weight > 0 && Number.isFinite(weight))) {
      const text = `Failed to validate update weights request: Invalid weight '${weight}': Weights must be positive`;
      return refuse(request, 400, text);
    }
  }
  return change(state, { change: { kind: 'weights', weights }, next: { kind: 'weights', request } });
}

/** An operator knows that an agent will never come back. Asking again is fine. */
function markGone(state: MasterState, { request, call, at }: EventOf<'operator.call'>): MasterEffect[] {
  const agentId = call.mark_agent_gone?.agent_id.value;
  if (agentId === undefined) return missing(request, 'mark_agent_gone');
  const { registry } = state;
  if (registry.gone.has(agentId)) return [{ kind: 'answer', request, status: 200 }];
  if (!registry.agents.has(agentId) && !registry.unreachable.has(agentId)) {
    return refuse(request, 404, `Agent '${agentId}' is unknown`);
  }
  const agent = state.agents.get(agentId);
  if (agent?.leaving) return refuse(request, 503, `Agent '${agentId}' is being removed`);
  if (agent) agent.leaving = true;
  const next = { kind: 'gone', agentId, request } as const;
  return change(state, { change: { kind: 'gone', agentId, at }, next });
}

function setActivity(
  state: MasterState,
  { request, call }: EventOf<'operator.call'>,
  deactivated: boolean,
): MasterEffect[] {
  const field = deactivated ? 'deactivate_agent' : 'reactivate_agent';
  const agentId = call[field]?.agent_id.value;
  if (agentId === undefined) return missing(request, field);
  if (!state.registry.agents.has(agentId)) return refuse(request, 400, 'Unknown agent');
  if (!deactivated && !state.registry.deactivated.has(agentId)) {
    return refuse(request, 400, 'Agent is not deactivated');
  }
  if (!deactivated && state.registry.drains.get(agentId)?.state === 'DRAINING') {
    return refuse(request, 400, 'Agent is still in the DRAINING state');
  }
  const next = { kind: 'activity', agentId, request } as const;
  return change(state, { change: { kind: 'deactivated', agentId, deactivated }, next });
}

/** The registry has the new state: without offers, or with them again. Tasks are not concerned. */
export function activityChanged(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  const agent = state.agents.get(agentId);
  if (!agent) return [];
  agent.deactivated = state.registry.deactivated.has(agentId);
  const effects = agent.deactivated ? withdrawOffers(state, agent) : [];
  syncActivity(state, agent);
  return [...effects, ...allocateSoon(state, now)];
}

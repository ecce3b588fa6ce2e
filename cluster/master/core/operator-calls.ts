/**
 * Operators' calls that change something. They are answered when the change is stored.
 *
 * In: operator.call      Out: answer, store, and what the change leads to
 */

import type { Call } from '../../api/generated/master';
import { roleError } from '../../model/roles';
import { deactivateAgent, markGone, reactivateAgent } from './agent-calls';
import { mayCall } from './authorize/operator';
import { drainAgent } from './drain';
import type { MasterEffect } from './effects';
import type { EventOf } from './events';
import { remove } from './frameworks';
import { startMaintenance, stopMaintenance, updateSchedule } from './maintenance/calls';
import { operateResources } from './operator-resources';
import { removeQuota, setOldQuota, updateQuota } from './quota/calls';
import { change } from './registry/queue';
import type { MasterState } from './state';

type Transition = (state: MasterState, event: EventOf<'operator.call'>) => MasterEffect[];

/** Types without a row are answered 501: they are part of the API and not carried out here yet. */
const CALLS: Partial<Record<Call.Type, Transition>> = {
  TEARDOWN: teardown,
  UPDATE_WEIGHTS: updateWeights,
  UPDATE_QUOTA: updateQuota,
  SET_QUOTA: setOldQuota,
  REMOVE_QUOTA: removeQuota,
  MARK_AGENT_GONE: markGone,
  DRAIN_AGENT: drainAgent,
  UPDATE_MAINTENANCE_SCHEDULE: updateSchedule,
  START_MAINTENANCE: startMaintenance,
  STOP_MAINTENANCE: stopMaintenance,
  DEACTIVATE_AGENT: deactivateAgent,
  REACTIVATE_AGENT: reactivateAgent,
  RESERVE_RESOURCES: operateResources,
  UNRESERVE_RESOURCES: operateResources,
  CREATE_VOLUMES: operateResources,
  DESTROY_VOLUMES: operateResources,
  GROW_VOLUME: operateResources,
  SHRINK_VOLUME: operateResources,
};

export function operatorCall(state: MasterState, event: EventOf<'operator.call'>): MasterEffect[] {
  const { request, call, principal } = event;
  if (!mayCall(state, principal, call)) return refuse(request, 403, '403 Forbidden.');
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
  const roles = weights.map(({ role }) => role);
  return change(state, { change: { kind: 'weights', weights }, next: { kind: 'weights', request, roles } });
}

/**
 * Feedback about operations. Operations other than LAUNCH are not carried out yet, so all that can be told is that one failed
 * or is not known (Mesos 1.11 Master::reconcileOperations).
 *
 * In: ACCEPT, RECONCILE_OPERATIONS      Out: event(UPDATE_OPERATION_STATUS)
 */

import type * as mesos from '../../api/generated/mesos';
import type * as scheduler from '../../api/generated/scheduler';
import type { MasterEffect } from './effects';
import type { Framework, MasterState } from './state';

/** Tells a framework that asked for feedback (by giving the operation an id) that the operation failed. */
export function operationFailed(
  framework: Framework,
  operation: mesos.Offer.Operation,
  message: string,
): MasterEffect[] {
  if (!operation.id) return [];
  return tellOperation(framework, { operation_id: operation.id, state: 'OPERATION_ERROR', message });
}

/** Answers for each operation what its agent's place lets us say. */
export function reconcileOperations(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.ReconcileOperations,
): MasterEffect[] {
  return (call.operations ?? []).flatMap(({ operation_id, agent_id }) => {
    const status = { operation_id, agent_id, state: placeState(state, agent_id?.value) };
    return tellOperation(framework, { ...status, message: 'Reconciliation: Operation is unknown' });
  });
}

function placeState(state: MasterState, agentId: string | undefined): mesos.OperationState {
  if (agentId === undefined || state.agents.has(agentId)) return 'OPERATION_UNKNOWN';
  if (state.recovered.has(agentId)) return 'OPERATION_RECOVERING';
  if (state.registry.unreachable.has(agentId)) return 'OPERATION_UNREACHABLE';
  return state.registry.gone.has(agentId) ? 'OPERATION_GONE_BY_OPERATOR' : 'OPERATION_UNKNOWN';
}

function tellOperation(framework: Framework, status: mesos.OperationStatus): MasterEffect[] {
  if (!framework.stream) return [];
  const event = { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status } } as const;
  return [{ kind: 'event', stream: framework.stream, event }];
}

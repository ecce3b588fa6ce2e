/**
 * RECONCILE_OPERATIONS: the state of operations a framework asks about, or of all it has (Mesos 1.11
 * Master::reconcileOperations).
 *
 * Out: event(UPDATE_OPERATION_STATUS), send(ReconcileOperations)
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import type { MasterEffect } from '../effects';
import type { Framework, MasterState } from '../state';
import { hasCapability } from '../validate/operation';
import { tellOperation } from './feedback';

type Asked = scheduler.Call.ReconcileOperations.Operation;

/** Answers for each operation; without any, the latest state of all the framework has. */
export function reconcileOperations(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.ReconcileOperations,
): MasterEffect[] {
  const asked = call.operations ?? [];
  if (asked.length > 0) return asked.flatMap((operation) => answer(state, framework, operation));
  return [...framework.operations.values()].flatMap(({ latest }) => tellOperation(framework, latest));
}

function answer(state: MasterState, framework: Framework, { operation_id, agent_id }: Asked): MasterEffect[] {
  const known = framework.operations.get(operation_id.value);
  if (known) return tellOperation(framework, known.latest);
  const agent = state.agents.get(agent_id?.value ?? '');
  if (agent?.connected && hasCapability(agent, 'AGENT_OPERATION_FEEDBACK')) {
    const message = { operations: [{ operation_id }], framework_id: { value: framework.id } };
    return [{ kind: 'send', to: agent.pid, name: 'mesos.internal.ReconcileOperationsMessage', message }];
  }
  const status = { operation_id, agent_id, state: placeState(state, agent_id?.value) };
  return tellOperation(framework, { ...status, message: 'Reconciliation: Operation is unknown' });
}

function placeState(state: MasterState, agentId: string | undefined): mesos.OperationState {
  if (agentId === undefined || state.agents.has(agentId)) return 'OPERATION_UNKNOWN';
  if (state.recovered.has(agentId)) return 'OPERATION_RECOVERING';
  if (state.registry.unreachable.has(agentId)) return 'OPERATION_UNREACHABLE';
  return state.registry.gone.has(agentId) ? 'OPERATION_GONE_BY_OPERATOR' : 'OPERATION_UNKNOWN';
}

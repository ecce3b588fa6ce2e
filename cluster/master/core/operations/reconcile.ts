/**
 * RECONCILE_OPERATIONS: answers to frameworks about the states of their operations (Mesos 1.11
 * Master::reconcileOperations).
 *
 * Out: event(UPDATE_OPERATION_STATUS), send(ReconcileOperations)
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { type AgentId, lookUp } from '../../../model/ids';
import type { Framework, MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { hasCapability } from '../validate/operation-context';
import { sendOperationUpdate } from './feedback';
import { lastStatus } from './record';

type OperationQuery = scheduler.Call.ReconcileOperations.Operation;

/** Answers for each given operation; without any, sends the latest status of all operations of the framework. */
export function reconcileOperations(
  turn: Turn,
  framework: Framework,
  call: scheduler.Call.ReconcileOperations,
): void {
  const queries = call.operations ?? [];
  if (queries.length > 0) {
    for (const operation of queries) answer(turn, framework, operation);
    return;
  }
  for (const record of [...framework.operations.values()]) {
    sendOperationUpdate(turn, framework, lastStatus(record));
  }
}

function answer(turn: Turn, framework: Framework, query: OperationQuery): void {
  const { state } = turn;
  const { operation_id, agent_id, resource_provider_id } = query;
  const record = framework.operations.get(operation_id.value);
  if (record) return sendOperationUpdate(turn, framework, lastStatus(record));
  const agent = lookUp(state.agents, agent_id?.value);
  if (agent && resource_provider_id && hasCapability(agent, 'AGENT_OPERATION_FEEDBACK')) {
    const operations = [{ operation_id, resource_provider_id }];
    const message = { operations, framework_id: { value: framework.id } };
    return emit(turn, {
      kind: 'send',
      to: agent.pid,
      name: 'mesos.internal.ReconcileOperationsMessage',
      message,
    });
  }
  const { state: told, message } = unknownOperationState(state, agent_id?.value);
  const status = {
    operation_id,
    agent_id,
    resource_provider_id,
    state: told,
    message: `Reconciliation: ${message}`,
  };
  sendOperationUpdate(turn, framework, status);
}

interface UnknownOperationState {
  readonly state: mesos.OperationState;
  readonly message: string;
}

/** The state of an unknown operation, by the state of the agent it would be on. */
function unknownOperationState(state: MasterState, agentId: AgentId | undefined): UnknownOperationState {
  if (agentId === undefined) {
    const message = "Operation is unknown and no 'agent_id' was provided";
    return { state: 'OPERATION_UNKNOWN', message };
  }
  if (state.recovered.has(agentId)) {
    return { state: 'OPERATION_RECOVERING', message: 'Agent is recovered but has not re-registered' };
  }
  if (state.agents.has(agentId)) return { state: 'OPERATION_UNKNOWN', message: 'Operation is unknown' };
  if (state.registry.unreachable.has(agentId)) {
    return { state: 'OPERATION_UNREACHABLE', message: 'Agent is unreachable' };
  }
  return state.registry.gone.has(agentId)
    ? { state: 'OPERATION_GONE_BY_OPERATOR', message: 'Agent marked gone by operator' }
    : { state: 'OPERATION_UNKNOWN', message: 'Both operation and agent are unknown' };
}

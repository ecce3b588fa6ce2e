/**
 * Applying an operation: the master changes the agent's resources at once and tells the agent to do the same (Mesos
 * 1.11 Master::_apply). Agents with the RESOURCE_PROVIDER capability get the operation and answer with its status;
 * older ones get the complete list of resources to checkpoint.
 *
 * Out: send(ApplyOperation or CheckpointResources)
 */

import { applyConversions, conversionsOf, unallocatedOperation } from '../../../model/conversions';
import { note } from '../../../model/machine';
import { nextUuid } from '../../../model/random';
import { isRefined } from '../../../model/reservations';
import { writeLegacyResources, writeResources } from '../../../model/resources';
import { uuidBase64 } from '../../../model/uuid';
import { checkpointedOf } from '../../../model/volumes';
import { convertAgent } from '../allocator/agents';
import type { ConvertingOperation } from '../read/operation';
import { type Agent, countOf, type Framework } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { hasCapability } from '../validate/operation-context';
import { addOperation } from './record';

/** An operation to be applied at an agent. */
export interface OperationToApply {
  readonly agent: Agent;
  /** Undefined for an operation of an operator. */
  readonly framework: Framework | undefined;
  readonly operation: ConvertingOperation;
}

/**
 * Converts the resources of the agent and tells it. The caller has tried the conversion on the offered or free part.
 */
export function applyOperation(turn: Turn, application: OperationToApply): void {
  const { state } = turn;
  const { agent, framework, operation } = application;
  const total = applyConversions(agent.total, conversionsOf(unallocatedOperation(operation)));
  if ('error' in total) {
    const fields = { agent: agent.id, operation: operation.type, why: total.error };
    return note(turn, 'error', 'an operation cannot be applied: the agent lacks its resources', fields);
  }
  agent.total = total;
  convertAgent(state.allocator, agent.id, { total });
  if (framework) countOf(framework, `operations/${operation.type.toLowerCase()}`);
  if (hasCapability(agent, 'RESOURCE_PROVIDER')) order(turn, application);
  else sendCheckpoint(turn, agent);
}

function order(turn: Turn, { agent, framework, operation }: OperationToApply): void {
  const { state } = turn;
  const uuid = uuidBase64(nextUuid(state.random));
  addOperation(state, { uuid, agent, frameworkId: framework?.id, info: operation.info });
  const message = {
    framework_id: framework && { value: framework.id },
    operation_info: operation.info,
    operation_uuid: { value: uuid },
    resource_version_uuid: { uuid: { value: agent.resourceVersion ?? uuid } },
  };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.ApplyOperationMessage', message });
}

/** Sends an agent without RESOURCE_PROVIDER all its dynamic reservations and volumes, which it checkpoints. */
export function sendCheckpoint(turn: Turn, agent: Agent): void {
  const checkpointed = checkpointedOf(agent.total);
  const isModern = hasCapability(agent, 'RESERVATION_REFINEMENT');
  if (!isModern && checkpointed.some(isRefined)) {
    const fields = { agent: agent.id };
    const text =
      'refined reservations are not checkpointed: the agent lacks the capability RESERVATION_REFINEMENT';
    return note(turn, 'warn', text, fields);
  }
  const resources = isModern ? writeResources(checkpointed) : writeLegacyResources(checkpointed);
  const message = { resources };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.CheckpointResourcesMessage', message });
}

/**
 * Applying an operation: the master changes the agent's resources at once and tells the agent to do the same (Mesos
 * 1.11 Master::_apply). Agents with the RESOURCE_PROVIDER capability get the operation and answer with its status;
 * older ones get the complete list of resources to checkpoint.
 *
 * Out: send(ApplyOperation or CheckpointResources)
 */

import type * as mesos from '../../../api/generated/mesos';
import { applyConversions, conversionsOf } from '../../../model/conversions';
import { nextUuid } from '../../../model/random';
import { isRefined } from '../../../model/reservations';
import { writeLegacyResources, writeResources } from '../../../model/resources';
import { uuidBase64 } from '../../../model/uuid';
import { checkpointedOf } from '../../../model/volumes';
import { convertAgent } from '../allocator/agents';
import type { MasterEffect } from '../state/effects';
import { type Agent, countOf, type Framework, type MasterState } from '../state/state';
import { hasCapability } from '../validate/operation-context';
import { stripRole } from './normalize';
import { addOperation } from './record';

/** An operation to be applied at an agent. */
export interface OperationToApply {
  readonly agent: Agent;
  /** Undefined for an operation of an operator. */
  readonly framework: Framework | undefined;
  readonly operation: mesos.Offer.Operation;
}

/**
 * Converts the resources of the agent and tells it. The caller has tried the conversion on the offered or free part.
 */
export function applyOperation(state: MasterState, application: OperationToApply): MasterEffect[] {
  const { agent, framework, operation } = application;
  const total = applyConversions(agent.total, conversionsOf(stripRole(operation)));
  if ('error' in total) {
    const fields = { agent: agent.id, operation: operation.type ?? '', why: total.error };
    return [
      {
        kind: 'note',
        level: 'error',
        text: 'an operation cannot be applied: the agent lacks its resources',
        fields,
      },
    ];
  }
  agent.total = total;
  convertAgent(state.allocator, agent.id, { total });
  if (framework) countOf(framework, `operations/${operation.type?.toLowerCase()}`);
  return hasCapability(agent, 'RESOURCE_PROVIDER') ? order(state, application) : sendCheckpoint(agent);
}

function order(state: MasterState, { agent, framework, operation }: OperationToApply): MasterEffect[] {
  const uuid = uuidBase64(nextUuid(state.random));
  addOperation(state, { uuid, agent, frameworkId: framework?.id, info: operation });
  const message = {
    framework_id: framework && { value: framework.id },
    operation_info: operation,
    operation_uuid: { value: uuid },
    resource_version_uuid: { uuid: { value: agent.resourceVersion ?? uuid } },
  };
  return [{ kind: 'send', to: agent.pid, name: 'mesos.internal.ApplyOperationMessage', message }];
}

/** Sends an agent without RESOURCE_PROVIDER all its dynamic reservations and volumes, which it checkpoints. */
export function sendCheckpoint(agent: Agent): MasterEffect[] {
  const checkpointed = checkpointedOf(agent.total);
  const isModern = hasCapability(agent, 'RESERVATION_REFINEMENT');
  if (!isModern && checkpointed.some(isRefined)) {
    const fields = { agent: agent.id };
    const text =
      'refined reservations are not checkpointed: the agent lacks the capability RESERVATION_REFINEMENT';
    return [{ kind: 'note', level: 'warn', text, fields }];
  }
  const resources = isModern ? writeResources(checkpointed) : writeLegacyResources(checkpointed);
  const message = { resources };
  return [{ kind: 'send', to: agent.pid, name: 'mesos.internal.CheckpointResourcesMessage', message }];
}

/**
 * Operations on the resources of the agent's machine: applied in order, kept with what they make, and their statuses
 * delivered until they are acknowledged (Mesos 1.11 src/slave/slave.cpp, applyOperation and reconcileOperations).
 *
 * In: master.applyOperation, master.acknowledgeOperation, master.reconcileOperations, woke(operation)
 * Out: send(UpdateOperationStatus), wake
 * Always true: an operation is applied once; it is forgotten when its last status is acknowledged.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import {
  applyConversions,
  conversionsOf,
  type ResourceOperation,
  unallocatedOperation,
} from '../../../model/conversions';
import { note } from '../../../model/machine';
import { nextUuidBytes } from '../../../model/random';
import { type Resources, readResources, type WireResource } from '../../../model/resources';
import { keep } from '../checkpoint/keep';
import type { EventOf } from '../state/events';
import type { AgentOperation, AgentState } from '../state/state';
import { type Timer, type Turn, wake } from '../state/turn';
import { endDrain } from '../tasks/drained';
import { keepTotal, totalOf } from './checkpointed-resources';

/** As for updates of tasks (Mesos 1.11 src/slave/constants.hpp). */
export const RETRY_FIRST_MS = 10_000;
const RETRY_MAX_MS = 600_000;

/** Applies an operation. One that does not fit is an error of the master, whose resources are then not ours. */
export function applyOperation(turn: Turn, { message }: EventOf<'master.applyOperation'>): void {
  const { state } = turn;
  const { framework_id, operation_info: info, operation_uuid: uuid } = message;
  if (state.agentId === undefined || state.operations.has(uuid.value)) return;
  const operation = readOperation(info);
  const total = operation
    ? applyConversions(totalOf(state), conversionsOf(unallocatedOperation(operation)))
    : { error: `${info.type} needs a resource provider, and this agent has none` };
  const error = 'error' in total ? total.error : undefined;
  if ('error' in total) note(turn, 'error', 'an operation cannot be applied', { why: total.error });
  else keepTotal(state, total);
  const status: mesos.OperationStatus = {
    operation_id: info.id,
    state: error === undefined ? 'OPERATION_FINISHED' : 'OPERATION_ERROR',
    message: error,
    uuid: { value: nextUuidBytes(state.random) },
    agent_id: { value: state.agentId },
  };
  add(turn, {
    framework_id,
    agent_id: { value: state.agentId },
    info,
    latest_status: status,
    statuses: [status],
    uuid,
  });
}

function add(turn: Turn, operation: mesos.Operation): void {
  const { state } = turn;
  const uuid = operation.uuid.value;
  const record: AgentOperation = { operation, retryMs: RETRY_FIRST_MS };
  state.operations.set(uuid, record);
  keep(state, { entry: 'operation', uuid, value: operation });
  deliver(turn, record);
}

/** Sends the status now, and again until it is acknowledged. */
function deliver(turn: Turn, record: AgentOperation): void {
  const { framework_id, latest_status, uuid } = record.operation;
  sendStatus(turn, { framework_id, status: latest_status, latest_status, operation_uuid: uuid });
  wake(turn, { kind: 'operation', uuid: uuid.value }, turn.now + record.retryMs);
}

function sendStatus(
  { state, effects }: Turn,
  update: Omit<internal.UpdateOperationStatusMessage, 'slave_id'>,
): void {
  const { master, agentId, phase } = state;
  if (master === undefined || agentId === undefined || phase !== 'running') return;
  const message = { ...update, slave_id: { value: agentId } };
  effects.push({ kind: 'send', to: master, name: 'mesos.internal.UpdateOperationStatusMessage', message });
}

export function resendOperation(turn: Turn, { uuid }: Timer<'operation'>): void {
  const record = turn.state.operations.get(uuid);
  if (!record) return;
  record.retryMs = Math.min(RETRY_MAX_MS, record.retryMs * 2);
  deliver(turn, record);
}

/** The agent is registered: all statuses are sent at once, as those of tasks are. */
export function resendOperations(turn: Turn): void {
  for (const record of turn.state.operations.values()) {
    record.retryMs = RETRY_FIRST_MS;
    deliver(turn, record);
  }
}

/** A status is acknowledged. All statuses here are last ones, so the operation is forgotten. */
export function operationAcknowledged(
  { state }: Turn,
  { message }: EventOf<'master.acknowledgeOperation'>,
): void {
  const uuid = message.operation_uuid.value;
  const record = state.operations.get(uuid);
  if (record?.operation.latest_status.uuid?.value !== message.status_uuid.value) return;
  state.operations.delete(uuid);
  keep(state, { entry: 'operation', uuid, value: undefined });
  endDrain(state);
}

/**
 * The master asks for operations that it misses: those that never came here are dropped. With a framework it is the
 * framework that asks, and for resource providers, of which there are none.
 */
export function reconcileOperations(turn: Turn, { message }: EventOf<'master.reconcileOperations'>): void {
  const { framework_id, operations = [] } = message;
  for (const { operation_uuid, operation_id, resource_provider_id } of operations) {
    const record = findOperation(turn.state, framework_id, { operation_uuid, operation_id });
    if (record && framework_id) {
      const { uuid: _uuid, ...status } = record.operation.latest_status;
      sendStatus(turn, { framework_id, status, operation_uuid: record.operation.uuid });
    } else if (!record)
      sendStatus(turn, {
        framework_id,
        status: {
          operation_id,
          resource_provider_id,
          state: framework_id ? 'OPERATION_UNKNOWN' : 'OPERATION_DROPPED',
          agent_id: turn.state.agentId === undefined ? undefined : { value: turn.state.agentId },
        },
        operation_uuid,
      });
  }
}

function findOperation(
  { operations }: AgentState,
  framework: mesos.FrameworkID | undefined,
  { operation_uuid, operation_id }: internal.ReconcileOperationsMessage.Operation,
): AgentOperation | undefined {
  if (operation_uuid) return operations.get(operation_uuid.value);
  return [...operations.values()].find(
    ({ operation }) =>
      operation_id !== undefined &&
      operation.framework_id?.value === framework?.value &&
      operation.info.id?.value === operation_id.value,
  );
}

/** An operation on resources of the machine; undefined for one that only a resource provider can carry out. */
function readOperation(info: mesos.Offer.Operation): ResourceOperation | undefined {
  const read = (resources: readonly mesos.Resource[] | undefined): Resources =>
    readResources(resources as readonly WireResource[] | undefined);
  switch (info.type) {
    case 'RESERVE':
      return {
        type: 'RESERVE',
        resources: read(info.reserve?.resources),
        source: read(info.reserve?.source),
      };
    case 'UNRESERVE':
      return { type: 'UNRESERVE', resources: read(info.unreserve?.resources) };
    case 'CREATE':
      return { type: 'CREATE', volumes: read(info.create?.volumes) };
    case 'DESTROY':
      return { type: 'DESTROY', volumes: read(info.destroy?.volumes) };
    case 'GROW_VOLUME': {
      const { volume, addition } = info.grow_volume ?? {};
      return {
        type: 'GROW_VOLUME',
        volume: read(volume && [volume]),
        addition: read(addition && [addition]),
      };
    }
    case 'SHRINK_VOLUME': {
      const { volume, subtract } = info.shrink_volume ?? {};
      return {
        type: 'SHRINK_VOLUME',
        volume: read(volume && [volume]),
        subtractMilli: Math.round((subtract?.value ?? 0) * 1000),
      };
    }
    default:
      return undefined;
  }
}

/**
 * What agents say of operations, and frameworks' acknowledgements (Mesos 1.11 Master::updateOperationStatus).
 *
 * In: agent.operation, ACKNOWLEDGE_OPERATION_STATUS      Out: event(UPDATE_OPERATION_STATUS),
 * send(AcknowledgeOperationStatus)
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import type { Millis } from '../../../model/time';
import { checkDrained } from '../drained';
import type { MasterEffect } from '../effects';
import type { EventOf } from '../events';
import { type Agent, count, type Framework, type MasterState, type OperationRecord } from '../state';
import { tellOperation } from './feedback';
import { isEnd, removeOperation, setStatus } from './record';

/** A status from an agent: into the record, to the framework that asked; otherwise we acknowledge it ourselves. */
export function operationReported(
  state: MasterState,
  { pid, message, at }: EventOf<'agent.operation'>,
): MasterEffect[] {
  count(state, 'master/messages_operation_status_update');
  const framework = state.frameworks.get(message.framework_id?.value ?? '');
  if (!message.operation_uuid) return framework ? tellOperation(framework, message.status) : [];
  const agent = state.agents.get(message.slave_id?.value ?? state.agentIdByPid.get(pid) ?? '');
  const record = agent?.operations.get(message.operation_uuid.value);
  if (!agent || agent.pid !== pid || !record) {
    count(state, 'master/invalid_operation_status_updates');
    return agent && framework ? tellOperation(framework, message.status) : [];
  }
  count(state, 'master/valid_operation_status_updates');
  const status = { ...message.status, operation_id: record.info.id };
  setStatus(
    state,
    record,
    message.latest_status ? { ...message.latest_status, operation_id: record.info.id } : status,
  );
  return [...passOn(state, agent, record, status), ...checkDrained(state, agent.id, at)];
}

function passOn(
  state: MasterState,
  agent: Agent,
  record: OperationRecord,
  status: mesos.OperationStatus,
): MasterEffect[] {
  const owner = state.frameworks.get(record.frameworkId ?? '');
  const isOver = isEnd(record.latest.state);
  if (record.info.id && owner) {
    if (isOver && !status.uuid) removeOperation(state, record);
    return tellOperation(owner, status);
  }
  if (isOver) removeOperation(state, record);
  return status.uuid ? [acknowledgeEffect(agent, record, status.uuid)] : [];
}

function acknowledgeEffect(agent: Agent, record: OperationRecord, uuid: mesos.UUID): MasterEffect {
  const message = { status_uuid: uuid, operation_uuid: { value: record.uuid } };
  return { kind: 'send', to: agent.pid, name: 'mesos.internal.AcknowledgeOperationStatusMessage', message };
}

/** ACKNOWLEDGE_OPERATION_STATUS: the agent stops to resend; the last one ends the operation. */
export function acknowledgeOperation(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.AcknowledgeOperationStatus,
  now: Millis,
): MasterEffect[] {
  count(state, 'master/messages_operation_status_update_acknowledgement');
  const record = framework.operations.get(call.operation_id.value);
  const agent = state.agents.get(call.agent_id?.value ?? record?.agentId ?? '');
  const last = record?.statuses.at(-1);
  if (!record || !agent || agent.id !== record.agentId || !last) {
    count(state, 'master/invalid_operation_status_update_acknowledgements');
    return [];
  }
  count(state, 'master/valid_operation_status_update_acknowledgements');
  if (isEnd(last.state) && last.uuid?.value === call.uuid) removeOperation(state, record);
  const told = agent.connected ? [acknowledgeEffect(agent, record, { value: call.uuid })] : [];
  return [...told, ...checkDrained(state, agent.id, now)];
}

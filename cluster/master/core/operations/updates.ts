/**
 * Status updates of operations from agents, and acknowledgements of frameworks (Mesos 1.11
 * Master::updateOperationStatus).
 *
 * In: agent.operation, ACKNOWLEDGE_OPERATION_STATUS      Out: event(UPDATE_OPERATION_STATUS),
 * send(AcknowledgeOperationStatus)
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { lookUp } from '../../../model/ids';
import type { Millis } from '../../../model/time';
import { checkDrained } from '../drain/drained';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { type Agent, count, type Framework, type MasterState, type OperationRecord } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { hasCapability } from '../validate/operation-context';
import { sendOperationUpdate } from './feedback';
import { isEnd, removeOperation, setStatus } from './record';

/**
 * Records the status of an operation and forwards it to its framework. Without one that acknowledges, the master
 * does.
 */
export function operationReported(turn: Turn, { pid, message, at: now }: EventOf<'agent.operation'>): void {
  const { state } = turn;
  count(state, 'master/messages_operation_status_update');
  const framework = lookUp(state.frameworks, message.framework_id?.value);
  if (!message.operation_uuid) {
    if (framework) sendOperationUpdate(turn, framework, message.status);
    return;
  }
  const agent = lookUp(state.agents, message.slave_id?.value ?? state.agentIdByPid.get(pid));
  const record = agent?.operations.get(message.operation_uuid.value);
  if (!agent || agent.pid !== pid || !record) {
    count(state, 'master/invalid_operation_status_updates');
    if (agent && framework) sendOperationUpdate(turn, framework, message.status);
    return;
  }
  count(state, 'master/valid_operation_status_updates');
  const status = { ...message.status, operation_id: record.info.id };
  setStatus(
    state,
    record,
    message.latest_status ? { ...message.latest_status, operation_id: record.info.id } : status,
  );
  forwardOperationUpdate(turn, agent, { record, status, now });
  checkDrained(turn, agent.id);
}

/**
 * The time after the reregistration of an agent in which an unknown framework may subscribe to acknowledge its
 * operations (Mesos 1.11 MIN_WAIT_BEFORE_ORPHAN_OPERATION_ADOPTION). Afterwards the master acknowledges them.
 */
const ADOPTION_WAIT_MS = 600_000;

interface Reported {
  readonly record: OperationRecord;
  readonly status: mesos.OperationStatus;
  readonly now: Millis;
}

function forwardOperationUpdate(turn: Turn, agent: Agent, reported: Reported): void {
  const { state } = turn;
  const { record, status } = reported;
  const owner = lookUp(state.frameworks, record.frameworkId);
  const isOver = isEnd(record.latest.state);
  if (record.info.id && owner) {
    if (isOver && !status.uuid) removeOperation(state, record);
    return sendOperationUpdate(turn, owner, status);
  }
  if (status.uuid && mayBeClaimed(state, agent, reported)) return;
  if (isOver) removeOperation(state, record);
  if (status.uuid) emit(turn, acknowledgeEffect(agent, record, status.uuid));
}

/** True when the framework of an operation may still subscribe: it has not ended, and the agent returned recently. */
function mayBeClaimed(
  { completed }: MasterState,
  { reregisteredAt }: Agent,
  { record: { info, frameworkId }, now }: Reported,
): boolean {
  if (!info.id || frameworkId === undefined || completed.has(frameworkId)) return false;
  return reregisteredAt !== undefined && now - reregisteredAt < ADOPTION_WAIT_MS;
}

function acknowledgeEffect(agent: Agent, record: OperationRecord, uuid: mesos.UUID): MasterEffect {
  const message = { status_uuid: uuid, operation_uuid: { value: record.uuid } };
  return { kind: 'send', to: agent.pid, name: 'mesos.internal.AcknowledgeOperationStatusMessage', message };
}

/**
 * ACKNOWLEDGE_OPERATION_STATUS: passes it to the agent, which stops retrying. For a terminal status the operation
 * ends.
 */
export function acknowledgeOperation(
  turn: Turn,
  framework: Framework,
  call: scheduler.Call.AcknowledgeOperationStatus,
): void {
  const { state } = turn;
  count(state, 'master/messages_operation_status_update_acknowledgement');
  const agent = lookUp(state.agents, call.agent_id?.value);
  const record = framework.operations.get(call.operation_id.value);
  const acknowledged = record?.statuses.find(({ uuid }) => uuid?.value === call.uuid);
  const isAble = agent?.connected && hasCapability(agent, 'AGENT_OPERATION_FEEDBACK');
  if (!record || !acknowledged || !isAble || agent.id !== record.agentId) {
    count(state, 'master/invalid_operation_status_update_acknowledgements');
    return;
  }
  count(state, 'master/valid_operation_status_update_acknowledgements');
  if (isEnd(acknowledged.state)) removeOperation(state, record);
  const told = acknowledgeEffect(agent, record, { value: call.uuid });
  emit(turn, told);
  checkDrained(turn, agent.id);
}

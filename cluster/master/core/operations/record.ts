/**
 * Operations under way at agents, as GET_OPERATIONS shows them. An operation stays until its last status is
 * acknowledged, or is terminal and nobody has to.
 */

import type * as mesos from '../../../api/generated/mesos';
import { type Agent, count, type Framework, type MasterState, type OperationRecord } from '../state';

/** Operations that end like this are over. */
const ENDS: ReadonlySet<mesos.OperationState> = new Set([
  'OPERATION_FINISHED',
  'OPERATION_FAILED',
  'OPERATION_ERROR',
  'OPERATION_DROPPED',
  'OPERATION_GONE_BY_OPERATOR',
]);

export function isEnd(state: mesos.OperationState): boolean {
  return ENDS.has(state);
}

export interface NewOperation {
  /** Base64 of 16 bytes. */
  readonly uuid: string;
  readonly agent: Agent;
  readonly framework: Framework | undefined;
  readonly info: mesos.Offer.Operation;
}

/** Takes an operation into the lists of its agent and framework, as pending. */
export function addOperation(
  state: MasterState,
  { uuid, agent, framework, info }: NewOperation,
): OperationRecord {
  const record: OperationRecord = {
    uuid,
    agentId: agent.id,
    frameworkId: framework?.id,
    info,
    latest: { operation_id: info.id, state: 'OPERATION_PENDING', agent_id: { value: agent.id } },
    statuses: [],
  };
  agent.operations.set(uuid, record);
  if (framework && info.id) framework.operations.set(info.id.value, record);
  count(state, 'master/operations/total');
  return record;
}

/** Forgets an operation. */
export function removeOperation(
  state: MasterState,
  { agentId, frameworkId, uuid, info }: OperationRecord,
): void {
  state.agents.get(agentId)?.operations.delete(uuid);
  const framework = state.frameworks.get(frameworkId ?? '');
  const id = info.id?.value;
  if (id !== undefined && framework?.operations.get(id)?.uuid === uuid) framework.operations.delete(id);
}

/** Takes a status in. The first terminal one stays. */
export function setStatus(record: OperationRecord, status: mesos.OperationStatus): void {
  if (!isEnd(record.latest.state)) record.latest = status;
  record.statuses = [...record.statuses, status].slice(-STATUSES_MAX);
}

const STATUSES_MAX = 10;

/** An operation on the wire. */
export function printOperation(record: OperationRecord): mesos.Operation {
  return {
    framework_id: record.frameworkId === undefined ? undefined : { value: record.frameworkId },
    agent_id: { value: record.agentId },
    info: record.info,
    latest_status: record.latest,
    statuses: record.statuses,
    uuid: { value: record.uuid },
  };
}

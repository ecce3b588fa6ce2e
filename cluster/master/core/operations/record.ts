/**
 * Records of operations at agents, as GET_OPERATIONS shows them. An operation stays until its terminal status is
 * acknowledged, or until it is terminal if nobody has to acknowledge.
 */

import type * as mesos from '../../../api/generated/mesos';
import { sameContent } from '../../../model/equal';
import { type FrameworkId, lookUp } from '../../../model/ids';
import type { Agent, Framework, MasterState, OperationRecord } from '../state/state';
import { countOperation } from './counts';

/** The terminal states. */
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
  /** Undefined for an operation of an operator. The framework may be unknown until it subscribes. */
  readonly frameworkId: FrameworkId | undefined;
  readonly info: mesos.Offer.Operation;
  readonly latest?: mesos.OperationStatus;
}

/** Adds an operation to its agent and framework; pending unless the agent reports a later status. */
export function addOperation(
  state: MasterState,
  { uuid, agent, frameworkId, info, latest }: NewOperation,
): OperationRecord {
  const record: OperationRecord = {
    uuid,
    agentId: agent.id,
    frameworkId,
    info,
    latest: latest ?? { operation_id: info.id, state: 'OPERATION_PENDING', agent_id: { value: agent.id } },
    statuses: [],
  };
  agent.operations.set(uuid, record);
  const framework = lookUp(state.frameworks, frameworkId);
  if (framework && info.id) framework.operations.set(info.id.value, record);
  countOperation(state, info.type, record.latest.state);
  return record;
}

/** Removes an operation from its agent and framework. */
export function removeOperation(
  state: MasterState,
  { agentId, frameworkId, uuid, info, latest }: OperationRecord,
): void {
  if (!isEnd(latest.state)) countOperation(state, info.type, latest.state, -1);
  state.agents.get(agentId)?.operations.delete(uuid);
  const framework = lookUp(state.frameworks, frameworkId);
  const id = info.id?.value;
  if (id !== undefined && framework?.operations.get(id)?.uuid === uuid) framework.operations.delete(id);
}

/** Gives a new framework its operations that agents reported before it subscribed. */
export function claimOperations({ agents }: MasterState, framework: Framework): void {
  for (const { operations } of agents.values()) {
    if (operations.size === 0) continue;
    for (const record of operations.values()) {
      const id = record.info.id?.value;
      if (record.frameworkId === framework.id && id !== undefined) framework.operations.set(id, record);
    }
  }
}

/** The last status of an operation for reconciliation, without its uuid: it is not to be acknowledged again. */
export function lastStatus({ statuses, latest }: OperationRecord): mesos.OperationStatus {
  return { ...(statuses.at(-1) ?? latest), uuid: undefined };
}

/** Records a status. The first terminal one stays the latest; a repeated one is recorded once. */
export function setStatus(state: MasterState, record: OperationRecord, status: mesos.OperationStatus): void {
  setLatest(state, record, status);
  if (sameContent(record.statuses.at(-1), status)) return;
  record.statuses = [...record.statuses, status].slice(-STATUSES_MAX);
}

/** Sets the latest status without adding it to the list of statuses. */
export function setLatest(state: MasterState, record: OperationRecord, status: mesos.OperationStatus): void {
  if (isEnd(record.latest.state)) return;
  countOperation(state, record.info.type, record.latest.state, -1);
  countOperation(state, record.info.type, status.state);
  record.latest = status;
}

const STATUSES_MAX = 10;

/** An operation in the form of the v1 API. */
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

/**
 * Operations a returning agent reports (UpdateSlaveMessage): what it has counts; what it does not know any
 * more is asked for once (Mesos 1.11 Master::updateSlave).
 */

import type * as mesos from '../../../api/generated/mesos';
import type { MasterEffect } from '../state/effects';
import type { Agent, MasterState } from '../state/state';
import { addOperation, isEnd, removeOperation, setLatest } from './record';

/** Takes the agent's list over; one that is not there is empty. */
export function adoptOperations(
  state: MasterState,
  agent: Agent,
  reported: readonly mesos.Operation[] | undefined,
): MasterEffect[] {
  const seen = new Set<string>();
  for (const { uuid, framework_id, info, latest_status, statuses } of reported ?? []) {
    seen.add(uuid.value);
    const frameworkId = framework_id?.value;
    const existing = agent.operations.get(uuid.value);
    if (existing) setLatest(state, existing, latest_status);
    const record =
      existing ?? addOperation(state, { uuid: uuid.value, agent, frameworkId, info, latest: latest_status });
    record.statuses = statuses ?? record.statuses;
  }
  const missing = [...agent.operations.values()].filter(({ uuid }) => !seen.has(uuid));
  for (const record of missing.filter(({ latest }) => isEnd(latest.state))) removeOperation(state, record);
  const unfinished = missing.filter(({ latest }) => !isEnd(latest.state));
  if (unfinished.length === 0) return [];
  const message = { operations: unfinished.map(({ uuid }) => ({ operation_uuid: { value: uuid } })) };
  return [{ kind: 'send', to: agent.pid, name: 'mesos.internal.ReconcileOperationsMessage', message }];
}

/**
 * Operations that an agent reports in UpdateSlaveMessage. Its list replaces the master's; the agent is asked to
 * reconcile unfinished operations that it does not report (Mesos 1.11 Master::updateSlave).
 */

import type * as mesos from '../../../api/generated/mesos';
import type { Agent } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { addOperation, isEnd, removeOperation, setLatest } from './record';

/**
 * Adopts the operations that an agent reports; without a list it has none. Missing ones that have ended are removed.
 */
export function adoptOperations(
  turn: Turn,
  agent: Agent,
  reported: readonly mesos.Operation[] | undefined,
): void {
  const { state } = turn;
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
  if (unfinished.length === 0) return;
  const message = { operations: unfinished.map(({ uuid }) => ({ operation_uuid: { value: uuid } })) };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.ReconcileOperationsMessage', message });
}

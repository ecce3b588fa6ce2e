/**
 * Executors that frameworks define, with the resources they use beside those of their tasks. The executors of command
 * tasks are known to their agents only.
 *
 * Always true: an executor's resources are allocated from its first task until its agent reports its exit.
 */

import type * as mesos from '../../../api/generated/mesos';
import { type FrameworkId, lookUp } from '../../../model/ids';
import { unallocated } from '../../../model/resources';
import { allocateResources, recoverResources } from '../allocator/allocated';
import { allocatedRole } from '../read/agent-report';
import { type ParsedExecutor, readExecutor } from '../read/task';
import { executorKey } from '../state/keys';
import type { Agent, ExecutorRecord, MasterState } from '../state/state';

/**
 * Adds an executor to the agent's list. The caller allocates its resources: those of a launch are allocated already.
 */
export function addExecutor(
  agent: Agent,
  { frameworkId, role, executor }: { frameworkId: FrameworkId; role: string; executor: ParsedExecutor },
): ExecutorRecord {
  const { id, info, resources: allocated } = executor;
  const resources = unallocated(allocated);
  const record = { id, frameworkId, agentId: agent.id, role, info, resources, allocated };
  agent.executors.set(executorKey(frameworkId, id), record);
  return record;
}

/** Removes an executor and recovers its resources. */
export function removeExecutor(state: MasterState, agent: Agent, record: ExecutorRecord): void {
  agent.executors.delete(executorKey(record.frameworkId, record.id));
  recoverResources(state.allocator, record, record.resources);
}

/**
 * The executors of a framework on all agents. It runs for each event about a framework, so agents without any are
 * skipped.
 */
export function executorsOf(state: MasterState, frameworkId: FrameworkId): ExecutorRecord[] {
  const records: ExecutorRecord[] = [];
  for (const { executors } of state.agents.values()) {
    if (executors.size === 0) continue;
    for (const record of executors.values()) if (record.frameworkId === frameworkId) records.push(record);
  }
  return records;
}

/** Replaces the executors of a returning agent by those that it reports; those of unknown frameworks are left out. */
export function adoptExecutors(
  state: MasterState,
  agent: Agent,
  infos: readonly mesos.ExecutorInfo[] | undefined,
): void {
  agent.executors.clear();
  for (const info of infos ?? []) {
    const framework = lookUp(state.frameworks, info.framework_id?.value);
    if (!framework) continue;
    const role = allocatedRole(info.resources);
    const record = addExecutor(agent, {
      frameworkId: framework.id,
      role: role ?? framework.roles[0] ?? '*',
      executor: readExecutor(info),
    });
    allocateResources(state.allocator, record, record.resources);
  }
}

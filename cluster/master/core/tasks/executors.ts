/**
 * Executors the master knows of: those that frameworks bring along, with the resources they use beside their
 * tasks'. What runs a task that is only a command is the agent's own business.
 *
 * Always true: an executor's resources count as used from its first task until its agent says that it ended.
 */

import type * as mesos from '../../../api/generated/mesos';
import { type Resources, readResources, unallocated } from '../../../model/resources';
import { allocateResources, recoverResources } from '../allocator/allocated';
import { executorKey } from '../state/keys';
import type { Agent, ExecutorRecord, MasterState } from '../state/state';

/** Takes an executor into the agent's list. Whether its resources are taken already is the caller's to know. */
export function addExecutor(
  agent: Agent,
  { frameworkId, role, info }: { frameworkId: string; role: string; info: mesos.ExecutorInfo },
): ExecutorRecord {
  const resources: Resources = unallocated(readResources(info.resources));
  const record = {
    id: info.executor_id.value,
    frameworkId,
    agentId: agent.id,
    role,
    info,
    resources,
  };
  agent.executors.set(executorKey(frameworkId, record.id), record);
  return record;
}

/** The executor ended: what it used is free again. */
export function removeExecutor(state: MasterState, agent: Agent, record: ExecutorRecord): void {
  agent.executors.delete(executorKey(record.frameworkId, record.id));
  recoverResources(state.allocator, record, record.resources);
}

/** All executors of a framework, wherever they are. Asked for each event of a framework: most agents have none. */
export function executorsOf(state: MasterState, frameworkId: string): ExecutorRecord[] {
  const records: ExecutorRecord[] = [];
  for (const { executors } of state.agents.values()) {
    if (executors.size === 0) continue;
    for (const record of executors.values()) if (record.frameworkId === frameworkId) records.push(record);
  }
  return records;
}

/**
 * Replaces the executors of an agent by those that it reports when it returns. Frameworks nobody knows have
 * none.
 */
export function adoptExecutors(
  state: MasterState,
  agent: Agent,
  infos: readonly mesos.ExecutorInfo[] | undefined,
): void {
  agent.executors.clear();
  for (const info of infos ?? []) {
    const framework = state.frameworks.get(info.framework_id?.value ?? '');
    if (!framework) continue;
    const role = (info.resources ?? []).find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
    const record = addExecutor(agent, {
      frameworkId: framework.id,
      role: role ?? framework.roles[0] ?? '*',
      info,
    });
    allocateResources(state.allocator, record, record.resources);
  }
}

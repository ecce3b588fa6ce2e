/**
 * The metrics of the agent, under Mesos' names (`/metrics/snapshot`, Mesos 1.11).
 */

import { readResources, scalarOf, type WireResource } from '../../../model/resources';
import { isTerminal } from '../../../model/task-state';
import { isRevocable } from '../../../model/volumes';
import { systemMetrics } from '../../../runtime/system';
import { pendingRemovals } from '../../core/executors/garbage';
import type { AgentState, Executor } from '../../core/state/state';
import { allocatedSum, executorsOf } from '../../views/allocated';

const COUNTERS = [
  'tasks_finished',
  'tasks_failed',
  'tasks_killed',
  'tasks_lost',
  'tasks_gone',
  'valid_status_updates',
  'invalid_status_updates',
  'container_launch_errors',
  'tasks_error',
  'valid_framework_messages',
  'invalid_framework_messages',
  'executors_preempted',
  'executors_terminated',
  'recovery_time_secs',
  'recovery_errors',
];

/** Metrics of parts that do not exist here, which exporters expect of every agent. */
const OTHERS = [
  'containerizer/mesos/container_destroy_errors',
  'containerizer/mesos/provisioner/bind/remove_rootfs_errors',
  'containerizer/mesos/provisioner/remove_container_errors',
  'resource_provider_manager/events/disconnect',
  'resource_provider_manager/events/subscribe',
  'resource_provider_manager/subscribed',
];

/** All metrics at one moment, by name. */
export function snapshot(state: AgentState, now: number): Record<string, number> {
  const executors = executorsOf(state);
  const all: Record<string, number> = {};
  for (const name of OTHERS) all[name] = 0;
  for (const name of COUNTERS) all[`slave/${name}`] = 0;
  for (const name of ['succeeded', 'failed']) all[`gc/path_removals_${name}`] = 0;
  for (const [name, value] of state.counters) all[name] = value;
  all['slave/registered'] = state.phase === 'running' ? 1 : 0;
  all['slave/uptime_secs'] = (now - state.boot.startedAt) / 1000;
  all['slave/executor_directory_max_allowed_age_secs'] = state.garbage.maxAgeMs / 1000;
  all['gc/path_removals_pending'] = pendingRemovals(state.garbage);
  all['slave/frameworks_active'] = state.frameworks.size;
  for (const phase of ['registering', 'running', 'terminating'] as const) {
    all[`slave/executors_${phase}`] = executors.filter((executor) => executor.state === phase).length;
  }
  Object.assign(all, taskCounts(executors), resourceSums(state, executors), systemMetrics());
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function taskCounts(executors: readonly Executor[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of ['staging', 'starting', 'running', 'killing']) counts[`slave/tasks_${name}`] = 0;
  const tasks = executors.flatMap((executor) => [...executor.tasks.values()]);
  for (const { state } of tasks) {
    const name = `slave/${state.toLowerCase().replace('task_', 'tasks_')}`;
    if (!isTerminal(state)) counts[name] = (counts[name] ?? 0) + 1;
  }
  const queued = executors.reduce((sum, executor) => sum + executor.queued.size, 0);
  counts['slave/tasks_staging'] = (counts['slave/tasks_staging'] ?? 0) + queued;
  return counts;
}

function resourceSums(state: AgentState, executors: readonly Executor[]): Record<string, number> {
  const allocated = allocatedSum(executors);
  const total = readResources(state.boot.resources as readonly WireResource[]);
  const used = allocated.filter((resource) => !isRevocable(resource));
  const sums: Record<string, number> = {};
  for (const name of ['cpus', 'mem', 'disk', 'gpus']) {
    addSums(sums, `slave/${name}`, scalarOf(total, name), scalarOf(used, name));
    const revocable = scalarOf(allocated.filter(isRevocable), name);
    addSums(sums, `slave/${name}_revocable`, scalarOf(state.oversubscribed, name), revocable);
  }
  return sums;
}

function addSums(sums: Record<string, number>, prefix: string, total: number, used: number): void {
  sums[`${prefix}_total`] = total;
  sums[`${prefix}_used`] = used;
  sums[`${prefix}_percent`] = total === 0 ? 0 : used / total;
}

/**
 * The master's metrics under the names that exporters and dashboards read (`/metrics/snapshot`, Mesos 1.11).
 */

import type { Resources } from '../../model/resources';
import { TASK_STATES } from '../../model/task-state';
import { isRevocable, isShared } from '../../model/volumes';
import type { Timings } from '../../runtime/metrics';
import { systemMetrics } from '../../runtime/system';
import { allocatedOf } from '../core/allocator/agents';
import { COUNTED_STATES, COUNTED_TYPES, shortState } from '../core/operations/counts';
import { isOffered, type MasterState } from '../core/state/state';
import { sharedOnlyOffered } from '../core/tasks/holdings';
import { allocatorNumbers } from './allocator-metrics';

/** Counters that exist from the start, at zero: exporters complain about missing ones. */
const COUNTERS = [
  'tasks_finished',
  'tasks_failed',
  'tasks_killed',
  'tasks_lost',
  'tasks_error',
  'tasks_dropped',
  'tasks_gone',
  'tasks_gone_by_operator',
  'tasks_launched',
  'valid_status_updates',
  'invalid_status_updates',
  'valid_status_update_acknowledgements',
  'invalid_status_update_acknowledgements',
  'slave_registrations',
  'slave_reregistrations',
  'slave_removals',
  'slave_removals/reason_unhealthy',
  'slave_removals/reason_unregistered',
  'slave_unreachable_scheduled',
  'slave_unreachable_completed',
  'messages_launch_tasks',
  'messages_decline_offers',
  'messages_revive_offers',
  'messages_suppress_offers',
  'messages_kill_task',
  'messages_reconcile_tasks',
  'messages_status_update_acknowledgement',
  'messages_unregister_framework',
  'messages_resource_request',
  'slave_unreachable_canceled',
  'slave_shutdowns_scheduled',
  'slave_shutdowns_completed',
  'slave_shutdowns_canceled',
  'recovery_slave_removals',
  'slave_removals/reason_registered',
  'dropped_messages',
  'messages_register_slave',
  'messages_reregister_slave',
  'messages_unregister_slave',
  'messages_update_slave',
  'messages_status_update',
  'messages_register_framework',
  'messages_reregister_framework',
  'messages_deactivate_framework',
  'messages_framework_to_executor',
  'messages_executor_to_framework',
  'messages_exited_executor',
  'messages_authenticate',
  'messages_reconcile_operations',
  'messages_operation_status_update',
  'messages_operation_status_update_acknowledgement',
  'valid_operation_status_updates',
  'invalid_operation_status_updates',
  'valid_operation_status_update_acknowledgements',
  'invalid_operation_status_update_acknowledgements',
  'valid_framework_to_executor_messages',
  'invalid_framework_to_executor_messages',
  'valid_executor_to_framework_messages',
  'invalid_executor_to_framework_messages',
  'http_cache_hits',
  'event_queue_messages',
  'event_queue_dispatches',
  'event_queue_http_requests',
  ...['', ...COUNTED_TYPES.map((type) => `${type.toLowerCase()}/`)].flatMap((prefix) =>
    ['total', ...COUNTED_STATES.map(shortState)].map((name) => `operations/${prefix}${name}`),
  ),
];

/** All metrics of this moment by name, sorted as in the original. */
export function snapshot(
  state: MasterState,
  now: number,
  timings: readonly Timings[] = [],
): Record<string, number> {
  const all: Record<string, number> = {};
  for (const timing of timings) Object.assign(all, timing.snapshot());
  all['registrar/log/recovered'] = state.electedAt === undefined ? 0 : 1;
  all['registrar/log/ensemble_size'] = 1;
  for (const name of COUNTERS) all[`master/${name}`] = 0;
  for (const [name, value] of state.counters) if (name.startsWith('master/')) all[name] = value;
  all['master/elected'] = state.electedAt === undefined ? 0 : 1;
  all['master/uptime_secs'] = (now - state.boot.startedAt) / 1000;
  all['master/outstanding_offers'] = state.offers.size;
  all['master/operator_event_stream_subscribers'] = state.operators.size;
  all['allocator/mesos/allocation_runs'] = state.allocator.runs;
  all['registrar/queued_operations'] = state.registry.queued.length;
  Object.assign(
    all,
    countAgents(state),
    countFrameworks(state),
    countTasks(state),
    sumResources(state),
    allocatorNumbers(state),
    systemMetrics(),
  );
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function countAgents(state: MasterState): Record<string, number> {
  const agents = [...state.agents.values()];
  const connected = agents.filter((agent) => agent.connected).length;
  const active = agents.filter(isOffered).length;
  return {
    'master/slaves_connected': connected,
    'master/slaves_disconnected': agents.length - connected,
    'master/slaves_active': active,
    'master/slaves_inactive': agents.length - active,
    'master/slaves_unreachable': state.registry.unreachable.size,
  };
}

function countFrameworks(state: MasterState): Record<string, number> {
  const frameworks = [...state.frameworks.values()];
  const connected = frameworks.filter(({ stream }) => stream !== undefined).length;
  const active = frameworks.filter((framework) => framework.active).length;
  return {
    'master/frameworks_connected': connected,
    'master/frameworks_disconnected': frameworks.length - connected,
    'master/frameworks_active': active,
    'master/frameworks_inactive': frameworks.length - active,
  };
}

function countTasks(state: MasterState): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of TASK_STATES.filter((taskState) =>
    /STAGING|STARTING|RUNNING|KILLING|UNREACHABLE/.test(taskState),
  )) {
    counts[`master/${name.toLowerCase().replace('task_', 'tasks_')}`] = 0;
  }
  const byState = new Map<string, number>();
  let unreachable = 0;
  for (const framework of state.frameworks.values()) {
    for (const { state: taskState } of framework.unreachableTasks.values())
      if (taskState === 'TASK_UNREACHABLE') unreachable += 1;
    for (const { holdsResources, state: taskState } of framework.tasks.values())
      if (holdsResources) byState.set(taskState, (byState.get(taskState) ?? 0) + 1);
  }
  byState.set('TASK_UNREACHABLE', (byState.get('TASK_UNREACHABLE') ?? 0) + unreachable);
  for (const [taskState, count] of byState)
    counts[`master/${taskState.toLowerCase().replace('task_', 'tasks_')}`] = count;
  return counts;
}

const SUMMED = ['cpus', 'mem', 'disk', 'gpus'] as const;

/** Milli-units by name: of all agents, of these offered or used, of these only offered. */
interface Sums {
  readonly total: Map<string, number>;
  readonly held: Map<string, number>;
  readonly offered: Map<string, number>;
}

interface BothSums {
  readonly unshared: Sums;
  /** Of revocable resources. */
  readonly lent: Sums;
}

function noSums(): Sums {
  return { total: new Map(), held: new Map(), offered: new Map() };
}

/**
 * Sums all agents and offers. Used resources are counted as total + overcommitted - free, so that no list is built for
 * an agent: there may be tens of thousands.
 */
function sumUp(state: MasterState): BothSums {
  const sums: BothSums = { unshared: noSums(), lent: noSums() };
  for (const agent of state.allocator.agents.values()) {
    const { total, free, overcommitted, shared } = agent;
    addTo(sums, 'total', total, 1);
    if (shared.length > 0) {
      addTo(sums, 'held', allocatedOf(agent), 1);
      addTo(sums, 'offered', sharedOnlyOffered(state, agent), 1);
    } else {
      addTo(sums, 'held', total, 1);
      addTo(sums, 'held', overcommitted, 1);
      addTo(sums, 'held', free, -1);
    }
  }
  for (const { resources } of state.offers.values())
    addTo(
      sums,
      'offered',
      resources.some(isShared) ? resources.filter((resource) => !isShared(resource)) : resources,
      1,
    );
  return sums;
}

function addTo({ unshared, lent }: BothSums, kind: keyof Sums, resources: Resources, sign: 1 | -1): void {
  for (const resource of resources) {
    if (resource.amount.type !== 'SCALAR') continue;
    const sums = (isRevocable(resource) ? lent : unshared)[kind];
    sums.set(resource.name, (sums.get(resource.name) ?? 0) + sign * resource.amount.milli);
  }
}

function sumResources(state: MasterState): Record<string, number> {
  const { unshared, lent } = sumUp(state);
  const numbers: Record<string, number> = {};
  for (const name of SUMMED) {
    for (const [kind, { total, held, offered }] of [['', unshared] as const, ['_revocable', lent] as const]) {
      const all = total.get(name) ?? 0;
      const usedMilli = held.get(name) ?? 0;
      const used = usedMilli - (offered.get(name) ?? 0);
      numbers[`master/${name}${kind}_total`] = all / 1000;
      numbers[`master/${name}${kind}_used`] = used / 1000;
      numbers[`master/${name}${kind}_percent`] = all === 0 ? 0 : used / all;
    }
    if (name === 'gpus') continue;
    numbers[`allocator/mesos/resources/${name}/total`] = (unshared.total.get(name) ?? 0) / 1000;
    numbers[`allocator/mesos/resources/${name}/offered_or_allocated`] = (unshared.held.get(name) ?? 0) / 1000;
  }
  return numbers;
}

/** Pods as the API shows them: their status, that of their instances, and instances in the answers to kills. */

import type { Pod } from '../api/pod';
import { definitionOf } from '../core/instances/definition';
import { instancesOf } from '../core/instances/instances';
import { healthOfTasks, startedAtOf } from '../core/instances/tasks';
import { isPod, type PodSpec } from '../core/state/run-spec';
import type { Deployment, Instance, MarathonState } from '../core/state/state';
import { isoTime } from '../core/state/turn';
import { localVolumes } from './local-volumes';
import { type ContainerStatus, containerStatus } from './pod-containers';
import { printPod } from './print-pod';

export function printPodStatus(state: MarathonState, spec: PodSpec, now: number): object {
  const instances = instancesOf(state, spec.id);
  const statuses = instances
    .filter(({ condition, agent }) => condition !== 'Scheduled' || agent !== undefined)
    .map((instance) => instanceStatus(state, spec, instance));
  const since = statuses.map(({ statusSince }) => statusSince).sort();
  const statusSince = since.at(-1) ?? isoTime(now);
  return {
    id: spec.id,
    spec: printPod(spec.pod),
    status: podState(state, spec, statuses),
    statusSince,
    instances: statuses,
    terminationHistory: terminationHistory(state, spec, instances),
    lastUpdated: isoTime(now),
    lastChanged: statusSince,
  };
}

function podState(
  state: MarathonState,
  { id, instances }: PodSpec,
  statuses: readonly InstanceStatus[],
): string {
  if ([...state.deployments.values()].some((deployment) => stopsPod(deployment, id))) return 'TERMINAL';
  const stable = statuses.filter(({ status }) => status === 'STABLE').length;
  return stable >= instances ? 'STABLE' : 'DEGRADED';
}

function stopsPod({ steps }: Deployment, id: string): boolean {
  return steps.some(({ actions }) => actions.some(({ action, app }) => action === 'StopPod' && app === id));
}

/** The last failure, while the instance still has its task. */
function terminationHistory(
  state: MarathonState,
  { id }: PodSpec,
  instances: readonly Instance[],
): readonly object[] {
  const failure = state.failures.get(id);
  if (!failure) return [];
  for (const { id: instanceID, tasks = [] } of instances) {
    const task = tasks.find((candidate) => candidate.id === failure.taskId);
    if (!task) continue;
    return [
      {
        instanceID,
        startedAt: isoTime(task.startedAt ?? task.stagedAt),
        terminatedAt: failure.timestamp,
        message: failure.message,
        containers: [{ containerId: task.id, lastKnownState: failure.state }],
      },
    ];
  }
  return [];
}

type InstanceState = 'PENDING' | 'STAGING' | 'STABLE' | 'DEGRADED' | 'TERMINAL';

interface InstanceStatus {
  readonly id: string;
  readonly status: InstanceState;
  readonly statusSince: string;
}

function instanceStatus(state: MarathonState, current: PodSpec, instance: Instance): InstanceStatus {
  const definition = definitionOf(state, instance);
  const { pod } = definition && isPod(definition) ? definition : current;
  const { agent } = instance;
  const hasReservation = instance.reservation !== undefined;
  const containers = (instance.tasks ?? []).map((task) => containerStatus(pod, task, hasReservation));
  const since = isoTime(instance.since);
  const { status, message } = instanceState(instance, containers);
  return {
    id: instance.id,
    status,
    statusSince: since,
    ...(message !== undefined && { message }),
    conditions: [],
    agentHostname: agent?.host,
    agentId: agent?.agentId,
    agentRegion: agent?.region,
    agentZone: agent?.zone,
    resources: usedResources(pod, containers),
    networks: networkStatuses(instance),
    containers,
    specReference: `/v2/pods${pod.id}::versions/${instance.version}`,
    localVolumes: localVolumes(instance),
    lastUpdated: since,
    lastChanged: since,
    role: instance.role,
  } as InstanceStatus;
}

function instanceState(
  { condition, goal }: Instance,
  containers: readonly ContainerStatus[],
): { readonly status: InstanceState; readonly message?: string } {
  switch (condition) {
    case 'Scheduled':
    case 'Provisioned':
      return { status: goal === 'Running' ? 'PENDING' : 'TERMINAL' };
    case 'Staging':
    case 'Starting':
      return { status: 'STAGING' };
    case 'Unreachable':
    case 'UnreachableInactive':
      return { status: 'DEGRADED', message: 'pod instance has become unreachable' };
    case 'Running':
      return containers.some(({ conditions }) => conditions.some(({ value }) => value === 'false'))
        ? { status: 'DEGRADED', message: 'at least one container is not healthy' }
        : { status: 'STABLE' };
    default:
      return { status: 'TERMINAL' };
  }
}

/** The resources of the executor and of the containers that use theirs. */
function usedResources({ executorResources }: Pod, containers: readonly ContainerStatus[]): object {
  const parts = [
    { ...executorResources, gpus: 0 },
    ...containers.flatMap(({ resources }) => resources ?? []),
  ];
  const sum = (name: 'cpus' | 'mem' | 'disk' | 'gpus'): number =>
    parts.reduce((total, part) => total + Math.round(part[name] * 1000), 0) / 1000;
  return { cpus: sum('cpus'), mem: sum('mem'), disk: sum('disk'), gpus: sum('gpus') };
}

/** The addresses of an instance by network: all containers are in the same ones. */
function networkStatuses({ tasks = [] }: Instance): object[] {
  const byName = new Map<string | undefined, Set<string>>();
  for (const { name, addresses } of tasks.flatMap(({ networks = [] }) => networks)) {
    const existing = byName.get(name) ?? new Set<string>();
    byName.set(name, existing);
    for (const address of addresses) existing.add(address);
  }
  return [...byName].map(([name, addresses]) => ({
    ...(name !== undefined && { name }),
    addresses: [...addresses],
  }));
}

/** An instance in the answer to a kill. */
export function printInstance(state: MarathonState, instance: Instance): object {
  const { id, condition, since, goal, agent, version, tasks = [] } = instance;
  const activeSince = startedAtOf(instance);
  const definition = definitionOf(state, instance);
  return {
    instanceId: id,
    state: {
      condition,
      since: isoTime(since),
      ...(activeSince !== undefined && { activeSince: isoTime(activeSince) }),
      healthy: healthOfTasks(tasks),
      goal,
    },
    ...(agent && {
      agentInfo: {
        host: agent.host,
        agentId: agent.agentId,
        region: agent.region,
        zone: agent.zone,
        attributes: [],
      },
    }),
    runSpecVersion: version,
    unreachableStrategy: definition?.unreachableStrategy,
  };
}

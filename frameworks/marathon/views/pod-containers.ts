/** The containers of a pod's instance as the API shows them: their states, endpoints and health (`PodStatusConversion`). */

import type { Endpoint, Pod, PodContainer } from '../api/pod';
import { isActive, isEnded, taskStateOf } from '../core/instances/conditions';
import type { Condition, ContainerTask } from '../core/state/state';
import { isoTime } from '../core/state/turn';

export interface ContainerStatus {
  readonly name: string;
  readonly status: string;
  readonly statusSince: string;
  readonly conditions: readonly HealthCondition[];
  readonly containerId: string;
  readonly endpoints: readonly EndpointStatus[];
  readonly resources?: PodContainer['resources'];
  readonly termination?: { readonly message: string };
  readonly lastUpdated: string;
  readonly lastChanged: string;
}

interface HealthCondition {
  readonly name: 'healthy';
  readonly lastChanged: string;
  readonly lastUpdated: string;
  readonly value: 'true' | 'false';
  readonly reason: string;
}

interface EndpointStatus {
  readonly name: string;
  readonly allocatedHostPort?: number;
  readonly healthy?: boolean;
}

const USES_RESOURCES: ReadonlySet<Condition> = new Set<Condition>([
  'Staging',
  'Starting',
  'Running',
  'Unreachable',
  'Killing',
]);

/**
 * A container of an instance. A container that the definition no longer has is shown without its members. What is reserved
 * for one that has ended is its own still.
 */
export function containerStatus(pod: Pod, task: ContainerTask, hasReservation: boolean): ContainerStatus {
  const container = pod.containers.find(({ name }) => name === task.container);
  const since = isoTime(task.startedAt ?? task.stagedAt);
  const endpoints = container ? endpointStatuses(container, task) : [];
  const isOver = isEnded(task.condition);
  const health = container && !(isOver && hasReservation) && healthCondition(container, task, since);
  const hasResources = hasReservation || USES_RESOURCES.has(task.condition);
  const hasMessage = isOver && task.message !== undefined;
  return {
    name: task.container,
    status: taskStateOf(task.condition),
    statusSince: since,
    conditions: health ? [health] : [],
    containerId: task.id,
    endpoints,
    ...(container && hasResources && { resources: container.resources }),
    ...(hasMessage && { termination: { message: task.message ?? '' } }),
    lastUpdated: since,
    lastChanged: since,
  };
}

/** The endpoints in their order, the one that the health check asks at the end. */
function endpointStatuses(container: PodContainer, task: ContainerTask): EndpointStatus[] {
  if (!isActive(task.condition)) return [];
  const { hostPorts, healthy } = task;
  const allocated = container.endpoints.filter(({ hostPort }) => hostPort !== undefined);
  const others = container.endpoints.filter(({ hostPort }) => hostPort === undefined);
  const statuses: EndpointStatus[] = [
    ...allocated.flatMap(({ name }, index) => {
      const port = hostPorts[index];
      return port === undefined ? [] : [{ name, allocatedHostPort: port }];
    }),
    ...others.map(({ name }: Endpoint) => ({ name })),
  ];
  const checked = statuses.find(({ name }) => name === checkedEndpoint(container));
  if (!checked) return statuses;
  const withHealth = { ...checked, ...(healthy !== undefined && { healthy }) };
  return [...statuses.filter((status) => status !== checked), withHealth];
}

function checkedEndpoint({ healthCheck }: PodContainer): string | undefined {
  return healthCheck?.http?.endpoint ?? healthCheck?.tcp?.endpoint;
}

const NEVER_RAN: ReadonlySet<Condition> = new Set<Condition>([
  'Staging',
  'Starting',
  'Scheduled',
  'Provisioned',
]);

/** False also while Mesos has not reported: only a container that has run is shown as unhealthy. */
function healthCondition(
  { healthCheck }: PodContainer,
  { condition, healthy }: ContainerTask,
  since: string,
): HealthCondition | undefined {
  if (!healthCheck || NEVER_RAN.has(condition)) return undefined;
  // A network check is that of an endpoint, and the endpoints of a task that has ended are not shown.
  const reported = healthCheck.exec || isActive(condition) ? healthy : undefined;
  return {
    name: 'healthy',
    lastChanged: since,
    lastUpdated: since,
    value: reported ? 'true' : 'false',
    reason: reported === undefined ? 'health-unreported-by-mesos' : 'health-reported-by-mesos',
  };
}

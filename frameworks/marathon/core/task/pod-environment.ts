/**
 * The environment of a pod's container: the pod's variables, those of the container, which win, and then those that Marathon
 * sets, which win over both.
 */

import { lastOfEachName, type Variable, variablesOf } from '../../../kit/core/task/environment';
import { printDouble } from '../../../kit/core/values/java-double';
import type { Pod, PodContainer } from '../../api/pod';
import { labelVariables, userVariables } from './environment';
import { isInHostNetwork, type PlacedEndpoint } from './pod-endpoints';

export interface PodEnvironmentInput {
  readonly pod: Pod;
  readonly container: PodContainer;
  readonly taskId: string;
  readonly executorId: string;
  readonly host: string;
  /** Those of all containers. */
  readonly endpoints: readonly PlacedEndpoint[];
  readonly prefix: string;
  /** True in a group whose name is the role of all that is in it. */
  readonly isRoleEnforced: boolean;
}

export function podEnvironment(input: PodEnvironmentInput): Variable[] {
  const { pod, container, endpoints, prefix } = input;
  return lastOfEachName([
    ...userVariables(pod.environment, pod.secrets),
    ...userVariables(container.environment, pod.secrets),
    ...variablesOf({
      HOST: input.host,
      ...contextOf(input),
      ...labelVariables({ ...pod.labels, ...container.labels }),
      ...endpointVariables(pod, endpoints, prefix.toUpperCase()),
    }),
  ]);
}

function contextOf(input: PodEnvironmentInput): Record<string, string> {
  const { pod, container } = input;
  const { resources } = container;
  return {
    MESOS_TASK_ID: input.taskId,
    MESOS_EXECUTOR_ID: input.executorId,
    MARATHON_APP_ID: pod.id,
    MARATHON_APP_VERSION: pod.version,
    MARATHON_CONTAINER_ID: container.name,
    MARATHON_APP_ENFORCE_GROUP_ROLE: input.isRoleEnforced ? 'TRUE' : 'FALSE',
    MARATHON_CONTAINER_RESOURCE_CPUS: printDouble(resources.cpus),
    MARATHON_CONTAINER_RESOURCE_MEM: printDouble(resources.mem),
    MARATHON_CONTAINER_RESOURCE_DISK: printDouble(resources.disk),
    MARATHON_CONTAINER_RESOURCE_GPUS: String(resources.gpus),
  };
}

/** Each container knows the ports of all. */
function endpointVariables(
  pod: Pod,
  endpoints: readonly PlacedEndpoint[],
  prefix: string,
): Record<string, string> {
  const isOnHost = isInHostNetwork(pod);
  const variables: Record<string, string> = {};
  for (const { name: endpoint, hostPort, containerPort } of endpoints) {
    const name = endpoint.toUpperCase().replace(/[^A-Z0-9_]+/g, '_');
    const port = isOnHost ? hostPort : containerPort;
    if (port !== undefined) variables[`${prefix}ENDPOINT_${name}`] = String(port);
    if (hostPort !== undefined) variables[`${prefix}EP_HOST_${name}`] = String(hostPort);
    if (containerPort !== undefined) variables[`${prefix}EP_CONTAINER_${name}`] = String(containerPort);
  }
  return variables;
}

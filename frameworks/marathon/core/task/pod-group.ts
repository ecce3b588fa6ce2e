/**
 * The task group of a pod's instance, and its default executor (`TaskGroupBuilder` of Marathon).
 *
 * The executor has the host ports, the networks and the persistent volumes. Each container is a task in a container that is
 * nested in that of the executor.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Resources } from '../../../../cluster/model/resources';
import { commandInfo, type Program } from '../../../kit/core/task/command';
import { labelsOf } from '../../../kit/core/task/labels';
import { killPolicy, taskResources } from '../../../kit/core/task/task-info';
import type { Pod, PodContainer } from '../../api/pod';
import type { MarathonSettings } from '../state/settings';
import { artifactOf } from './build';
import { limitsOf } from './limits';
import { podCheck, podHealthCheck } from './pod-checks';
import { executorContainer, taskContainer } from './pod-container';
import { type PlacedEndpoint, placedEndpoints, podDiscovery, podNetworks } from './pod-endpoints';
import { podEnvironment } from './pod-environment';

export interface GroupInput {
  readonly pod: Pod;
  readonly executorId: string;
  /** In the order of the containers. */
  readonly taskIds: readonly string[];
  readonly offer: mesos.Offer;
  readonly match: {
    /** Those of each container. */
    readonly resources: readonly Resources[];
    readonly executorResources: Resources;
    /** Of all endpoints in their order. */
    readonly hostPorts: readonly (number | null)[];
  };
  /** Persistent ones, which the executor has for all containers. */
  readonly volumes: Resources;
  readonly isRoleEnforced: boolean;
  readonly settings: Pick<MarathonSettings, 'envVarsPrefix' | 'mesosBridgeName'>;
}

export function buildGroup(input: GroupInput): mesos.Offer.Operation.LaunchGroup {
  const { pod, match } = input;
  const endpoints = placedEndpoints(pod, match.hostPorts);
  const tasks = pod.containers.map((container, index) => {
    const taskId = input.taskIds[index] ?? '';
    return taskOf(input, endpoints.flat(), {
      container,
      taskId,
      endpoints: endpoints[index] ?? [],
      resources: taskResources(match.resources[index] ?? [], roleOf(input)),
    });
  });
  return { executor: executorOf(input, endpoints.flat()), task_group: { tasks } };
}

/** `instance-pod.UUID`, for the instance `pod.instance-UUID`. */
export function executorIdOf(instanceId: string): string {
  return instanceId.replace(/^(.*)\.(instance-|marathon-)([^.]*)$/, '$2$1.$3');
}

function roleOf({ pod, offer }: GroupInput): string {
  return offer.allocation_info?.role ?? pod.role;
}

function executorOf(input: GroupInput, endpoints: readonly PlacedEndpoint[]): mesos.ExecutorInfo {
  const { pod, offer, match, volumes, settings } = input;
  return {
    type: 'DEFAULT',
    executor_id: { value: input.executorId },
    framework_id: offer.framework_id,
    resources: taskResources([...match.executorResources, ...volumes], roleOf(input)),
    container: executorContainer(pod, podNetworks(pod, endpoints, settings.mesosBridgeName)),
    ...labelsOf(pod.labels),
  };
}

interface ContainerLaunch {
  readonly container: PodContainer;
  readonly taskId: string;
  readonly endpoints: readonly PlacedEndpoint[];
  readonly resources: mesos.Resource[];
}

function taskOf(
  input: GroupInput,
  all: readonly PlacedEndpoint[],
  { container, taskId, endpoints, resources }: ContainerLaunch,
): mesos.TaskInfo {
  const { pod, offer } = input;
  const limits = limitsOf(container.resourceLimits);
  const healthCheck = container.healthCheck && podHealthCheck({ pod, endpoints }, container.healthCheck);
  const check = container.check && podCheck({ pod, endpoints }, container.check);
  return {
    name: container.name,
    task_id: { value: taskId },
    agent_id: offer.agent_id,
    resources,
    command: commandOf(input, all, { container, taskId }),
    container: taskContainer(pod, container),
    ...labelsOf(container.labels),
    discovery: podDiscovery(pod, endpoints),
    ...(healthCheck && { health_check: healthCheck }),
    ...(check && { check }),
    ...killPolicy(container.lifecycle?.killGracePeriodSeconds),
    ...(limits && { limits }),
  };
}

function commandOf(
  { pod, executorId, offer, settings, isRoleEnforced }: GroupInput,
  endpoints: readonly PlacedEndpoint[],
  { container, taskId }: Pick<ContainerLaunch, 'container' | 'taskId'>,
): mesos.CommandInfo {
  return commandInfo({
    artifacts: container.artifacts.map(artifactOf),
    environment: podEnvironment({
      pod,
      container,
      taskId,
      executorId,
      host: offer.hostname,
      endpoints,
      prefix: settings.envVarsPrefix,
      isRoleEnforced,
    }),
    user: container.user ?? pod.user,
    ...programOf(container),
  });
}

/**
 * Without a command the image has it. Its entrypoint gets the arguments unless it is overridden; without an image the first of
 * them is the program.
 */
function programOf({ exec, image }: PodContainer): Program {
  if (!exec) return { shell: false };
  const { command, overrideEntrypoint } = exec;
  if ('shell' in command) return { shell: true, value: command.shell };
  return {
    shell: false,
    value: overrideEntrypoint || !image ? command.argv[0] : undefined,
    arguments: command.argv,
  };
}

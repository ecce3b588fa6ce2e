/**
 * The plan of a run: the framework and the tasks that the flags ask for (Mesos 1.11 src/cli/execute.cpp).
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type { Millis } from '../../../cluster/model/time';
import { variablesOf } from '../../kit/core/task/environment';

/** The flags, with their documents as messages. */
export interface RunRequest {
  readonly user: string;
  readonly task?: mesos.TaskInfo | undefined;
  readonly taskGroup?: mesos.TaskGroupInfo | undefined;
  readonly name?: string | undefined;
  readonly shell: boolean;
  readonly command?: string | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly resources: readonly mesos.Resource[];
  /** They are not the default ones. */
  readonly hasResources: boolean;
  readonly checkpoint: boolean;
  readonly dockerImage?: string | undefined;
  readonly capabilities: readonly string[];
  readonly containerizer: 'mesos' | 'docker';
  readonly effectiveCapabilities?: mesos.CapabilityInfo | undefined;
  readonly boundingCapabilities?: mesos.CapabilityInfo | undefined;
  readonly rlimits?: mesos.RLimitInfo | undefined;
  readonly role: string;
  readonly killAfterMs?: Millis | undefined;
  readonly networks: readonly string[];
  readonly principal?: string | undefined;
  readonly hasSecret: boolean;
  readonly volumes?: readonly mesos.Volume[] | undefined;
  readonly hasTerminal: boolean;
  readonly isPartitionAware: boolean;
}

export interface RunPlan {
  readonly framework: mesos.FrameworkInfo;
  /** Without the agent, and with the resources that are to be found in an offer. */
  readonly tasks: readonly mesos.TaskInfo[];
  /** The container of the default executor; undefined for a task alone. */
  readonly group: { readonly container: mesos.ContainerInfo | undefined } | undefined;
  readonly killAfterMs: Millis | undefined;
}

type PlanResult = RunPlan | { readonly error: string };

/** The plan; or the flag that is missing, or wrong beside the others. */
export function planRun(request: RunRequest): PlanResult {
  const error = flagError(request);
  if (error !== undefined) return { error };
  const { task, taskGroup, networks, killAfterMs } = request;
  const framework = frameworkOf(request);
  if ('error' in framework) return framework;
  if (taskGroup) {
    const container: mesos.ContainerInfo | undefined =
      networks.length === 0 ? undefined : { type: 'MESOS', network_infos: networkInfos(networks) };
    return checkPorts({ framework, tasks: taskGroup.tasks ?? [], group: { container }, killAfterMs });
  }
  const planned = task ?? namedTask(request);
  if ('error' in planned) return planned;
  return checkPorts({ framework, tasks: [planned], group: undefined, killAfterMs });
}

/** The flags without an effect beside the others, each with the reason; the original ignores them without a word. */
export function ignoredFlags(request: RunRequest): readonly string[] {
  const { task, taskGroup, shell, command, containerizer, hasTerminal, hasResources } = request;
  const { hasSecret, principal } = request;
  const isDocker = containerizer === 'docker';
  const ofMesosContainer = {
    effective_capabilities: request.effectiveCapabilities !== undefined,
    bounding_capabilities: request.boundingCapabilities !== undefined,
    rlimits: request.rlimits !== undefined,
  };
  const ofTask = { shell: !shell, resources: hasResources, containerizer: isDocker, tty: hasTerminal };
  const ofNamedTask = [
    ...ignored(!shell && command !== undefined, { command: true }, "with '--shell=false': the image has it"),
    ...ignored(isDocker, ofMesosContainer, "with '--containerizer=docker'"),
  ];
  const document = task ? 'task' : 'task_group';
  return [
    ...(task || taskGroup
      ? ignored(true, { ...ofTask, ...ofMesosContainer }, `beside '--${document}'`)
      : ofNamedTask),
    ...ignored(hasSecret && principal === undefined, { secret: true }, "without '--principal'"),
  ];
}

function ignored(applies: boolean, isSent: Readonly<Record<string, boolean>>, reason: string): string[] {
  const flags = applies ? Object.keys(isSent).filter((flag) => isSent[flag]) : [];
  return flags.map((flag) => `'--${flag}' has no effect ${reason}`);
}

/** No agent has more ports, and they are matched one by one. */
const PORTS_MAX = 65_536;

function checkPorts(plan: RunPlan): PlanResult {
  const excessive = plan.tasks.find(({ resources = [] }) =>
    resources.some((ports) => portsIn(ports) > PORTS_MAX),
  );
  if (!excessive) return plan;
  return { error: `Task '${excessive.task_id.value}' asks for more than ${PORTS_MAX} ports` };
}

function portsIn({ name, ranges }: mesos.Resource): number {
  if (name !== 'ports') return 0;
  return (ranges?.range ?? []).reduce((sum, { begin, end }) => sum + Number(end) - Number(begin) + 1, 0);
}

function flagError(request: RunRequest): string | undefined {
  const { task, taskGroup, name, shell, command, variables, dockerImage, volumes, networks } = request;
  if (task && taskGroup)
    return "Either task or task group should be set but not both. Provide either '--task' OR '--task_group'";
  if (!task && !taskGroup) {
    if (name === undefined) return 'Missing required option --name';
    return shell && command === undefined ? 'Missing required option --command' : undefined;
  }
  if ([name, command, variables, dockerImage, volumes].some((flag) => flag !== undefined))
    return "'--name, --command, --env, --docker_image, --volumes' can only be set when both '--task' and '--task_group' are not set";
  return task && networks.length > 0 ? "'--networks' can only be set when '--task' is not set" : undefined;
}

function frameworkOf(request: RunRequest): mesos.FrameworkInfo | { readonly error: string } {
  const { user, role, checkpoint, principal, capabilities, isPartitionAware } = request;
  const unknown = capabilities.find((name) => name !== 'GPU_RESOURCES');
  if (unknown !== undefined)
    return {
      error: `Flags '--framework_capabilities' specifies an unsupported capability '${unknown}'`,
    };
  const types: mesos.FrameworkInfo.Capability.Type[] = [
    'TASK_KILLING_STATE',
    ...(isPartitionAware ? (['PARTITION_AWARE'] as const) : []),
    ...(capabilities.length > 0 ? (['GPU_RESOURCES'] as const) : []),
  ];
  return {
    user,
    name: 'meseta run',
    role,
    checkpoint,
    principal,
    capabilities: types.map((type) => ({ type })),
  };
}

function namedTask(request: RunRequest): mesos.TaskInfo | { readonly error: string } {
  const { name = '', shell, command, variables = {}, resources } = request;
  const container = containerOf(request);
  if (container && 'error' in container) return container;
  return {
    name,
    task_id: { value: name },
    agent_id: { value: '' },
    resources: [...resources],
    command: {
      shell,
      ...(shell && { value: command }),
      environment: { variables: variablesOf(variables) },
    },
    ...(container && { container }),
  };
}

function containerOf(request: RunRequest): mesos.ContainerInfo | { readonly error: string } | undefined {
  return request.containerizer === 'docker' ? dockerContainer(request) : mesosContainer(request);
}

function dockerContainer({ dockerImage: image, networks, volumes, hasTerminal }: RunRequest) {
  if (image === undefined) return { error: "'Docker' containerizer requires docker image name" };
  if (networks.length > 1) return { error: "'Docker' containerizer can only support a single network" };
  if (hasTerminal) return { error: "'Docker' containerizer does not allow attaching a TTY" };
  const network = networks.length > 0 ? ({ network: 'USER' } as const) : {};
  const container: mesos.ContainerInfo = {
    type: 'DOCKER',
    docker: { image, ...network },
    network_infos: networkInfos(networks),
    volumes,
  };
  return container;
}

/** None for a task that asks for nothing of it. */
function mesosContainer(request: RunRequest): mesos.ContainerInfo | undefined {
  const { dockerImage, networks, volumes, hasTerminal, rlimits } = request;
  const { effectiveCapabilities: effective, boundingCapabilities: bounding } = request;
  const hasCapabilities = effective !== undefined || bounding !== undefined;
  const asks = [dockerImage, volumes, rlimits].some((part) => part !== undefined);
  if (!asks && !hasCapabilities && !hasTerminal && networks.length === 0) return undefined;
  return {
    type: 'MESOS',
    volumes,
    network_infos: networkInfos(networks),
    rlimit_info: rlimits,
    ...(dockerImage !== undefined && {
      mesos: { image: { type: 'DOCKER', docker: { name: dockerImage } } },
    }),
    ...(hasCapabilities && {
      linux_info: { effective_capabilities: effective, bounding_capabilities: bounding },
    }),
    ...(hasTerminal && { tty_info: {} }),
  };
}

function networkInfos(names: readonly string[]): mesos.NetworkInfo[] {
  return names.map((name) => ({ name }));
}

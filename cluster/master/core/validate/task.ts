/**
 * Errors in a task of a launch, in Mesos' words and order (Mesos 1.11 src/master/validation.cpp, namespace task). Its
 * resources are read, and have the role of the allocation (read/task.ts).
 */

import type * as mesos from '../../../api/generated/mesos';
import { commandInfoError, containerInfoError } from '../../../model/command-errors';
import { type AgentId, idError } from '../../../model/ids';
import { quantitiesOf } from '../../../model/quantities';
import {
  inside,
  persistenceIdError,
  resourcesError,
  revocableMixError,
  singleRoleError,
} from '../../../model/resource-errors';
import {
  addResources,
  containsResources,
  milliOf,
  NO_RESOURCES,
  printResources,
  type Resources,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import type { ParsedExecutor, ParsedTask } from '../read/task';
import { executorKey } from '../state/keys';
import type { Agent, Framework } from '../state/state';
import { checkError, healthCheckError } from './checks';
import { executorError } from './executor';

/** The framework, agent and resources that a launch is checked against. */
export interface LaunchContext {
  readonly framework: Framework;
  readonly agent: Agent;
  /** The remaining resources of the offers, with the role of the allocation. */
  readonly available: Resources;
}

/** The first error in a task of a LAUNCH, or undefined. */
export function taskError(task: ParsedTask, context: LaunchContext): string | undefined {
  return (
    plainTaskError(task, context) ??
    commandOrExecutorError(task.info) ??
    (task.executor && launchExecutorError(task.executor, context)) ??
    combinedResourcesError(task) ??
    fitError(task, context) ??
    ownCgroupsError(task.info)
  );
}

/** The first error in a task of a LAUNCH or LAUNCH_GROUP apart from its executor, or undefined. */
export function plainTaskError(task: ParsedTask, { framework, agent }: LaunchContext): string | undefined {
  const { info } = task;
  return (
    idError(task.id) ??
    duplicateError(task, framework) ??
    agentError(info, agent.id) ??
    timesError(info) ??
    inside('Task uses invalid check', info.check && checkError(info.check)) ??
    inside('Task uses invalid health check', info.health_check && healthCheckError(info.health_check)) ??
    taskResourcesError(task) ??
    inside("Task's `CommandInfo` is invalid", commandInfoError(info.command)) ??
    inside("Task's `ContainerInfo` is invalid", containerInfoError(info.container)) ??
    limitsError(task, agent)
  );
}

function duplicateError({ id }: ParsedTask, framework: Framework): string | undefined {
  if (framework.tasks.has(id)) return `Task has duplicate ID: ${id}`;
  return framework.unreachableTasks.has(id) ? `Task reuses the ID of an unreachable task: ${id}` : undefined;
}

function agentError(task: mesos.TaskInfo, agentId: AgentId): string | undefined {
  if (task.agent_id.value === agentId) return undefined;
  return `Task uses invalid agent ${task.agent_id.value} while agent ${agentId} is expected`;
}

function timesError(task: mesos.TaskInfo): string | undefined {
  if ((task.kill_policy?.grace_period?.nanoseconds ?? 0) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  return (task.max_completion_time?.nanoseconds ?? 0) < 0
    ? "Task's `max_completion_time` must be non-negative"
    : undefined;
}

function taskResourcesError({ info, resources }: ParsedTask): string | undefined {
  if ((info.resources ?? []).length === 0) return 'Task uses no resources';
  return (
    inside('Task uses invalid resources', resourcesError(info.resources, resources)) ??
    inside('Task uses duplicate persistence ID', persistenceIdError(resources)) ??
    inside('Invalid task resources', singleRoleError(resources)) ??
    inside('Task mixes revocable and non-revocable resources', revocableMixError(resources))
  );
}

function limitsError({ info, resources }: ParsedTask, agent: Agent): string | undefined {
  const limits = new Map(Object.entries(info.limits ?? {}));
  if (limits.size === 0) return undefined;
  if (!agent.capabilities.some(({ type }) => type === 'TASK_RESOURCE_LIMITS'))
    return 'Agent is not capable of handling task resource limits';
  if ([...limits.keys()].some((name) => name !== 'cpus' && name !== 'mem'))
    return "Only cpus and mem may be included in a task's resource limits";
  return limitError(limits, 'cpus', resources) ?? limitError(limits, 'mem', resources);
}

const LIMIT_WORDS = {
  cpus: ['CPU', 'The cpu limit must be greater than or equal to the cpu request'],
  mem: ['memory', 'The memory limit must be greater than or equal to the memory request'],
} as const;

function limitError(
  limits: ReadonlyMap<string, mesos.Value.Scalar>,
  name: 'cpus' | 'mem',
  resources: Resources,
): string | undefined {
  const limit = limits.get(name);
  if (!limit) return undefined;
  const [word, text] = LIMIT_WORDS[name];
  const request = milliOf(resources, name);
  if (request === 0) return `When a ${word} limit is specified, a ${word} request must also be specified`;
  return limit.value * 1000 < request ? text : undefined;
}

function commandOrExecutorError(task: mesos.TaskInfo): string | undefined {
  if ((task.command === undefined) !== (task.executor === undefined)) return undefined;
  return 'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present';
}

function launchExecutorError(executor: ParsedExecutor, context: LaunchContext): string | undefined {
  const wrong = executorError(executor, context);
  if (wrong) return wrong;
  const { info, resources } = executor;
  if (info.type !== undefined && info.type !== 'CUSTOM' && info.type !== 'UNKNOWN')
    return "'ExecutorInfo.type' must be 'CUSTOM'";
  if (!info.command) return "'ExecutorInfo.command' must be set";
  if (resources.some(isShared))
    return `Executor resources ${printResources(resources)} should not contain any shared resources`;
  return sharedCgroupsError(info);
}

/** The error in an executor that shares cgroups: only nested containers, such as tasks, can. */
export function sharedCgroupsError({ container }: mesos.ExecutorInfo): string | undefined {
  return container?.linux_info?.share_cgroups === true
    ? "The 'share_cgroups' field cannot be set to 'true' on executor containers"
    : undefined;
}

/** True when two of the resources have the same members of a range or set, such as a port. */
export function overlap(...all: readonly Resources[]): boolean {
  const sum = new Map<string, number>();
  for (const resources of all)
    for (const [name, size] of quantitiesOf(resources)) sum.set(name, (sum.get(name) ?? 0) + size);
  const together = quantitiesOf(all.reduce(addResources, NO_RESOURCES));
  return [...sum].some(([name, size]) => size !== (together.get(name) ?? 0));
}

function combinedResourcesError({ resources: taskResources, executor }: ParsedTask): string | undefined {
  if (!executor) return undefined;
  const executors = executor.resources;
  if (
    overlap(
      taskResources.filter((resource) => !isShared(resource)),
      executors,
    )
  ) {
    const left = printResources(taskResources);
    const right = printResources(executors);
    return `There are overlapping resources in the task resources ${left} and executor resources ${right}`;
  }
  const total = [...taskResources, ...executors];
  return (
    inside('Task and its executor use duplicate persistence ID', persistenceIdError(total)) ??
    inside('Task and its executor mix revocable and non-revocable resources', revocableMixError(total))
  );
}

function fitError(task: ParsedTask, { framework, agent, available }: LaunchContext): string | undefined {
  const needed = resourcesOfLaunch(task, framework, agent);
  if (containsResources(available, needed)) return undefined;
  return (
    `Total resources ${printResources(needed)} required by task and its executor is more than ` +
    `available ${printResources(available)}`
  );
}

/** The resources of a launch: those of the task, and of its executor unless that runs already. */
export function resourcesOfLaunch(
  { resources, executor }: ParsedTask,
  framework: Framework,
  agent: Agent,
): Resources {
  if (!executor || agent.executors.has(executorKey(framework.id, executor.id))) return resources;
  return addResources(resources, executor.resources);
}

function ownCgroupsError(task: mesos.TaskInfo): string | undefined {
  return task.container?.linux_info?.share_cgroups === false
    ? "Only tasks in a task group may have 'share_cgroups' set to 'false'"
    : undefined;
}

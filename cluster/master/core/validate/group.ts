/**
 * Errors in a task group of a launch, in Mesos' words and order (Mesos 1.11 src/master/validation.cpp, namespace
 * task::group). An error in one task fails the whole group.
 */

import type * as mesos from '../../../api/generated/mesos';
import { commandInfoError } from '../../../model/command-errors';
import { inside, persistenceIdError, revocableMixError } from '../../../model/resource-errors';
import {
  addResources,
  containsResources,
  milliOf,
  NO_RESOURCES,
  printResources,
  type Resources,
} from '../../../model/resources';
import type { GroupTask, ParsedExecutor, ParsedGroup } from '../read/task';
import { executorKey } from '../state/keys';
import { executorError } from './executor';
import { isSameExecutor } from './same-executor';
import { type LaunchContext, overlap, plainTaskError, sharedCgroupsError } from './task';

/** The minima of a group's executor, in milli-units (Mesos' MIN_CPUS, MIN_MEM). */
const CPUS_MIN_MILLI = 10;
const MEM_MIN_MILLI = 32_000;

/** The first error in a group, or undefined. */
export function groupError(group: ParsedGroup, context: LaunchContext): string | undefined {
  for (const task of group.tasks) {
    const error = plainTaskError(task, context) ?? memberError(task.info);
    if (error) return `Task '${task.id}' is invalid: ${error}`;
  }
  return groupExecutorError(group, context) ?? cgroupsError(group, context);
}

function memberError({ container, health_check: check, limits }: mesos.TaskInfo): string | undefined {
  if ((container?.network_infos?.length ?? 0) > 0 && (check?.type === 'HTTP' || check?.type === 'TCP'))
    return "HTTP and TCP health checks are not supported for nested containers not joining parent's network";
  if (container?.type === 'DOCKER') return 'Docker ContainerInfo is not supported on the task';
  const hasLimits = Object.keys(limits ?? {}).length > 0;
  return hasLimits && container?.linux_info?.share_cgroups !== false
    ? "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'."
    : undefined;
}

function groupExecutorError({ tasks, executor }: ParsedGroup, context: LaunchContext): string | undefined {
  const wrong = executorError(executor, context);
  if (wrong) return wrong;
  const { id, info } = executor;
  if (info.type === undefined) return "'ExecutorInfo.type' must be set";
  if (info.type === 'UNKNOWN') return 'Unknown executor type';
  if (info.container?.type === 'DOCKER') return 'Docker ContainerInfo is not supported on the executor';
  const other = tasks.find((task) => task.executor !== executor && !isSameExecutor(task.executor, executor));
  if (other) return `The \`ExecutorInfo\` of task '${other.id}' is different from executor '${id}'`;
  return (
    leastError(executor) ??
    groupTogetherError(tasks, executor) ??
    groupFitError({ tasks, executor }, context) ??
    inside(`Executor '${id}' contains an invalid command`, commandInfoError(info.command))
  );
}

function leastError({ id, resources }: ParsedExecutor): string | undefined {
  const who = `Executor '${id}'`;
  const shown = (milli: number, unit: string): string => (milli === 0 ? 'None' : `${milli / 1000}${unit}`);
  const cpus = milliOf(resources, 'cpus');
  const mem = milliOf(resources, 'mem');
  if (cpus < CPUS_MIN_MILLI)
    return `${who} uses less CPUs (${shown(cpus, '')}) than the minimum required (0.01)`;
  if (mem < MEM_MIN_MILLI)
    return `${who} uses less memory (${shown(mem, 'MB')}) than the minimum required (32MB)`;
  return milliOf(resources, 'disk') === 0 ? `${who} uses no disk` : undefined;
}

function groupTogetherError(tasks: readonly GroupTask[], executor: ParsedExecutor): string | undefined {
  const taskResources = tasks.map(({ resources }) => resources);
  const executors = executor.resources;
  const total = [...taskResources.flat(), ...executors];
  const wrong =
    inside('Task group and executor use duplicate persistence ID', persistenceIdError(total)) ??
    inside('Task group and executor mix revocable and non-revocable resources', revocableMixError(total));
  if (wrong || !overlap(...taskResources, executors)) return wrong;
  const shown = taskResources.map(printResources).join(', ');
  return (
    `There are overlapping resources in the task group's task resources { ${shown} } and/or executor ` +
    `resources ${printResources(executors)}`
  );
}

function groupFitError(
  group: ParsedGroup,
  { framework, agent, available }: LaunchContext,
): string | undefined {
  const runs = agent.executors.has(executorKey(framework.id, group.executor.id));
  const needed = resourcesOfGroup(group, runs);
  if (containsResources(available, needed)) return undefined;
  return (
    `Total resources ${printResources(needed)} required by task group and its executor are more than ` +
    `available ${printResources(available)}`
  );
}

/** The resources of a group: those of its tasks, and of its executor unless that runs already. */
export function resourcesOfGroup({ tasks, executor }: ParsedGroup, executorRuns: boolean): Resources {
  return tasks.reduce<Resources>(
    (sum, { resources }) => addResources(sum, resources),
    executorRuns ? NO_RESOURCES : executor.resources,
  );
}

/** The error when some tasks of an executor share its cgroups and others do not, running ones included. */
function cgroupsError(
  { tasks, executor }: ParsedGroup,
  { framework, agent }: LaunchContext,
): string | undefined {
  const wrong = sharedCgroupsError(executor.info);
  if (wrong) return wrong;
  const running = [...framework.tasks.values(), ...framework.unreachableTasks.values()].filter(
    (task) => task.agentId === agent.id && task.executorId === executor.id,
  );
  const containers = [
    ...tasks.map(({ info }) => info.container),
    ...running.map(({ parts }) => parts.container),
  ];
  const shares = containers.map((container) => container?.linux_info?.share_cgroups ?? true);
  return new Set(shares).size > 1
    ? "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor"
    : undefined;
}

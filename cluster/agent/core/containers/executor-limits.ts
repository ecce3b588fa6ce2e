/**
 * The limits of an executor's container above its requests, from those of its tasks (Mesos 1.11 src/slave/slave.cpp,
 * computeExecutorLimits).
 *
 * Always true: a resource is limited only when a task asks for it, and then the requests of the executor and of tasks that
 * do not ask count, too, so that a limit is never below the requests.
 */

import type * as mesos from '../../../api/generated/mesos';

/** True when CPU time is limited by quota (`--cgroups_enable_cfs`). */
export interface LimitSettings {
  readonly cfs: boolean;
}

export function limitsOf(
  executor: mesos.ExecutorInfo,
  tasks: readonly mesos.TaskInfo[],
  { cfs }: LimitSettings,
): Record<string, number> {
  const cpus = limitOf('cpus', executor, tasks);
  const mem = limitOf('mem', executor, tasks);
  // Without quotas, tasks that ask for no limit would be throttled by the limit of the others.
  const isThrottling = !cfs && tasks.some((task) => !hasLimit('cpus', task) && requestOf('cpus', task) > 0);
  return {
    ...(cpus !== undefined && !isThrottling && { cpus }),
    ...(mem !== undefined && { mem }),
  };
}

function limitOf(
  name: string,
  executor: mesos.ExecutorInfo,
  tasks: readonly mesos.TaskInfo[],
): number | undefined {
  if (!tasks.some((task) => hasLimit(name, task))) return undefined;
  return tasks.reduce(
    (sum, task) => sum + (task.limits?.[name]?.value ?? requestOf(name, task)),
    requestOf(name, executor),
  );
}

function hasLimit(name: string, { limits }: mesos.TaskInfo): boolean {
  return limits?.[name] !== undefined;
}

function requestOf(
  name: string,
  { resources }: { readonly resources?: readonly mesos.Resource[] | undefined },
): number {
  return (resources ?? [])
    .filter((resource) => resource.name === name)
    .reduce((sum, { scalar }) => sum + (scalar?.value ?? 0), 0);
}

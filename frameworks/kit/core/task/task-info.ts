/** Parts of TaskInfos: resources with their allocation, custom executors, and the time between the signals of a kill. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { allocateTo, type Resources, writeLegacyResources } from '../../../../cluster/model/resources';

/** The resources of a task, as an offer of the role gave them. */
export function taskResources(resources: Resources, role: string): mesos.Resource[] {
  return writeLegacyResources(allocateTo(resources, role)) as unknown as mesos.Resource[];
}

/** Unreserved scalars, such as those of an executor. */
export function scalarResources(amounts: Readonly<Record<string, number>>, role: string): mesos.Resource[] {
  return Object.entries(amounts).map(([name, value]) => ({
    name,
    type: 'SCALAR' as const,
    scalar: { value },
    allocation_info: { role },
  }));
}

export interface ExecutorParts {
  readonly id: string;
  readonly command: mesos.CommandInfo;
  readonly resources?: mesos.Resource[] | undefined;
  readonly container?: mesos.ContainerInfo | undefined;
  readonly name?: string | undefined;
}

/** An executor of the user, which gets the task instead of a command. */
export function customExecutor({
  id,
  command,
  resources,
  container,
  name,
}: ExecutorParts): mesos.ExecutorInfo {
  return {
    type: 'CUSTOM',
    executor_id: { value: id },
    ...(name !== undefined && { name }),
    command,
    ...(container && { container }),
    ...(resources && { resources }),
  };
}

/** The time between the two signals of a kill; the agent's default without it. */
export function killPolicy(graceSeconds: number | undefined): { kill_policy?: mesos.KillPolicy } {
  if (graceSeconds === undefined) return {};
  return { kill_policy: { grace_period: { nanoseconds: Math.round(graceSeconds * 1e9) } } };
}

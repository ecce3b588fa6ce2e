/**
 * The environment of a task of an executor that is a process, without anything of our own process.
 */

import type * as mesos from '../../api/generated/mesos';

/** The PATH of a task that sets none. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Environment = Readonly<Record<string, string>>;

/**
 * The executor's environment, overridden by the variables of the task's command, and the role that the task's resources
 * are allocated to, which nothing overrides (Mesos 1.11 src/launcher/executor.cpp).
 */
export function taskEnvironment(
  executor: Environment,
  { command, resources = [] }: Pick<mesos.TaskInfo, 'command' | 'resources'>,
): Environment {
  const role = resources[0]?.allocation_info?.role;
  return {
    PATH,
    ...executor,
    ...variablesOf(command),
    ...(role !== undefined && { MESOS_ALLOCATION_ROLE: role }),
  };
}

/** The variables that a command asks for. */
export function variablesOf(command: mesos.CommandInfo | undefined): Environment {
  const variables = command?.environment?.variables ?? [];
  return Object.fromEntries(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
}

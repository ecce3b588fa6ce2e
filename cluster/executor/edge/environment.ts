/**
 * The environment of a task and of the command checks done beside it: nothing of this process' own.
 */

import type * as mesos from '../../api/generated/mesos';

/** PATH of a task that does not set it. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Environment = Readonly<Record<string, string>>;

/** The executor's environment under the one that the task's command asks for. */
export function taskEnvironment(executor: Environment, command: mesos.CommandInfo | undefined): Environment {
  return { PATH, ...executor, ...variablesOf(command) };
}

/** A command check sees the task's environment, under what its own command asks for (health_checker.cpp of Mesos). */
export function checkEnvironment(task: Environment, command: mesos.CommandInfo): Environment {
  return { ...task, ...variablesOf(command) };
}

function variablesOf(command: mesos.CommandInfo | undefined): Environment {
  const variables = command?.environment?.variables ?? [];
  return Object.fromEntries(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
}

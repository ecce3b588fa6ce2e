/**
 * Parts of a task that this agent cannot carry out. A task with one is refused with the reason: nothing that is asked for
 * is left out in silence.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { ExecutorKind } from '../state/container-spec';

/** A launch as it is asked for: tasks, and the executor that is to run them. */
interface Asked {
  readonly kind: ExecutorKind;
  /** The kinds that the edge can run. */
  readonly kinds: readonly ExecutorKind[];
  readonly tasks: readonly mesos.TaskInfo[];
}

const KINDS: Readonly<Record<ExecutorKind, string>> = {
  command: 'Command tasks',
  default: 'Task groups',
  custom: 'Executors other than the built-in command executor',
};

/** The reason why this agent cannot run the tasks; undefined when it can. */
export function unsupportedPart({ kind, kinds, tasks }: Asked): string | undefined {
  if (!kinds.includes(kind)) return `${KINDS[kind]} are not supported by this agent`;
  if (kind === 'command' && tasks.some(({ command }) => command === undefined))
    return 'Task has neither a command nor an executor';
  // Checks of a task with an executor that its framework brings are that executor's.
  return kind === 'custom' ? undefined : secretOfChecks(tasks);
}

/** A command of a check has the variables of its task, with their secrets, and none of its own that are secrets. */
function secretOfChecks(tasks: readonly mesos.TaskInfo[]): string | undefined {
  const commands = tasks.flatMap(({ check, health_check }) => [
    check?.command?.command,
    health_check?.command,
  ]);
  const variables = commands.flatMap((command) => command?.environment?.variables ?? []);
  const secret = variables.find(({ type }) => type === 'SECRET');
  return (
    secret &&
    `Secrets are not supported in commands of checks, which have those of their task (environment variable ${secret.name})`
  );
}

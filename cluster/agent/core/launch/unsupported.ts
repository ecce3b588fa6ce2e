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
  readonly executor: mesos.ExecutorInfo;
  readonly tasks: readonly mesos.TaskInfo[];
}

const KINDS: Readonly<Record<ExecutorKind, string>> = {
  command: 'Command tasks',
  default: 'Task groups',
  custom: 'Executors other than the built-in command executor',
};

/** A part of a launch: the executor that a framework brings, or a task. */
type Part = Pick<mesos.TaskInfo, 'command'>;

/** The reason why this agent cannot run the tasks; undefined when it can. */
export function unsupportedPart({ kind, kinds, executor, tasks }: Asked): string | undefined {
  if (!kinds.includes(kind)) return `${KINDS[kind]} are not supported by this agent`;
  if (kind === 'command' && tasks.some(({ command }) => command === undefined))
    return 'Task has neither a command nor an executor';
  const parts: readonly Part[] = [...(kind === 'command' ? [] : [executor]), ...tasks];
  return secretOf(parts);
}

function secretOf(parts: readonly Part[]): string | undefined {
  const variables = parts.flatMap(({ command }) => command?.environment?.variables ?? []);
  const secret = variables.find(({ type }) => type === 'SECRET');
  return secret && `Secrets are not supported by this agent (environment variable ${secret.name})`;
}

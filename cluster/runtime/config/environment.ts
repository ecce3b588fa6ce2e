/**
 * Finds misspelt environment variables: they look like flags, and nothing reads them.
 */

import { editDistance, nearest } from '../../model/nearest';
import type { Logger } from '../log';

/** Variables that agents and Marathon give to tasks and executors; a daemon that runs as a task has them, too. */
const OF_TASKS = [
  /^MARATHON_(APP|CONTAINER)_/,
  /^MESOS_(AGENT_ENDPOINT|ALLOCATION_ROLE|CHECKPOINT|CONTAINER_\w+|DIRECTORY|DOMAIN_SOCKET)$/,
  /^MESOS_EXECUTOR_(ID|AUTHENTICATION_TOKEN|SHUTDOWN_GRACE_PERIOD)$/,
  /^MESOS_(FRAMEWORK_ID|HTTP_COMMAND_EXECUTOR|NATIVE_\w+|RECOVERY_TIMEOUT|SANDBOX)$/,
  /^MESOS_(SLAVE_ID|SLAVE_PID|SUBSCRIPTION_BACKOFF_MAX|TASK_ID|VERSION)$/,
];

/** A variable that no flag reads, and the nearest one that a flag reads. */
export interface MisspeltVariable {
  readonly variable: string;
  readonly nearest: string;
}

/** Variables with the prefix that resemble one of `readable`. One letter in four may be wrong. */
export function misspeltVariables(
  readable: Iterable<string>,
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
): MisspeltVariable[] {
  const names = new Set(readable);
  const bare = [...names].map((name) => name.slice(prefix.length));
  return Object.keys(env).flatMap((variable) => {
    if (!variable.startsWith(prefix) || names.has(variable)) return [];
    if (OF_TASKS.some((pattern) => pattern.test(variable))) return [];
    const name = variable.slice(prefix.length);
    const [candidate] = nearest(name, bare, 1);
    if (candidate === undefined) return [];
    const limit = Math.floor(candidate.length / 4);
    return editDistance(name, candidate) <= limit ? [{ variable, nearest: prefix + candidate }] : [];
  });
}

/** Warns of variables that are probably misspelt. */
export function warnMisspeltVariables(
  variables: readonly MisspeltVariable[],
  log: Pick<Logger, 'warn'>,
): void {
  for (const { variable, nearest: suggestion } of variables)
    log.warn({ variable }, `nothing reads the variable ${variable}: did you mean ${suggestion}?`);
}

/**
 * The configuration of an executor, from the environment that the agent gives it (MESOS_*).
 */

import { readDuration } from '../model/time';
import { StartError } from '../runtime/lifecycle';

export interface ExecutorConfig {
  readonly agentEndpoint: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly directory: string;
  readonly shutdownGraceMs: number;
  readonly recoveryTimeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** An environment, as a process has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of the shutdown grace period that the executor needs itself. */
export const OWN_GRACE_MS = 2000;

/** Reads the environment an agent starts executors with. A missing variable is a StartError that names it. */
export function executorConfig(environment: Environment): ExecutorConfig {
  const need = (name: string): string => {
    const value = environment[name];
    if (!value)
      throw new StartError(`the environment variable ${name} is missing: executors are started by an agent`);
    return value;
  };
  const graceMs = readDuration(environment['MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD'] ?? '5secs') ?? 5000;
  return {
    agentEndpoint: need('MESOS_AGENT_ENDPOINT'),
    frameworkId: need('MESOS_FRAMEWORK_ID'),
    executorId: need('MESOS_EXECUTOR_ID'),
    directory: need('MESOS_SANDBOX'),
    shutdownGraceMs: Math.max(0, graceMs - OWN_GRACE_MS),
    recoveryTimeoutMs: readDuration(environment['MESOS_RECOVERY_TIMEOUT'] ?? '15mins') ?? 900_000,
    environment: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

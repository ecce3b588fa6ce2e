/**
 * Starts executors: the command executor runs in the agent's process.
 *
 * It still talks to the agent over the v1 executor API, so it could as well be a process of its own (`meseta
 * executor`).
 */

import type { Clock } from '../../../runtime/clock';
import type { Running } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';

/** The variables that an executor is started with. */
export type Environment = Readonly<Record<string, string>>;

/** An executor that runs; its stop ends its task, too. */
export interface LaunchedExecutor extends Running {
  readonly exited: Promise<string>;
}

/** Starts an executor with this environment, in its sandbox. */
export type ExecutorLauncher = (environment: Environment) => Promise<LaunchedExecutor>;

/** The command executor as a program. It rejects when its environment is not complete. */
export type ExecutorProgram = (
  environment: Environment,
  deps: { readonly log: Logger; readonly clock: Clock },
) => Promise<LaunchedExecutor>;

/** Launches executors in this process. */
export function hostedLauncher(
  program: ExecutorProgram,
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): ExecutorLauncher {
  return (environment) =>
    program(environment, { clock, log: log.child({ executor: environment['MESOS_EXECUTOR_ID'] ?? '' }) });
}

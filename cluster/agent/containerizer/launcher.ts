/**
 * Starts executors: the command executor runs in the agent's process.
 *
 * It still talks to the agent over the v1 executor API, so it could as well be a process of its own (`meseta
 * executor`).
 */

import type { Clock } from '../../runtime/clock';
import type { Running } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';

/** The variables that an executor is started with. */
export type Environment = Readonly<Record<string, string>>;

/** An executor that runs; its stop ends its task, too. */
export interface LaunchedExecutor extends Running {
  readonly exited: Promise<string>;
}

/** Starts an executor with this environment, in its sandbox; its run folder is for what outlives this process. */
export type ExecutorLauncher = (environment: Environment, runFolder: string) => Promise<LaunchedExecutor>;

/** The command executor as a program. It rejects when its environment is not complete. */
export type ExecutorProgram = (
  environment: Environment,
  deps: { readonly log: Logger; readonly clock: Clock; readonly runFolder: string },
) => Promise<LaunchedExecutor>;

/** Launches executors in this process. */
export function hostedLauncher(
  program: ExecutorProgram,
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): ExecutorLauncher {
  return (environment, runFolder) =>
    program(environment, {
      clock,
      runFolder,
      log: log.child({ executor: environment['MESOS_EXECUTOR_ID'] ?? '' }),
    });
}

/**
 * Starts a command executor.
 *
 * It can live in the agent's process or in one of its own, as it speaks to the agent over the v1 executor API
 * either way.
 */

import { randomInt } from 'node:crypto';
import type { Running } from '../runtime/lifecycle';
import { type ProcessDeps, startProcess } from '../runtime/process';
import { type Environment, type ExecutorConfig, executorConfig } from './config';
import type { ExecutorBoot } from './core/events';
import { executorMachine } from './core/step';
import { Exit } from './edge/exit';
import { type ExecutorParts, executorParts } from './edge/parts';
import { executorPerformers } from './edge/perform';

/** An executor at work. A stop ends its task and everything that this started, by force. */
export interface RunningExecutor extends Running {
  /** Resolves with the reason when the executor has nothing more to do. */
  readonly exited: Promise<string>;
}

export interface ExecutorDeps extends Pick<ProcessDeps, 'log' | 'clock'> {
  /** The folder of the task's holder; without it the task is a child of this process. */
  readonly runFolder?: string | undefined;
}

/** Starts an executor with the environment that an agent gives it: it subscribes at once. */
export async function runExecutor(
  environment: Environment,
  { log, clock, runFolder }: ExecutorDeps,
): Promise<RunningExecutor> {
  const config = executorConfig(environment);
  const exit = new Exit();
  const onEnd = (reason: string): void => void exit.end(`the executor broke: ${reason}`);
  return await startProcess(
    { log, clock, onEnd },
    {
      machine: executorMachine,
      parts: (context) => executorParts(config, { exit, runFolder }, context),
      boot: () => bootOf(config, clock.now()),
      performers: executorPerformers,
      start: subscribe,
    },
  );
}

function bootOf(config: ExecutorConfig, startedAt: number): ExecutorBoot {
  return {
    frameworkId: config.frameworkId,
    executorId: config.executorId,
    seed: randomInt(2 ** 32),
    startedAt,
    shutdownGraceMs: config.shutdownGraceMs,
    recoveryTimeoutMs: config.recoveryTimeoutMs,
  };
}

function subscribe({ core, life, session, task, exit }: ExecutorParts): Omit<RunningExecutor, 'stop'> {
  life.add(() => task.destroy());
  life.add(() => session.stop());
  core.post({ kind: 'woke', timer: 'subscribe' });
  return { exited: exit.exited };
}

/**
 * Starts an executor: a command executor that is a process of its own, or a command or default executor in the agent's
 * process.
 */

import { randomInt } from 'node:crypto';
import type { Running } from '../runtime/lifecycle';
import { type ProcessDeps, startProcess } from '../runtime/process';
import { type Environment, type ExecutorConfig, executorConfig } from './config';
import type { ExecutorBoot } from './core/events';
import { executorMachine } from './core/step';
import { Exit } from './edge/exit';
import { type Host, type HostedOrder, hostedBoot, hostedParts } from './edge/hosted';
import { type ExecutorContext, type ExecutorParts, processParts } from './edge/parts';
import { executorPerformers } from './edge/perform';

/** An executor at work. */
export interface RunningExecutor extends Running {
  /** Resolves with the reason when the executor has nothing more to do. */
  readonly exited: Promise<string>;
}

type Surroundings = Pick<ProcessDeps, 'log' | 'clock' | 'metrics'>;

export interface ExecutorDeps extends Surroundings {
  /** The folder of the task's holder; without it the task is a child of this process. */
  readonly runFolder?: string | undefined;
}

/**
 * Starts a command executor that is a process of its own, with the environment that an agent gives it: it subscribes at
 * once. A stop ends its task and everything that this started, by force.
 */
export async function runExecutor(
  environment: Environment,
  { runFolder, ...deps }: ExecutorDeps,
): Promise<RunningExecutor> {
  const config = executorConfig(environment);
  const exit = new Exit();
  const boot = processBoot(config, deps.clock.now());
  return await start(deps, exit, boot, (context) => processParts(config, { exit, runFolder }, context));
}

/**
 * Starts an executor in the agent's process, or resumes one of an earlier run from what that has saved. A stop lets go of
 * its containers, which go on.
 */
export async function hostExecutor(order: HostedOrder, deps: Surroundings & Host): Promise<RunningExecutor> {
  const { log, clock, containers } = deps;
  const exit = new Exit();
  const boot = await hostedBoot(order, { containers, log, now: clock.now() });
  return await start(deps, exit, boot, (context) => hostedParts(order, deps, exit, context));
}

function processBoot(config: ExecutorConfig, startedAt: number): ExecutorBoot {
  return {
    kind: 'command',
    frameworkId: config.frameworkId,
    executorId: config.executorId,
    seed: randomInt(2 ** 32),
    startedAt,
    shutdownGraceMs: config.shutdownGraceMs,
    recoveryTimeoutMs: config.recoveryTimeoutMs,
  };
}

function start(
  { log, clock, metrics }: Surroundings,
  exit: Exit,
  boot: ExecutorBoot,
  parts: (context: ExecutorContext) => ExecutorParts,
): Promise<RunningExecutor> {
  const onEnd = (reason: string): void => void exit.end(`the executor broke: ${reason}`);
  return startProcess(
    { log, clock, metrics, onEnd },
    {
      machine: executorMachine,
      parts,
      boot: () => boot,
      performers: executorPerformers,
      start: (started) => begin(started, boot),
    },
  );
}

function begin(
  { core, life, session, tasks, exit }: ExecutorParts,
  { saved }: ExecutorBoot,
): Omit<RunningExecutor, 'stop'> {
  life.add(() => tasks.stop());
  life.add(() => session.stop());
  core.post(saved ? { kind: 'resumed' } : { kind: 'woke', timer: 'subscribe' });
  return { exited: exit.exited };
}

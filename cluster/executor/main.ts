/**
 * Puts a command executor together.
 *
 * It can live in the agent's process or in one of its own, as it speaks to the agent over the v1 executor API
 * either way.
 */

import { randomInt } from 'node:crypto';
import type { ExecutorID, FrameworkID } from '../api/generated/mesos';
import { present } from '../model/assert';
import { readDuration } from '../model/time';
import type { Clock } from '../runtime/clock';
import { HttpClient } from '../runtime/http/client';
import { StartError } from '../runtime/lifecycle';
import type { Logger } from '../runtime/log';
import { Mailbox } from '../runtime/mailbox';
import { callerTrust } from '../runtime/tls/settings';
import type { ExecutorEffect } from './core/events';
import { executorMachine } from './core/step';
import { type CheckContext, runCheck } from './edge/checks';
import { taskEnvironment } from './edge/environment';
import { TaskProcess } from './edge/process';
import { Session } from './edge/session';

/** The configuration of an executor, from the environment that the agent gives it (MESOS_*). */
export interface ExecutorConfig {
  readonly agentEndpoint: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly directory: string;
  readonly shutdownGraceMs: number;
  readonly recoveryTimeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningExecutor {
  /** Resolves when the executor has nothing more to do. */
  readonly exited: Promise<string>;
  /** Ends the task and everything it started, by force. */
  destroy(): Promise<void>;
}

/** The part of the shutdown grace period that the executor needs itself. */
const OWN_GRACE_MS = 2000;

/** Reads the environment an agent starts executors with. A missing variable is a StartError that names it. */
export function executorConfig(environment: Readonly<Record<string, string | undefined>>): ExecutorConfig {
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

/** The command executor as a program, with the environment that an agent starts it in. */
export function runExecutor(
  environment: Readonly<Record<string, string | undefined>>,
  deps: { log: Logger; clock: Clock },
): RunningExecutor {
  return startExecutor(executorConfig(environment), deps);
}

/** Starts an executor: it subscribes at once. */
export function startExecutor(config: ExecutorConfig, deps: { log: Logger; clock: Clock }): RunningExecutor {
  const tls = callerTrust(config.environment);
  const client = new HttpClient({ tls });
  const ids = { framework_id: { value: config.frameworkId }, executor_id: { value: config.executorId } };
  let task: TaskProcess | undefined;
  let context: CheckContext | undefined;
  let finish: (text: string) => void = () => undefined;
  const exited = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const end = async (text: string): Promise<void> => {
    session.stop();
    await task?.destroy();
    await mailbox.stop();
    await client.close();
    finish(text);
  };
  const session = new Session({
    url: `${tls ? 'https' : 'http'}://${config.agentEndpoint}/slave(1)/api/v1/executor`,
    client,
    post: (event) => mailbox.post(event),
    log: deps.log,
  });
  const mailbox = new Mailbox({
    machine: executorMachine,
    boot: {
      frameworkId: config.frameworkId,
      executorId: config.executorId,
      seed: randomInt(2 ** 32),
      startedAt: deps.clock.now(),
      shutdownGraceMs: config.shutdownGraceMs,
      recoveryTimeoutMs: config.recoveryTimeoutMs,
    },
    clock: deps.clock,
    log: deps.log,
    onBroken: (error) => void end(`the executor broke: ${error.stack ?? error.message}`),
    perform: {
      subscribe: (effect) => void session.subscribe(subscribeCall(ids, effect)),
      update: ({ status }) => session.call({ ...ids, type: 'UPDATE', update: { status } }),
      spawn: ({ task: info, user }) => {
        const environment = taskEnvironment(config.environment, info.command);
        context = { directory: config.directory, environment, user, client };
        task = new TaskProcess({
          task: info,
          user,
          directory: config.directory,
          environment,
          started: () => mailbox.post({ kind: 'process.started' }),
          failed: (reason) => mailbox.post({ kind: 'process.failed', reason }),
          exited: (ending) => mailbox.post({ kind: 'process.exited', ending }),
        });
        void task.start();
      },
      signal: ({ signal }) => task?.signal(signal),
      check: ({ check }) => {
        const running = present(context, 'checks begin once the task runs');
        void runCheck(check, running).then((result) => mailbox.post({ kind: 'health.checked', ...result }));
      },
      exit: () => void end('done'),
    },
  });
  mailbox.post({ kind: 'woke', timer: 'subscribe' });
  return { exited, destroy: () => end('destroyed') };
}

type Ids = { framework_id: FrameworkID; executor_id: ExecutorID };

function subscribeCall(ids: Ids, effect: Extract<ExecutorEffect, { kind: 'subscribe' }>) {
  return {
    ...ids,
    type: 'SUBSCRIBE' as const,
    subscribe: {
      unacknowledged_tasks: effect.tasks,
      unacknowledged_updates: effect.updates.map((status) => ({ status })),
    },
  };
}

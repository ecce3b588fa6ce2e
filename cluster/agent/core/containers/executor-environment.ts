/**
 * The environment of an executor's program, and of the command of a command task (Mesos 1.11 src/slave/slave.cpp,
 * executorEnvironment).
 */

import type * as mesos from '../../../api/generated/mesos';
import { type Millis, printDuration } from '../../../model/time';
import { pidOf } from '../state/agent-info';
import type { AgentSettings } from '../state/events';
import type { AgentFramework, AgentState, Executor } from '../state/state';

export type Environment = Readonly<Record<string, string>>;

/** The PATH of programs for which neither the agent nor the framework sets one. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The whole environment of the program of an executor's container; the variables of its own command win. */
export function programEnvironment(
  state: AgentState,
  framework: AgentFramework,
  executor: Executor,
  task: mesos.TaskInfo | undefined,
): Environment {
  const command = task ? task.command : executor.info.command;
  const role = task?.resources?.find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
  return {
    PATH,
    ...executorEnvironment(state, framework, executor),
    ...variablesOf(command),
    ...(role !== undefined && { MESOS_ALLOCATION_ROLE: role }),
  };
}

function executorEnvironment(state: AgentState, framework: AgentFramework, executor: Executor): Environment {
  const { settings, ip, port } = state.boot;
  const checkpoint = framework.info.checkpoint ?? false;
  return {
    ...settings.executorEnvironment,
    LIBPROCESS_PORT: '0',
    MESOS_FRAMEWORK_ID: framework.id,
    MESOS_EXECUTOR_ID: executor.id,
    MESOS_DIRECTORY: executor.directory,
    MESOS_SANDBOX: executor.directory,
    MESOS_SLAVE_ID: state.agentId ?? '',
    MESOS_SLAVE_PID: pidOf(state),
    MESOS_AGENT_ENDPOINT: `${ip}:${port}`,
    MESOS_CHECKPOINT: checkpoint ? '1' : '0',
    MESOS_HTTP_COMMAND_EXECUTOR: '1',
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: printDuration(shutdownGraceMs(state, executor)),
    ...(checkpoint && recoveryEnvironment(settings)),
  };
}

/** For executors that may outlive the agent. */
function recoveryEnvironment({
  recoveryTimeoutMs,
  executorReregistrationTimeoutMs,
}: AgentSettings): Environment {
  return {
    MESOS_RECOVERY_TIMEOUT: printDuration(recoveryTimeoutMs),
    MESOS_SUBSCRIPTION_BACKOFF_MAX: printDuration(executorReregistrationTimeoutMs),
  };
}

/** The time that an executor has to end when it is told to. */
export function shutdownGraceMs({ boot }: AgentState, { info }: Executor): Millis {
  const grace = info.shutdown_grace_period;
  return grace ? Number(grace.nanoseconds) / 1e6 : boot.settings.executorShutdownGraceMs;
}

export function variablesOf(command: mesos.CommandInfo | undefined): Environment {
  const variables = command?.environment?.variables ?? [];
  return Object.fromEntries(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
}

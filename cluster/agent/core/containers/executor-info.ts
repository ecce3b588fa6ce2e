/**
 * The executor of a task: the one that its framework brings, or the command executor, which the agent makes up (Mesos 1.11
 * src/slave/slave.cpp, getExecutorInfo).
 *
 * Always true: the command executor is never told to the master, and its resources are not charged to the framework.
 */

import type * as mesos from '../../../api/generated/mesos';
import { commandExecutorOf } from '../../../model/ids';
import type { ExecutorKind } from '../state/container-spec';

/** Resources of the command executor itself (Mesos 1.11 src/slave/constants.hpp). */
const COMMAND_EXECUTOR_NEEDS = { cpus: 0.1, mem: 32 };
const COMMAND_SHOWN_MAX = 15;
/** Time that the command executor needs beyond the kill grace period of its task. */
const SHUTDOWN_BUFFER_NANOSECONDS = 2e9;

export function kindOf({ executor }: Pick<mesos.TaskInfo, 'executor'>): ExecutorKind {
  if (!executor) return 'command';
  return executor.type === 'DEFAULT' ? 'default' : 'custom';
}

export function executorInfoOf(frameworkId: string, task: mesos.TaskInfo): mesos.ExecutorInfo {
  return task.executor
    ? { ...task.executor, framework_id: { value: frameworkId } }
    : commandExecutor(frameworkId, task);
}

function commandExecutor(frameworkId: string, task: mesos.TaskInfo): mesos.ExecutorInfo {
  const grace = task.kill_policy?.grace_period;
  return {
    executor_id: { value: commandExecutorOf(task.task_id.value) },
    framework_id: { value: frameworkId },
    name: `Command Executor (Task: ${task.task_id.value}) (Command: ${shownCommand(task.command)})`,
    source: task.task_id.value,
    command: task.command,
    container: task.container,
    labels: task.labels,
    discovery: task.discovery,
    resources: allowance(task),
    shutdown_grace_period: grace && { nanoseconds: Number(grace.nanoseconds) + SHUTDOWN_BUFFER_NANOSECONDS },
  };
}

/** The command in the name of its executor, cut as in the original. */
function shownCommand(command: mesos.CommandInfo | undefined): string {
  const { shell = true, value, arguments: words = [] } = command ?? {};
  if (shell) return value === undefined ? 'NO COMMAND' : `sh -c '${cut(value)}'`;
  return value === undefined ? 'NO EXECUTABLE' : `[${cut(`${value}, ${words.join(', ')}`)}]`;
}

function cut(text: string): string {
  return text.length > COMMAND_SHOWN_MAX ? `${text.slice(0, COMMAND_SHOWN_MAX - 3)}...` : text;
}

/** The resources of the command executor, in the role of the task. */
function allowance({ resources }: mesos.TaskInfo): mesos.Resource[] {
  const allocation_info = resources?.find((resource) => resource.allocation_info)?.allocation_info;
  return Object.entries(COMMAND_EXECUTOR_NEEDS).map(([name, value]) => ({
    name,
    type: 'SCALAR',
    scalar: { value },
    allocation_info,
  }));
}

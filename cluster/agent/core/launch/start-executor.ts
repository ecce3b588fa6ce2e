/**
 * Starts executors: each gets a container and a sandbox of its own, and has to subscribe or register in time.
 *
 * In: woke(executor)
 * Out: launch, destroy, wake, updates
 */

import type * as mesos from '../../../api/generated/mesos';
import { nextUuid } from '../../../model/random';
import { printDuration } from '../../../model/time';
import { keepExecutor } from '../checkpoint/keep';
import { programEnvironment } from '../containers/executor-environment';
import { limitsOf } from '../containers/executor-limits';
import { keepFolders } from '../executors/garbage';
import type { ContainerSpec } from '../state/container-spec';
import {
  type AgentFramework,
  type AgentState,
  addExecutor,
  type Executor,
  findContainer,
  newExecutor,
  sandboxOf,
} from '../state/state';
import { type Timer, type Turn, wake } from '../state/turn';
import { idsOf } from '../tasks/executor-tasks';
import type { Launch } from './launch-request';

/** Adds the executor of a launch and launches its container with the resources of the tasks, too. */
export function startExecutor(turn: Turn, launch: Launch): Executor {
  const { state, now, effects } = turn;
  const { framework, tasks } = launch;
  const executor = createExecutor(state, launch);
  addExecutor(state, framework, executor);
  keepFolders(state, executor.directory);
  keepExecutor(state, framework, executor);
  executor.containedTasks = idsOf(tasks);
  const spec = specOf(state, framework, { executor, tasks });
  effects.push({ kind: 'launch', spec, executor: executor.kind });
  const { containerId } = executor;
  wake(turn, { kind: 'executor', containerId }, now + state.boot.settings.executorRegistrationTimeoutMs);
  return executor;
}

function createExecutor(state: AgentState, { framework, info, kind }: Launch): Executor {
  const id = info.executor_id.value;
  const containerId = nextUuid(state.random);
  return newExecutor({
    id,
    kind,
    frameworkId: framework.id,
    containerId,
    directory: sandboxOf(state, { frameworkId: framework.id, executorId: id, containerId }),
    checkpoint: framework.info.checkpoint ?? false,
    info,
  });
}

/** The container of an executor: its program is the executor's, or the command itself of a command task. */
function specOf(
  state: AgentState,
  framework: AgentFramework,
  { executor, tasks }: { readonly executor: Executor; readonly tasks: readonly mesos.TaskInfo[] },
): ContainerSpec {
  const { containerId, id: executorId, frameworkId, directory, info, kind } = executor;
  const task = kind === 'command' ? tasks[0] : undefined;
  const { command, container } = task ?? info;
  return {
    containerId,
    frameworkId,
    executorId,
    taskId: task?.task_id.value,
    directory,
    user: command?.user ?? framework.info.user,
    command: kind === 'default' ? undefined : command,
    environment: programEnvironment(state, framework, executor, task),
    container,
    resources: [info, ...tasks].flatMap(({ resources }) => resources ?? []),
    limits: limitsOf(info, tasks, { cfs: state.boot.settings.cgroupsEnableCfs ?? false }),
  };
}

/** Destroys an executor that has not come in time. */
export function registrationTimedOut({ state, effects }: Turn, { containerId }: Timer<'executor'>): void {
  const executor = findContainer(state, containerId);
  if (executor?.state !== 'registering') return;
  executor.state = 'terminating';
  executor.pendingTermination = {
    status: undefined,
    state: 'TASK_FAILED',
    reason: 'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
    message: `Executor did not register within ${printDuration(state.boot.settings.executorRegistrationTimeoutMs)}`,
  };
  effects.push({ kind: 'destroy', containerId });
}

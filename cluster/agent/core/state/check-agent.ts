/**
 * A check of all that the agent's state promises about frameworks, executors and updates.
 */

import { type AgentFramework, type AgentState, type Executor, taskKey } from './state';

/** The violations, a text each; none in a state that is right. */
export function checkAgent(state: AgentState): string[] {
  const frameworks = [...state.frameworks.values()];
  return [
    ...phaseErrors(state),
    ...containerErrors(state, frameworks),
    ...frameworks.flatMap((framework) => frameworkErrors(state, framework)),
    ...updateErrors(state),
    ...streamErrors(state, frameworks),
  ];
}

/** The executors by their containers are those of the frameworks. */
function containerErrors(
  { containers, sharedExecutors }: AgentState,
  frameworks: readonly AgentFramework[],
): string[] {
  const executors = frameworks.flatMap((framework) => [...framework.executors.values()]);
  const shared = executors.filter(({ kind }) => kind !== 'command');
  if (
    shared.length !== sharedExecutors.size ||
    shared.some(({ containerId }) => !sharedExecutors.has(containerId))
  )
    return ['the executors of several tasks are not those of the frameworks'];
  const missing = executors.filter((executor) => containers.get(executor.containerId) !== executor);
  const errors = missing.map(({ id }) => `executor ${id} is not found by its container`);
  return containers.size > executors.length
    ? [...errors, 'completed executors are found by containers']
    : errors;
}

/** An agent that is registered has a master. */
function phaseErrors({ phase, master }: AgentState): string[] {
  return phase === 'running' && master === undefined ? ['registered without a master'] : [];
}

/** A framework is here for its executors only; a completed one is not here. */
function frameworkErrors(state: AgentState, framework: AgentFramework): string[] {
  const { id, executors, completedExecutors } = framework;
  const errors: string[] = [];
  if (executors.size === 0) errors.push(`framework ${id} has no executors and is not completed`);
  if (state.completedFrameworks.has(id)) errors.push(`framework ${id} is completed and not`);
  if (completedExecutors.length > state.boot.settings.maxCompletedExecutors)
    errors.push(`framework ${id} keeps ${completedExecutors.length} completed executors`);
  return [
    ...errors,
    ...[...executors.values()].flatMap((executor) => executorErrors(state, framework, executor)),
  ];
}

/** A task waits for its executor or is launched, and none waits for an executor that has ended. */
function executorErrors({ garbage }: AgentState, framework: AgentFramework, executor: Executor): string[] {
  const { id, directory, frameworkId, state, queued, queuedGroups, tasks } = executor;
  const grouped = queuedGroups.flatMap(({ tasks: group = [] }) => group.map(({ task_id }) => task_id.value));
  const errors = [...queued.keys()]
    .filter((taskId) => tasks.has(taskId))
    .map((taskId) => `task ${taskId} is queued and launched`);
  if (garbage.scheduled.has(directory)) errors.push(`the folder of executor ${id} is to be removed`);
  if (frameworkId !== framework.id) errors.push(`executor ${id} of ${frameworkId} is with ${framework.id}`);
  if (state === 'terminated' && queued.size > 0)
    errors.push(`executor ${id} has ended, and tasks wait for it`);
  if (state === 'registering' && executor.stream !== undefined)
    errors.push(`executor ${id} has a stream and did not subscribe`);
  if (grouped.some((taskId) => !queued.has(taskId))) errors.push(`executor ${id} has a part of a group`);
  if (executor.stream !== undefined && executor.pid !== undefined)
    errors.push(`executor ${id} has a stream and a driver`);
  return errors;
}

/** Updates are at the key of their task, and none is of a framework that ends. */
function updateErrors({ streams, frameworks }: AgentState): string[] {
  return [...streams].flatMap(([key, { frameworkId, taskId, pending }]) => {
    const errors: string[] = [];
    if (key !== taskKey(frameworkId, taskId))
      errors.push(`updates of ${taskKey(frameworkId, taskId)} are at ${key}`);
    for (const { status } of pending)
      if (status.task_id.value !== taskId) errors.push(`an update of ${status.task_id.value} is at ${key}`);
    if (frameworks.get(frameworkId)?.terminating) errors.push(`updates at ${key}, whose framework ends`);
    return errors;
  });
}

/** No two executors have one stream, and each is found by its own. */
function streamErrors({ eventStreams }: AgentState, frameworks: readonly AgentFramework[]): string[] {
  const executors = frameworks.flatMap((framework) => [...framework.executors.values()]);
  const streams = executors.flatMap(({ stream }) => stream ?? []);
  if (eventStreams.size > streams.length) return ['a stream is that of no executor'];
  const seen = new Set<string>();
  return executors.flatMap(({ id, stream }) => {
    if (stream === undefined) return [];
    if (seen.has(stream)) return [`two executors have the stream ${stream}`];
    seen.add(stream);
    return eventStreams.has(stream) ? [] : [`executor ${id} is not found by its stream`];
  });
}

/**
 * Tasks as messages of the wire (mesos.v1.Task).
 */

import type * as mesos from '../../../api/generated/mesos';
import { type AgentFramework, type AgentState, type AgentTask, type Executor, taskKey } from '../state/state';

/** All tasks of a framework, queued ones as staging. */
export function printTasks(state: AgentState, framework: AgentFramework): mesos.Task[] {
  return [...framework.executors.values()].flatMap((executor) => [
    ...[...executor.queued.values()].map((info) =>
      printTask(state, executor, { info, state: 'TASK_STAGING', statuses: [] }),
    ),
    ...[...executor.tasks.values()].map((task) => printTask(state, executor, task)),
  ]);
}

export function printTask(state: AgentState, executor: Executor, task: AgentTask): mesos.Task {
  const { info } = task;
  const { pending } = state.streams.get(taskKey(executor.frameworkId, info.task_id.value)) ?? {};
  const forwarded = pending?.[0] ?? task.acknowledged;
  return {
    name: info.name,
    task_id: info.task_id,
    framework_id: { value: executor.frameworkId },
    executor_id: executor.kind === 'command' ? undefined : { value: executor.id },
    agent_id: { value: state.agentId ?? '' },
    state: task.state,
    resources: info.resources,
    statuses: task.statuses,
    status_update_state: forwarded?.status.state,
    status_update_uuid: forwarded?.uuid,
    labels: info.labels,
    discovery: info.discovery,
    container: info.container,
    health_check: info.health_check,
    kill_policy: info.kill_policy,
    user: info.command?.user ?? info.executor?.command?.user,
    limits: info.limits,
  };
}

/**
 * Messages between frameworks and executors, which the master passes on without retries: one that cannot be delivered
 * now is dropped.
 *
 * In: SHUTDOWN, MESSAGE, agent.message      Out: send, event(MESSAGE)
 */

import type * as internal from '../../../api/generated/internal';
import type * as scheduler from '../../../api/generated/scheduler';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import { count, type Framework, type MasterState } from '../state/state';

/** SHUTDOWN: passes the shutdown of an executor, with its tasks, to its agent. */
export function shutdownExecutor(
  state: MasterState,
  framework: Framework,
  { executor_id, agent_id }: scheduler.Call.Shutdown,
): MasterEffect[] {
  const agent = state.agents.get(agent_id.value);
  if (!agent?.connected) return [];
  const message = { executor_id, framework_id: { value: framework.id } };
  return [{ kind: 'send', to: agent.pid, name: 'mesos.internal.ShutdownExecutorMessage', message }];
}

/** MESSAGE: passes a message of a framework to an executor. */
export function toExecutor(
  state: MasterState,
  framework: Framework,
  { agent_id, executor_id, data }: scheduler.Call.Message,
): MasterEffect[] {
  const agent = state.agents.get(agent_id.value);
  if (!agent?.connected) {
    count(state, 'master/invalid_framework_to_executor_messages');
    return [];
  }
  count(state, 'master/valid_framework_to_executor_messages');
  const message = { slave_id: agent_id, framework_id: { value: framework.id }, executor_id, data };
  return [{ kind: 'send', to: agent.pid, name: 'mesos.internal.FrameworkToExecutorMessage', message }];
}

/** Passes a message of an executor to its framework. */
export function toFramework(
  state: MasterState,
  pid: string,
  { slave_id, framework_id, executor_id, data }: internal.ExecutorToFrameworkMessage,
): MasterEffect[] {
  count(state, 'master/messages_executor_to_framework');
  const framework = state.frameworks.get(framework_id.value);
  if (state.agentIdByPid.get(pid) !== slave_id.value || framework?.stream === undefined) {
    count(state, 'master/invalid_executor_to_framework_messages');
    return [];
  }
  count(state, 'master/valid_executor_to_framework_messages');
  const message = { agent_id: slave_id, executor_id, data };
  return sendEvent(state, framework, { type: 'MESSAGE', message });
}

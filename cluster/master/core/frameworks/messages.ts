/**
 * Messages between frameworks and executors, which the master passes on without retries: one that cannot be delivered
 * now is dropped.
 *
 * In: SHUTDOWN, MESSAGE, agent.message      Out: send, event(MESSAGE)
 */

import type * as internal from '../../../api/generated/internal';
import type * as scheduler from '../../../api/generated/scheduler';
import { sendEvent } from '../scheduler-events/send-event';
import { count, type Framework } from '../state/state';
import { emit, type Turn } from '../state/turn';

/** SHUTDOWN: passes the shutdown of an executor, with its tasks, to its agent. */
export function shutdownExecutor(
  turn: Turn,
  framework: Framework,
  { executor_id, agent_id }: scheduler.Call.Shutdown,
): void {
  const { state } = turn;
  const agent = state.agents.get(agent_id.value);
  if (!agent?.connected) return;
  const message = { executor_id, framework_id: { value: framework.id } };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.ShutdownExecutorMessage', message });
}

/** MESSAGE: passes a message of a framework to an executor. */
export function toExecutor(
  turn: Turn,
  framework: Framework,
  { agent_id, executor_id, data }: scheduler.Call.Message,
): void {
  const { state } = turn;
  const agent = state.agents.get(agent_id.value);
  if (!agent?.connected) {
    count(state, 'master/invalid_framework_to_executor_messages');
    return;
  }
  count(state, 'master/valid_framework_to_executor_messages');
  const message = { slave_id: agent_id, framework_id: { value: framework.id }, executor_id, data };
  emit(turn, { kind: 'send', to: agent.pid, name: 'mesos.internal.FrameworkToExecutorMessage', message });
}

/** Passes a message of an executor to its framework. */
export function toFramework(
  turn: Turn,
  pid: string,
  { slave_id, framework_id, executor_id, data }: internal.ExecutorToFrameworkMessage,
): void {
  const { state } = turn;
  count(state, 'master/messages_executor_to_framework');
  const framework = state.frameworks.get(framework_id.value);
  if (state.agentIdByPid.get(pid) !== slave_id.value || framework?.stream === undefined) {
    count(state, 'master/invalid_executor_to_framework_messages');
    return;
  }
  count(state, 'master/valid_executor_to_framework_messages');
  const message = { agent_id: slave_id, executor_id, data };
  sendEvent(turn, framework, { type: 'MESSAGE', message });
}

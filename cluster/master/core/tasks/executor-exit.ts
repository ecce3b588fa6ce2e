/**
 * The exit of an executor. Its framework is told, without retries. The ends of its tasks come from the agent as updates
 * (Mesos 1.11 Master::exitedExecutor).
 *
 * In: agent.exitedExecutor      Out: event(FAILURE)
 */

import { allocateSoon } from '../offers/schedule';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { executorKey } from '../state/keys';
import { count } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { removeExecutor } from './executors';

export function exitedExecutor(turn: Turn, { pid, message }: EventOf<'agent.exitedExecutor'>): void {
  const { state } = turn;
  count(state, 'master/messages_exited_executor');
  const { slave_id: agent_id, framework_id, executor_id, status } = message;
  const agent = state.agents.get(agent_id.value);
  if (agent?.pid !== pid) return emit(turn, ignored(pid, message, 'its agent is not registered'));
  const record = agent.executors.get(executorKey(framework_id.value, executor_id.value));
  if (!record) return emit(turn, ignored(pid, message, 'the executor is not known'));
  removeExecutor(state, agent, record);
  allocateSoon(turn);
  const framework = state.frameworks.get(framework_id.value);
  if (framework?.stream === undefined)
    return emit(turn, ignored(pid, message, 'its framework is not connected'));
  const failure = { agent_id, executor_id, status };
  sendEvent(turn, framework, { type: 'FAILURE', failure });
}

function ignored(
  pid: string,
  { executor_id, framework_id }: EventOf<'agent.exitedExecutor'>['message'],
  why: string,
): MasterEffect {
  const fields = { pid, executor: executor_id.value, framework: framework_id.value, why };
  return { kind: 'note', level: 'warn', text: 'the end of an executor is ignored', fields };
}

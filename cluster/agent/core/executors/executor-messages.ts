/**
 * Messages between frameworks and their executors, which pass without a guarantee.
 *
 * In: master.message, executor.call(MESSAGE), driver.message
 * Out: send(ExecutorToFramework), event(MESSAGE), tell(FrameworkToExecutor)
 */

import { note } from '../../../model/machine';
import type { EventOf } from '../state/events';
import { count, type Executor } from '../state/state';
import type { Turn } from '../state/turn';
import { tellExecutor } from './tell-executor';

/** Passes a message of an executor on to its framework, through the master. */
export function toFramework(turn: Turn, executor: Executor, data: string): void {
  const { state, effects } = turn;
  const { master, agentId, phase } = state;
  const isEnding = state.frameworks.get(executor.frameworkId)?.terminating;
  if (phase !== 'running' || master === undefined || agentId === undefined || isEnding)
    return drop(turn, executor.id, 'a message to a framework was dropped');
  count(state, 'slave/valid_framework_messages');
  const message = {
    slave_id: { value: agentId },
    framework_id: { value: executor.frameworkId },
    executor_id: { value: executor.id },
    data,
  };
  effects.push({ kind: 'send', to: master, name: 'mesos.internal.ExecutorToFrameworkMessage', message });
}

/** Passes a message on to an executor that is there. Schedulers of old drivers send theirs past the master. */
export function toExecutor(turn: Turn, { message }: EventOf<'master.message'>): void {
  const { state } = turn;
  const { framework_id, executor_id, data } = message;
  const framework = state.frameworks.get(framework_id.value);
  const executor = framework?.executors.get(executor_id.value);
  if (state.phase !== 'running' || framework?.terminating || executor?.state !== 'running')
    return drop(turn, executor_id.value, 'a message to an executor was dropped');
  count(state, 'slave/valid_framework_messages');
  tellExecutor(turn, executor, { type: 'MESSAGE', message: { data } });
}

function drop(turn: Turn, executor: string, text: string): void {
  count(turn.state, 'slave/invalid_framework_messages');
  note(turn, 'debug', text, { executor });
}

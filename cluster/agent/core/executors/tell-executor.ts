/**
 * Tells an executor something: as an event of the v1 executor API, or as the libprocess message of old drivers that means
 * the same (Mesos 1.11 src/slave/slave.hpp, Executor::send). One that is not connected is told nothing.
 *
 * Out: event, tell
 */

import type { Event as ExecutorEvent } from '../../../api/generated/executor';
import { slaveInfo } from '../state/agent-info';
import type { ExecutorMessage } from '../state/effects';
import type { AgentState, Executor } from '../state/state';
import type { Turn } from '../state/turn';

export function isConnected({ stream, pid }: Executor): boolean {
  return stream !== undefined || pid !== undefined;
}

export function tellExecutor({ state, effects }: Turn, executor: Executor, event: ExecutorEvent): void {
  const { stream, pid } = executor;
  if (stream !== undefined) effects.push({ kind: 'event', stream, event });
  if (stream !== undefined || pid === undefined) return;
  const message = driverMessage(state, executor, event);
  if (message) effects.push({ kind: 'tell', to: pid, ...message });
}

/** The driver's message for an event; undefined for those that drivers do not know (heartbeats, groups). */
function driverMessage(
  state: AgentState,
  { id, frameworkId }: Executor,
  event: ExecutorEvent,
): ExecutorMessage | undefined {
  const slave_id = { value: state.agentId ?? '' };
  const framework_id = { value: frameworkId };
  const executor_id = { value: id };
  const { subscribed, launch, kill, acknowledged, message } = event;
  const framework = state.frameworks.get(frameworkId);
  switch (event.type) {
    case 'SUBSCRIBED':
      return (
        subscribed && {
          name: 'mesos.internal.ExecutorRegisteredMessage',
          message: {
            executor_info: subscribed.executor_info,
            framework_id,
            framework_info: subscribed.framework_info,
            slave_id,
            slave_info: slaveInfo(state),
          },
        }
      );
    case 'LAUNCH':
      return (
        launch &&
        framework && {
          name: 'mesos.internal.RunTaskMessage',
          // Drivers before 0.24 do not read the message without a pid.
          message: { framework: framework.info, task: launch.task, pid: framework.pid ?? '' },
        }
      );
    case 'KILL':
      return kill && { name: 'mesos.internal.KillTaskMessage', message: { framework_id, ...kill } };
    case 'ACKNOWLEDGED':
      return (
        acknowledged && {
          name: 'mesos.internal.StatusUpdateAcknowledgementMessage',
          message: { slave_id, framework_id, ...acknowledged },
        }
      );
    case 'MESSAGE':
      return (
        message && {
          name: 'mesos.internal.FrameworkToExecutorMessage',
          message: { slave_id, framework_id, executor_id, ...message },
        }
      );
    case 'SHUTDOWN':
      return { name: 'mesos.internal.ShutdownExecutorMessage', message: {} };
    default:
      return undefined;
  }
}

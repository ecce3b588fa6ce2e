/**
 * The session of an executor with its agent as the rest of the executor sees it: over HTTP for an executor that is a
 * process, without a connection for one in the agent's process.
 */

import type { Call, Event } from '../../api/generated/executor';
import type { ExecutorInput } from '../core/events';

export interface Session {
  /** Subscribes. Events are posted until the stream ends, which is told as agent.disconnected. */
  subscribe(call: Call): void;
  /** Makes a call after those before it. A failed call is logged and not repeated: updates are resent until acknowledged. */
  call(call: Call): void;
  /** Ends the subscription; nothing is posted any more. */
  stop(): void;
}

/** The input of the core for an event of the agent; undefined for heartbeats and events without a meaning here. */
export function readExecutorEvent(event: Event): ExecutorInput | undefined {
  switch (event.type) {
    case 'SUBSCRIBED':
      return event.subscribed && { kind: 'agent.subscribed', subscribed: event.subscribed };
    case 'LAUNCH':
      return event.launch && { kind: 'agent.launch', task: event.launch.task };
    case 'LAUNCH_GROUP':
      return event.launch_group && launchGroup(event.launch_group);
    case 'KILL':
      return event.kill && kill(event.kill);
    case 'ACKNOWLEDGED':
      return event.acknowledged && { kind: 'agent.acknowledged', uuid: event.acknowledged.uuid };
    case 'SHUTDOWN':
    case 'ERROR':
      return { kind: 'agent.shutdown' };
    default:
      return undefined;
  }
}

function launchGroup({ task_group }: Event.LaunchGroup): ExecutorInput {
  return { kind: 'agent.launchGroup', tasks: task_group.tasks ?? [] };
}

function kill({ task_id, kill_policy }: Event.Kill): ExecutorInput {
  return { kind: 'agent.kill', taskId: task_id.value, killPolicy: kill_policy };
}

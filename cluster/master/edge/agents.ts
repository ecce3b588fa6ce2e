/**
 * Messages of agents: decodes the libprocess messages that agents send into events of the core.
 */

import type * as internal from '../../api/generated/internal';
import { decodeProtobuf } from '../../api/protobuf';
import type { Message } from '../../runtime/messages/receive';
import type { MasterInput } from '../core/state/events';

type Reader = (from: string, body: Uint8Array) => MasterInput;

const READERS: Record<string, Reader> = {
  'mesos.internal.RegisterSlaveMessage': (pid, body) => ({
    kind: 'agent.register',
    pid,
    message: decodeProtobuf('mesos.internal.RegisterSlaveMessage', body),
  }),
  'mesos.internal.ReregisterSlaveMessage': (pid, body) => ({
    kind: 'agent.reregister',
    pid,
    message: decodeProtobuf('mesos.internal.ReregisterSlaveMessage', body),
  }),
  'mesos.internal.UnregisterSlaveMessage': (pid, body) => {
    const { slave_id } = decodeProtobuf('mesos.internal.UnregisterSlaveMessage', body);
    return { kind: 'agent.unregister', pid, agentId: slave_id.value };
  },
  'mesos.internal.ExecutorToFrameworkMessage': (pid, body) => ({
    kind: 'agent.message',
    pid,
    message: decodeProtobuf('mesos.internal.ExecutorToFrameworkMessage', body),
  }),
  'mesos.internal.ExitedExecutorMessage': (pid, body) => ({
    kind: 'agent.exitedExecutor',
    pid,
    message: decodeProtobuf('mesos.internal.ExitedExecutorMessage', body),
  }),
  'mesos.internal.UpdateOperationStatusMessage': (pid, body) => ({
    kind: 'agent.operation',
    pid,
    message: decodeProtobuf('mesos.internal.UpdateOperationStatusMessage', body),
  }),
  'mesos.internal.UpdateSlaveMessage': (pid, body) => ({
    kind: 'agent.update',
    pid,
    message: decodeProtobuf('mesos.internal.UpdateSlaveMessage', body),
  }),
  'mesos.internal.PongSlaveMessage': (pid) => ({ kind: 'agent.pong', pid }),
  'mesos.internal.StatusUpdateMessage': (pid, body) =>
    statusEvent(pid, decodeProtobuf('mesos.internal.StatusUpdateMessage', body)),
};

/** The agent's pid as the update names it: acknowledgements go there. */
function statusEvent(from: string, message: internal.StatusUpdateMessage): MasterInput {
  return { kind: 'agent.status', pid: message.pid ?? from, update: message.update };
}

/**
 * The event of an agent's message; undefined if its name is not an agent's. Throws CodecError for an unreadable body.
 */
export function readAgentMessage({ from, name, body }: Message): MasterInput | undefined {
  return Object.hasOwn(READERS, name) ? READERS[name]?.(from, body) : undefined;
}

/**
 * Decodes libprocess messages of masters, of schedulers, and of executors on old drivers, into events.
 */

import { decodeProtobuf } from '../../api/protobuf';
import type { Message } from '../../runtime/messages/receive';
import type { AgentInput } from '../core/state/events';

type Reader = (from: string, body: Uint8Array) => AgentInput;

const READERS: Record<string, Reader> = {
  'mesos.internal.SlaveRegisteredMessage': (from, body) => ({
    kind: 'master.registered',
    from,
    message: decodeProtobuf('mesos.internal.SlaveRegisteredMessage', body),
  }),
  'mesos.internal.SlaveReregisteredMessage': (from, body) => ({
    kind: 'master.reregistered',
    from,
    message: decodeProtobuf('mesos.internal.SlaveReregisteredMessage', body),
  }),
  'mesos.internal.PingSlaveMessage': (from, body) => ({
    kind: 'master.ping',
    from,
    connected: decodeProtobuf('mesos.internal.PingSlaveMessage', body).connected,
  }),
  'mesos.internal.RunTaskMessage': (from, body) => ({
    kind: 'master.runTask',
    from,
    message: decodeProtobuf('mesos.internal.RunTaskMessage', body),
  }),
  'mesos.internal.RunTaskGroupMessage': (from, body) => ({
    kind: 'master.runTaskGroup',
    from,
    message: decodeProtobuf('mesos.internal.RunTaskGroupMessage', body),
  }),
  'mesos.internal.CheckpointResourcesMessage': (from, body) => ({
    kind: 'master.checkpoint',
    from,
    message: decodeProtobuf('mesos.internal.CheckpointResourcesMessage', body),
  }),
  'mesos.internal.ApplyOperationMessage': (from, body) => ({
    kind: 'master.applyOperation',
    from,
    message: decodeProtobuf('mesos.internal.ApplyOperationMessage', body),
  }),
  'mesos.internal.AcknowledgeOperationStatusMessage': (from, body) => ({
    kind: 'master.acknowledgeOperation',
    from,
    message: decodeProtobuf('mesos.internal.AcknowledgeOperationStatusMessage', body),
  }),
  'mesos.internal.ReconcileOperationsMessage': (from, body) => ({
    kind: 'master.reconcileOperations',
    from,
    message: decodeProtobuf('mesos.internal.ReconcileOperationsMessage', body),
  }),
  'mesos.internal.KillTaskMessage': (from, body) => ({
    kind: 'master.killTask',
    from,
    message: decodeProtobuf('mesos.internal.KillTaskMessage', body),
  }),
  'mesos.internal.StatusUpdateAcknowledgementMessage': (from, body) => ({
    kind: 'master.acknowledge',
    from,
    message: decodeProtobuf('mesos.internal.StatusUpdateAcknowledgementMessage', body),
  }),
  'mesos.internal.ShutdownFrameworkMessage': (from, body) => ({
    kind: 'master.shutdownFramework',
    from,
    frameworkId: decodeProtobuf('mesos.internal.ShutdownFrameworkMessage', body).framework_id.value,
  }),
  'mesos.internal.ShutdownExecutorMessage': (from, body) => ({
    kind: 'master.shutdownExecutor',
    from,
    message: decodeProtobuf('mesos.internal.ShutdownExecutorMessage', body),
  }),
  'mesos.internal.FrameworkToExecutorMessage': (from, body) => ({
    kind: 'master.message',
    from,
    message: decodeProtobuf('mesos.internal.FrameworkToExecutorMessage', body),
  }),
  'mesos.internal.UpdateFrameworkMessage': (from, body) => ({
    kind: 'master.updateFramework',
    from,
    message: decodeProtobuf('mesos.internal.UpdateFrameworkMessage', body),
  }),
  'mesos.internal.DrainSlaveMessage': (from, body) => ({
    kind: 'master.drain',
    from,
    config: decodeProtobuf('mesos.internal.DrainSlaveMessage', body).config,
  }),
  'mesos.internal.ShutdownMessage': (from, body) => ({
    kind: 'master.shutdown',
    from,
    message: decodeProtobuf('mesos.internal.ShutdownMessage', body).message ?? '',
  }),
  'mesos.internal.RegisterExecutorMessage': (from, body) => ({
    kind: 'driver.register',
    from,
    message: decodeProtobuf('mesos.internal.RegisterExecutorMessage', body),
  }),
  'mesos.internal.ReregisterExecutorMessage': (from, body) => ({
    kind: 'driver.reregister',
    from,
    message: decodeProtobuf('mesos.internal.ReregisterExecutorMessage', body),
  }),
  'mesos.internal.StatusUpdateMessage': (from, body) => ({
    kind: 'driver.update',
    from,
    message: decodeProtobuf('mesos.internal.StatusUpdateMessage', body),
  }),
  'mesos.internal.ExecutorToFrameworkMessage': (from, body) => ({
    kind: 'driver.message',
    from,
    message: decodeProtobuf('mesos.internal.ExecutorToFrameworkMessage', body),
  }),
};

/**
 * The event of a message; undefined for messages that the agent does not handle. Throws CodecError for an
 * unreadable body.
 */
export function readMessage({ from, name, body }: Message): AgentInput | undefined {
  return Object.hasOwn(READERS, name) ? READERS[name]?.(from, body) : undefined;
}

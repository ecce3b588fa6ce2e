/**
 * The effects of an agent in the words of its scripts.
 */

import type { AgentEffect, ExecutorMessage } from '../../../cluster/agent/core/state/effects';
import type { Event } from '../../../cluster/api/generated/executor';
import type { Resource } from '../../../cluster/api/generated/mesos';
import { printResources, readResources } from '../../../cluster/model/resources';

export type SendEffect = Extract<AgentEffect, { readonly kind: 'send' }>;

export function printWire(wire: readonly Resource[]): string {
  return printResources(readResources(wire));
}

/** An event with the tasks that it is about, where the name of the stream does not tell them. */
export function printEvent(stream: string, { type, launch, launch_group, kill }: Event): string {
  const tasks = launch_group?.task_group.tasks?.map(({ task_id }) => task_id.value) ?? [];
  const task = (launch?.task.task_id ?? kill?.task_id)?.value;
  const shown = [...tasks, ...(task === undefined || stream === `executor-${task}` ? [] : [task])];
  return [type, ...shown].join(' ');
}

export function printTell(name: string, message: ExecutorMessage['message']): string {
  const short = name.replace('mesos.internal.', '').replace(/Message$/, '');
  const task = 'task' in message ? message.task.task_id : 'task_id' in message ? message.task_id : undefined;
  return task === undefined ? short : `${short} ${task.value}`;
}

/** The uuid by which a message to the master is acknowledged; undefined for one that is not. */
export function uuidOf(effect: SendEffect): string | undefined {
  if (effect.name === 'mesos.internal.StatusUpdateMessage') return effect.message.update.uuid ?? '';
  if (effect.name === 'mesos.internal.UpdateOperationStatusMessage') return effect.message.status.uuid?.value;
  return undefined;
}

/** A message to the master; nothing for one that tells nothing. */
export function printMessage(effect: SendEffect): string {
  const short = effect.name.replace('mesos.internal.', '').replace(/Message$/, '');
  switch (effect.name) {
    case 'mesos.internal.StatusUpdateMessage': {
      const { status, latest_state } = effect.message.update;
      const parts = [
        status.task_id.value,
        status.state,
        `latest=${latest_state}`,
        status.reason,
        status.message,
      ];
      return `${short} ${parts.filter(Boolean).join(' ')}`;
    }
    case 'mesos.internal.ReregisterSlaveMessage': {
      const tasks = (effect.message.tasks ?? []).map(({ task_id, state }) => `${task_id.value}/${state}`);
      const checkpointed = readResources(effect.message.checkpointed_resources);
      const executors = (effect.message.executor_infos ?? []).map(({ executor_id }) => executor_id.value);
      const brought = executors.length > 0 ? ` executors=[${executors.join(',')}]` : '';
      const also = checkpointed.length > 0 ? ` kept=${printResources(checkpointed)}` : '';
      return `${short} ${effect.message.slave.id?.value} tasks=[${tasks.join(',')}]${brought}${also}`;
    }
    case 'mesos.internal.ExitedExecutorMessage':
      return `${short} ${effect.message.executor_id.value} ${effect.message.status}`;
    case 'mesos.internal.UpdateSlaveMessage': {
      const { operations, oversubscribed_resources: lent = [] } = effect.message;
      const ids = (operations?.operations ?? []).map(({ info }) => info.id?.value);
      if (ids.length + lent.length === 0) return '';
      return `${short} operations=[${ids.join(',')}] oversubscribed=[${printResources(readResources(lent))}]`;
    }
    case 'mesos.internal.UpdateOperationStatusMessage': {
      const { status, framework_id } = effect.message;
      const words = [framework_id?.value, status.operation_id?.value, status.state, status.message];
      return `${short} ${words.filter(Boolean).join(' ')}`;
    }
    default:
      return short;
  }
}

/**
 * The updates of the executor: kept until the agent acknowledges them, and sent again with a new
 * subscription.
 */

import type * as mesos from '../../api/generated/mesos';
import { nextUuidBytes } from '../../model/random';
import type { Millis } from '../../model/time';
import type { ExecutorEffect } from './events';
import type { ExecutorState } from './state';

/** Time after which an unacknowledged update is sent again. */
const RETRY_MS = 5000;

/** Makes, keeps and sends one update. */
export function update(
  state: ExecutorState,
  fields: Pick<mesos.TaskStatus, 'task_id' | 'state' | 'message' | 'reason' | 'healthy'>,
  now: Millis,
): ExecutorEffect[] {
  const uuid = nextUuidBytes(state.random);
  const status: mesos.TaskStatus = {
    ...fields,
    uuid,
    source: 'SOURCE_EXECUTOR',
    executor_id: { value: state.boot.executorId },
    timestamp: now / 1000,
  };
  state.unacknowledged.set(uuid, status);
  const effects: ExecutorEffect[] = [{ kind: 'wake', timer: 'retry', at: now + RETRY_MS }];
  return state.connected ? [{ kind: 'update', status }, ...effects] : effects;
}

export function acknowledged(state: ExecutorState, uuid: string): ExecutorEffect[] {
  state.unacknowledged.delete(uuid);
  return [];
}

export function retry(state: ExecutorState, now: Millis): ExecutorEffect[] {
  if (state.unacknowledged.size === 0 || !state.connected) return [];
  const again = [...state.unacknowledged.values()].map(
    (status): ExecutorEffect => ({ kind: 'update', status }),
  );
  return [...again, { kind: 'wake', timer: 'retry', at: now + RETRY_MS }];
}

/** Subscribes again with the updates that the agent may have missed. */
export function resubscribe(state: ExecutorState): ExecutorEffect[] {
  if (state.connected) return [];
  return [
    { kind: 'subscribe', tasks: state.task ? [state.task] : [], updates: [...state.unacknowledged.values()] },
  ];
}

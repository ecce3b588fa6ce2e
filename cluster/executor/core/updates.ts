/**
 * The updates of the executor: kept until the agent acknowledges them, and sent again with a new
 * subscription.
 */

import type * as mesos from '../../api/generated/mesos';
import { nextUuidBytes } from '../../model/random';
import { type Turn, wake } from './turn';

/** Time after which an unacknowledged update is sent again. */
const RETRY_MS = 5000;

/** Makes, keeps and sends one update. */
export function update(
  turn: Turn,
  fields: Pick<mesos.TaskStatus, 'task_id' | 'state' | 'message' | 'reason' | 'healthy'>,
): void {
  const { state, now, effects } = turn;
  const uuid = nextUuidBytes(state.random);
  const status: mesos.TaskStatus = {
    ...fields,
    uuid,
    source: 'SOURCE_EXECUTOR',
    executor_id: { value: state.boot.executorId },
    timestamp: now / 1000,
  };
  state.unacknowledged.set(uuid, status);
  if (state.connected) effects.push({ kind: 'update', status });
  wake(turn, { kind: 'retry' }, now + RETRY_MS);
}

/** Sends all updates again that the agent has not acknowledged. */
export function retry(turn: Turn): void {
  const { state, now, effects } = turn;
  if (state.unacknowledged.size === 0 || !state.connected) return;
  for (const status of state.unacknowledged.values()) effects.push({ kind: 'update', status });
  wake(turn, { kind: 'retry' }, now + RETRY_MS);
}

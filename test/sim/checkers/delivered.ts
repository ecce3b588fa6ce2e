/**
 * No update is lost: an agent forgets one when the framework has got it, or when the framework ends.
 */

import type { AgentState } from '../../../cluster/agent/core/state/state';

/** The updates that an agent keeps until they are acknowledged, by uuid, each with its task and state. */
export function unacknowledged({ streams }: AgentState): Map<string, string> {
  const updates = [...streams.values()].flatMap(({ pending }) => pending);
  return new Map(
    updates.map(({ uuid, status }) => [uuid ?? '', `${status.state} of ${status.task_id.value}`]),
  );
}

/** Compares what an agent kept before an acknowledgement and after it. */
export function checkDelivered(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  delivered: ReadonlySet<string>,
): void {
  for (const [uuid, text] of before)
    if (!after.has(uuid) && !delivered.has(uuid)) throw new Error(`the update ${text} is lost`);
}

/**
 * Nothing is allocated twice: for each agent, free, offered and used together are what it has.
 */

import {
  addResources,
  equalResources,
  printResources,
  type Resources,
} from '../../../cluster/model/resources';
import type { World } from '../world';

export function checkAllocation(world: World): void {
  const state = world.master.mailbox?.state;
  if (!state) return;
  for (const entry of state.allocator.agents.values()) {
    const offered = [...state.offers.values()].filter(({ agentId }) => agentId === entry.id);
    const used = [...(state.agents.get(entry.id)?.tasks.values() ?? [])].filter(
      (task) => task.holdsResources,
    );
    const all = [...offered, ...used].reduce<Resources>(
      (sum, { resources }) => addResources(sum, resources),
      entry.free,
    );
    if (!equalResources(all, entry.total)) {
      throw new Error(
        `seed ${world.seed}: ${entry.id} has ${printResources(entry.total)} but ${printResources(all)} is given out`,
      );
    }
  }
}

/**
 * Nothing is allocated twice: for each agent, free, offered and used together are what it has, and all sums that the
 * allocator keeps are right.
 */

import { bookErrors } from '../../../cluster/master/core/state/check-books';
import type { World } from '../world';

export function checkAllocation(world: World): void {
  const state = world.master.mailbox?.state;
  const [error] = state ? bookErrors(state) : [];
  if (error) throw new Error(`seed ${world.seed}: ${error}`);
}

/**
 * New ids: UUIDs of version 7, whose first part is the time. So they differ between two runs of a process, even in the
 * unlikely case that both draw the same random numbers, and sort by age.
 */

import { nextUuid } from '../../../../cluster/model/random';
import type { Turn } from './turn';

export function newUuid({ state, now }: Turn): string {
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, '0');
  const random = nextUuid(state.random);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${random.slice('xxxxxxxx-xxxx-4'.length)}`;
}

/** The state of a job, as its summary and the graph show it: `idle`, `queued` or `2 running`. */

import { hasLiveTask } from '../core/runs/run';
import type { JobEntry } from '../core/state/state';

/** A run that waits for an offer, for its retry or for another run is queued. */
export function stateOf({ active, queue }: Pick<JobEntry, 'active' | 'queue'>): string {
  const runs = Object.values(active);
  const running = runs.filter(hasLiveTask).length;
  if (running > 0) return `${running} running`;
  return runs.length + queue.length > 0 ? 'queued' : 'idle';
}

/**
 * The quarantine: stored jobs that cannot be in the graph stay out of it until all of their parents are in it.
 *
 * Always true: a job is in the graph or in quarantine. The parents of one in quarantine do not change: to replace it ends
 * the quarantine.
 */

import { putJob } from '../graph/graph';
import type { ChronosState } from '../state/state';
import { edgeOf } from '../state/stored';

export function enterQuarantine(state: ChronosState, name: string, reason: string): void {
  state.quarantined.set(name, reason);
  for (const parent of new Set(storedParents(state, name))) {
    const below = state.quarantinedBelow.get(parent);
    if (below) below.push(name);
    else state.quarantinedBelow.set(parent, [name]);
  }
}

/** A job came into the graph: those below it, whose parents are all there by now, follow. Others are not looked at. */
export function leaveQuarantine(state: ChronosState, name: string): void {
  const { graph, quarantined, quarantinedBelow } = state;
  quarantined.delete(name);
  const arrived = [name];
  for (const parent of arrived) {
    const below = (quarantinedBelow.get(parent) ?? []).filter((child) => quarantined.has(child));
    const staying = below.filter((child) => {
      const parents = storedParents(state, child);
      if (!parents.every((other) => graph.parents.has(other))) return true;
      putJob(graph, child, parents);
      quarantined.delete(child);
      arrived.push(child);
      return false;
    });
    if (staying.length === 0) quarantinedBelow.delete(parent);
    else quarantinedBelow.set(parent, staying);
  }
}

function storedParents({ jobs }: ChronosState, name: string): readonly string[] {
  const job = jobs.get(name)?.record.job;
  return job === undefined ? [] : edgeOf(job).parents;
}

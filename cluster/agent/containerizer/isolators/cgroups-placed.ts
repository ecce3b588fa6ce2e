/**
 * Isolators of cgroups that place a container in a hierarchy, and no more: `cgroups/cpuset`, `cgroups/hugetlb`,
 * `cgroups/net_prio` and `cgroups/perf_event`. An operator sets what is in there (Mesos 1.11, the subsystems of these names).
 */

import type { Isolator } from './isolator';

/** The isolator of a name; the runtime does all of its work. */
export function placedIn(name: string): Isolator {
  return { name, needsRuntime: true };
}

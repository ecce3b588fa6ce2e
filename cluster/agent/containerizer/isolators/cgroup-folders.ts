/**
 * Removes the cgroups of containers, after the runtime: it leaves those in which it has nested another, and all of them when
 * it was killed.
 *
 * It is on wherever there is a runtime, and has no name in `--isolation`.
 */

import { removeCgroups } from '../cgroups/files';
import { allCgroupFolders } from '../cgroups/hierarchies';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';

export function cgroupFolders({ hierarchies }: IsolatorContext): Isolator {
  return {
    name: 'cgroup folders',
    needsRuntime: false,
    cleanup: ({ cgroup }) => removeCgroups(allCgroupFolders(hierarchies, cgroup)),
  };
}

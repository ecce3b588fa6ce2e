/**
 * The cgroups of containers as folders. They are removed here, after the runtime: it leaves those in which it has nested
 * another, and all of them when it was killed. On cgroups v2 those in which others will be are made here, too.
 *
 * It is on wherever there is a runtime, and has no name in `--isolation`.
 */

import { removeCgroups } from '../cgroups/files';
import { allCgroupFolders, makeInnerCgroup } from '../cgroups/hierarchies';
import { withLinux } from '../oci/change-spec';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';
import { hasInnerCgroup } from './owns-cgroup';

export function cgroupFolders({ config, hierarchies, isolation }: IsolatorContext): Isolator {
  const hasLimits = isolation.some((name) => name.startsWith('cgroups/'));
  return {
    name: 'cgroup folders',
    needsRuntime: false,
    async prepare({ spec, cgroup }) {
      if (!hasLimits || !hasInnerCgroup(hierarchies, spec)) return {};
      makeInnerCgroup(hierarchies, cgroup);
      return { specification: withLinux({ cgroupsPath: `${cgroup}/leaf` }) };
    },
    cleanup: ({ cgroup }) =>
      removeCgroups(allCgroupFolders(hierarchies, cgroup), config.cgroups_destroy_timeout),
  };
}

/**
 * The isolator `cgroups/pids`: counts the processes and threads of a container, and limits them by `--cgroups_pids_limit`.
 *
 * The original has no limit: it places containers in the hierarchy, and no more.
 */

import { cgroupProcesses, readCgroupFile, writeCgroupFile } from '../cgroups/files';
import { cgroupFolder } from '../cgroups/hierarchies';
import { readBytes } from '../cgroups/text';
import { withResources } from '../oci/change-spec';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';
import { hasInnerCgroup, ownsCgroup } from './owns-cgroup';

export function cgroupsPids({ config, hierarchies }: IsolatorContext): Isolator {
  const limit = config.cgroups_pids_limit;
  return {
    name: 'cgroups/pids',
    needsRuntime: true,
    async prepare({ spec, cgroup }) {
      if (limit === undefined || !ownsCgroup(spec)) return {};
      if (hasInnerCgroup(hierarchies, spec))
        writeCgroupFile(cgroupFolder(hierarchies, 'pids', cgroup), 'pids.max', String(limit));
      return { specification: withResources({ pids: { limit } }) };
    },
    async usage({ cgroup }) {
      const folder = cgroupFolder(hierarchies, 'pids', cgroup);
      const threads = readBytes(readCgroupFile(folder, 'pids.current'));
      return threads === undefined ? {} : { processes: cgroupProcesses(folder).length, threads };
    },
  };
}

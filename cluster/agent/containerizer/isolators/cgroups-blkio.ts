/**
 * The isolator `cgroups/blkio`: what a container reads from and writes to block devices (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/cgroups/subsystems/blkio.cpp).
 */

import { readBlkioStatistics } from '../cgroups/blkio';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';

export function cgroupsBlkio({ hierarchies }: IsolatorContext): Isolator {
  return {
    name: 'cgroups/blkio',
    needsRuntime: true,
    usage: async ({ cgroup }) => ({ blkio_statistics: readBlkioStatistics(hierarchies, cgroup) }),
  };
}

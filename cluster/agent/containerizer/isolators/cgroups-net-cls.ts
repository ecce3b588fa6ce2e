/**
 * The isolator `cgroups/net_cls`: gives the packets of each container a class of its own, by which an operator can shape
 * them (Mesos 1.11 src/slave/containerizer/mesos/isolators/cgroups/subsystems/net_cls.cpp).
 *
 * Always true: two containers never have the same class. The cgroup itself is where a class is kept over a restart.
 */

import { readCgroupFile } from '../cgroups/files';
import { cgroupFolder, type Hierarchies } from '../cgroups/hierarchies';
import { withResources } from '../oci/change-spec';
import type { IsolatorContext } from './context';
import type { ContainerRun, Isolator } from './isolator';
import { ownsCgroup } from './owns-cgroup';

const FILE = 'net_cls.classid';

export function cgroupsNetCls({ config, hierarchies }: IsolatorContext): Isolator {
  const primary = config.cgroups_net_cls_primary_handle;
  const classes = new NetClasses(primary, config.cgroups_net_cls_secondary_handles);
  return {
    name: 'cgroups/net_cls',
    needsRuntime: true,
    async prepare({ spec }) {
      // Without the flag the operator sets the classes.
      if (primary === undefined || !ownsCgroup(spec)) return {};
      const classID = classes.take(spec.containerId);
      return { specification: withResources({ network: { classID } }) };
    },
    status: async ({ spec }) => {
      const classid = classes.of(spec.containerId);
      return classid === undefined ? {} : { cgroup_info: { net_cls: { classid } } };
    },
    async recover(run) {
      const classid = readClass(hierarchies, run);
      if (classid > 0) classes.reserve(run.spec.containerId, classid);
    },
    cleanup: async ({ spec }) => classes.free(spec.containerId),
  };
}

function readClass(hierarchies: Hierarchies, { cgroup }: ContainerRun): number {
  return Number(readCgroupFile(cgroupFolder(hierarchies, 'net_cls', cgroup), FILE) ?? 0);
}

/** The classes of containers: 16 bits that are the same for all, and 16 bits of a range. */
export class NetClasses {
  private readonly classes = new Map<string, number>();
  private readonly used = new Set<number>();

  constructor(
    private readonly primary = 0,
    private readonly secondaries: readonly [first: number, last: number] = [1, 0xffff],
  ) {}

  of(containerId: string): number | undefined {
    return this.classes.get(containerId);
  }

  /** Takes the lowest class that is free. Throws when there is none. */
  take(containerId: string): number {
    const existing = this.classes.get(containerId);
    if (existing !== undefined) return existing;
    const [first, last] = this.secondaries;
    for (let secondary = first; secondary <= last; secondary++) {
      const classid = this.primary * 0x10000 + secondary;
      if (this.used.has(classid)) continue;
      this.reserve(containerId, classid);
      return classid;
    }
    throw new Error(
      `Failed to allocate a net_cls handle: No free handles remaining for primary handle 0x${this.primary.toString(16)}`,
    );
  }

  reserve(containerId: string, classid: number): void {
    this.classes.set(containerId, classid);
    this.used.add(classid);
  }

  free(containerId: string): void {
    const classid = this.classes.get(containerId);
    if (classid !== undefined) this.used.delete(classid);
    this.classes.delete(containerId);
  }
}

/**
 * The processes of containers: those in its cgroup, or, where it has none, those that have its sandbox in their environment.
 *
 * Always true: those of nested containers are among them.
 */

import type { Clock } from '../../../runtime/clock';
import { groupProcesses } from '../../../runtime/processes';
import { cgroupProcesses } from '../cgroups/files';
import { allCgroupFolders, type Hierarchies } from '../cgroups/hierarchies';
import type { ContainerRun } from './isolator';

/** Age up to which a look at all processes of the machine is used again. */
const FRESH_MS = 500;

export class Processes {
  private bySandbox: ReadonlyMap<string, readonly number[]> = new Map();
  private takenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly hierarchies: Hierarchies,
    private readonly clock: Clock,
  ) {}

  /** The pids of a container. */
  of({ spec, cgroup }: ContainerRun): readonly number[] {
    for (const folder of allCgroupFolders(this.hierarchies, cgroup)) {
      const pids = cgroupProcesses(folder);
      if (pids.length > 0) return pids;
    }
    return this.inSandbox(spec.directory);
  }

  private inSandbox(directory: string): readonly number[] {
    const now = this.clock.now();
    if (now - this.takenAt >= FRESH_MS) {
      this.bySandbox = groupProcesses('MESOS_SANDBOX');
      this.takenAt = now;
    }
    const below = `${directory}/`;
    return [...this.bySandbox].flatMap(([sandbox, pids]) =>
      sandbox === directory || sandbox.startsWith(below) ? pids : [],
    );
  }
}

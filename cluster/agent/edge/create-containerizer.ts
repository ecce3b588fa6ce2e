/**
 * The containerizer of an agent, made from its flags and what this machine has.
 */

import { join } from 'node:path';
import type { Clock } from '../../runtime/clock';
import { holderProgram } from '../../runtime/holder/held-program';
import type { Logger } from '../../runtime/log';
import { MesosContainerizer } from '../containerizer/containerizer';
import { OciLauncher } from '../containerizer/oci/oci-launcher';
import { findRuntime } from '../containerizer/oci/runtime';
import { ChildLauncher } from '../containerizer/posix/child-launcher';
import { PosixLauncher } from '../containerizer/posix/posix-launcher';

interface Place {
  readonly workDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The folder of what outlives the agent but not the machine. */
export function runtimeFolder(workDir: string): string {
  return join(workDir, 'run');
}

export function createContainerizer({ workDir, clock, log }: Place): MesosContainerizer {
  const runtimeDir = runtimeFolder(workDir);
  const holder = holderProgram();
  const found = findRuntime();
  const runtime =
    'path' in found && holder !== undefined
      ? new OciLauncher({ runtime: found.path, stateFolder: join(runtimeDir, 'runc'), holder })
      : undefined;
  return new MesosContainerizer({
    isolators: [],
    posix: holder === undefined ? new ChildLauncher() : new PosixLauncher(holder),
    runtime,
    runtimeDir,
    workDir,
    cgroupsRoot: 'mesos',
    clock,
    log,
  });
}

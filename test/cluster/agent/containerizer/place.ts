/**
 * A place for tests of containers: folders of their own, a containerizer, and the check that nothing is left.
 */

import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findHierarchies } from '../../../../cluster/agent/containerizer/cgroups/hierarchies';
import { MesosContainerizer } from '../../../../cluster/agent/containerizer/containerizer';
import type { Provisioner } from '../../../../cluster/agent/containerizer/images/provisioner';
import { cgroupFolders } from '../../../../cluster/agent/containerizer/isolators/cgroup-folders';
import type { Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import type { Fetching } from '../../../../cluster/agent/containerizer/live-container';
import { OciLauncher } from '../../../../cluster/agent/containerizer/oci/oci-launcher';
import { findRuntime } from '../../../../cluster/agent/containerizer/oci/runtime';
import { OutputFiles } from '../../../../cluster/agent/containerizer/output';
import { ChildLauncher } from '../../../../cluster/agent/containerizer/posix/child-launcher';
import { PosixLauncher } from '../../../../cluster/agent/containerizer/posix/posix-launcher';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import { type Clock, systemClock } from '../../../../cluster/runtime/clock';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { silentLogger } from '../../../../cluster/runtime/log';
import { expectNothingLeft, type TestPlace } from '../../../leftovers';
import { contextOf } from './isolators/builders';

export const runtime = findRuntime();

interface PlaceOptions {
  readonly hasHolder?: boolean;
  readonly output?: OutputFiles | undefined;
  readonly clock?: Clock;
  readonly launchesMax?: number;
  readonly fetcher?: Fetching['fetcher'];
  readonly provisioner?: Provisioner | undefined;
}

export class Place implements TestPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'meseta-containers-'));
  readonly cgroupsRoot = basename(this.root);
  readonly runtimeDir = join(this.root, 'run');
  readonly workDir = join(this.root, 'work');
  readonly empty = [join(this.runtimeDir, 'containers'), join(this.runtimeDir, 'runc')];
  private count = 0;

  constructor() {
    // Containers of other users pass through it.
    chmodSync(this.root, 0o711);
  }

  /** A containerizer as an agent makes one at its start; the one before is forgotten, as by kill -9. */
  containerizer(
    isolators: readonly Isolator[] = [],
    {
      hasHolder = true,
      output = new OutputFiles(),
      launchesMax,
      clock = systemClock(),
      fetcher,
      provisioner,
    }: PlaceOptions = {},
  ): MesosContainerizer {
    const holder = hasHolder ? holderProgram() : undefined;
    const runtimePath = 'path' in runtime && holder !== undefined ? runtime.path : undefined;
    return new MesosContainerizer({
      // On a busy machine a runtime gives its cgroups up before the kernel lets them go.
      isolators: runtimePath === undefined ? isolators : [ofCgroups(), ...isolators],
      posix: holder === undefined ? new ChildLauncher(output) : new PosixLauncher(holder, output),
      runtime:
        runtimePath !== undefined && holder !== undefined
          ? new OciLauncher({
              runtime: runtimePath,
              stateFolder: join(this.runtimeDir, 'runc'),
              holder,
              output,
            })
          : undefined,
      provisioner,
      runtimeDir: this.runtimeDir,
      workDir: this.workDir,
      cgroupsRoot: this.cgroupsRoot,
      clock,
      ...(launchesMax !== undefined && { launchesMax }),
      ...(fetcher && { fetching: { fetcher, output } }),
      log: silentLogger,
    });
  }

  /** A container that runs a shell command. */
  spec(value: string | undefined, more: Partial<ContainerSpec> = {}): ContainerSpec {
    const containerId = more.containerId ?? `c${++this.count}`;
    const runs = join(this.workDir, 'slaves/s/frameworks/f/executors/e/runs');
    const directory = more.directory ?? join(runs, containerId);
    return {
      containerId,
      frameworkId: 'f',
      executorId: 'e',
      directory,
      user: undefined,
      command: value === undefined ? undefined : { value },
      environment: { PATH: '/usr/local/bin:/usr/bin:/bin', MESOS_SANDBOX: directory },
      container: undefined,
      resources: [],
      limits: {},
      ...more,
    };
  }

  output(spec: ContainerSpec, name = 'stdout'): string {
    return readFileSync(join(spec.directory, name), 'utf8');
  }

  async close(): Promise<void> {
    try {
      await expectNothingLeft(this);
    } finally {
      rmSync(this.root, { recursive: true, force: true });
    }
  }
}

/** The isolator that an agent has wherever there is a runtime. */
function ofCgroups(): Isolator {
  return cgroupFolders(contextOf({ hierarchies: findHierarchies('/sys/fs/cgroup') }));
}

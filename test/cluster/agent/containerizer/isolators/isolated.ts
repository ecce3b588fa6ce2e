/**
 * Containerizers with isolators on this machine, by the flags of an agent.
 */

import { findHierarchies } from '../../../../../cluster/agent/containerizer/cgroups/hierarchies';
import type { MesosContainerizer } from '../../../../../cluster/agent/containerizer/containerizer';
import { makeIsolators } from '../../../../../cluster/agent/containerizer/isolators/make-isolators';
import { secretResolver } from '../../../../../cluster/agent/containerizer/secrets/secret-resolver';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { type Place, runtime } from '../place';
import { configOf } from './builders';

export const HIERARCHY = '/sys/fs/cgroup';
export const hierarchies = findHierarchies(HIERARCHY);

export function isolated(
  place: Place,
  args: readonly string[],
  options: Parameters<Place['containerizer']>[1] = {},
): MesosContainerizer {
  const config = configOf(...args);
  const isolators = makeIsolators(
    {
      config,
      clock: systemClock(),
      log: silentLogger,
      ports: [[31_000, 32_000]],
      workDir: place.workDir,
      runtimeDir: place.runtimeDir,
      secrets: secretResolver({ folder: config.secrets_dir, isByRole: config.secrets_by_role }),
    },
    {
      isRoot: true,
      runtime,
      hierarchies,
      hasGpu: false,
      cgroupsHierarchy: HIERARCHY,
    },
  );
  return place.containerizer(isolators, options);
}

/**
 * The machine as isolators find it: root, a runtime, cgroups and GPUs.
 */

import { isRoot } from '../../runtime/files/private';
import { StartError } from '../../runtime/lifecycle';
import { findHierarchies } from './cgroups/hierarchies';
import type { Machine } from './isolation';
import type { IsolationConfig } from './isolation-flags';
import { hasNvidiaGpu } from './isolators/gpu-nvidia';
import { type FoundRuntime, findRuntime } from './oci/runtime';

export function findMachine(config: Pick<IsolationConfig, 'launcher' | 'cgroups_hierarchy'>): Machine {
  return {
    isRoot: isRoot(),
    runtime: runtimeFor(config.launcher, findRuntime()),
    hierarchies: findHierarchies(config.cgroups_hierarchy),
    hasGpu: hasNvidiaGpu(),
    cgroupsHierarchy: config.cgroups_hierarchy,
  };
}

/** The runtime by `--launcher`. Throws a StartError when that asks for one that is not there. */
export function runtimeFor(launcher: IsolationConfig['launcher'], runtime: FoundRuntime): FoundRuntime {
  if (launcher === 'posix') return { missing: '--launcher=posix does without one' };
  if (launcher === 'linux' && 'missing' in runtime)
    throw new StartError(`--launcher=linux needs an OCI runtime, and ${runtime.missing}`);
  return runtime;
}

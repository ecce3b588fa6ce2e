/**
 * Containers whose resources are limited by a cgroup of their own.
 */

import type { ContainerSpec } from '../../core/state/container-spec';
import type { Hierarchies } from '../cgroups/hierarchies';

/**
 * True for each container that is not nested, and for nested ones with `share_cgroups` off. The others share that of their
 * parent, whose limits hold for all of them.
 */
export function ownsCgroup({ parent, container }: ContainerSpec): boolean {
  return parent === undefined || container?.linux_info?.share_cgroups === false;
}

/**
 * True for a container in which others are nested, on cgroups v2. There a cgroup has either processes or others in it, so
 * that its process is in a cgroup below the one that has the limits.
 */
export function hasInnerCgroup({ version }: Hierarchies, { command }: ContainerSpec): boolean {
  return version === 2 && command === undefined;
}

/**
 * Containers whose resources are limited by a cgroup of their own.
 */

import type { ContainerSpec } from '../../core/container-spec';

/**
 * True for each container that is not nested, and for nested ones with `share_cgroups` off. The others share that of their
 * parent, whose limits hold for all of them.
 */
export function ownsCgroup({ parent, container }: ContainerSpec): boolean {
  return parent === undefined || container?.linux_info?.share_cgroups === false;
}

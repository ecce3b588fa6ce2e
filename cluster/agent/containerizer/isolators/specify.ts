/**
 * Changes of a runtime specification that isolators have in common.
 */

import type { ContainerSpec } from '../../core/container-spec';
import type { LinuxResources, Process, RuntimeSpec } from '../oci/runtime-spec';

type Specification = (specification: RuntimeSpec) => RuntimeSpec;

/** Sets members of `process`. */
export function changeProcess(change: Partial<Process>): Specification {
  return (specification) => ({ ...specification, process: { ...specification.process, ...change } });
}

/** Sets members of `linux.resources`; the rules of devices are appended to those that are there. */
export function changeResources(change: Partial<LinuxResources>): Specification {
  return (specification) => {
    const { resources } = specification.linux;
    const rules = [...(resources?.devices ?? []), ...(change.devices ?? [])];
    const devices = rules.length > 0 ? { devices: rules } : {};
    return {
      ...specification,
      linux: { ...specification.linux, resources: { ...resources, ...change, ...devices } },
    };
  };
}

/**
 * True for a container whose resources are limited by a cgroup of its own: each that is not nested, and nested ones with
 * `share_cgroups` off. The others share that of their parent, whose limits hold for all of them.
 */
export function ownsCgroup({ parent, container }: ContainerSpec): boolean {
  return parent === undefined || container?.linux_info?.share_cgroups === false;
}

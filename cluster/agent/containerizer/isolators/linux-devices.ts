/**
 * The isolator `linux/devices`: containers with an image have the devices of `--allowed_devices` in their own /dev (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/linux/devices.cpp). The others see the devices of the host.
 */

import { withLinux } from '../oci/change-spec';
import type { Device, RuntimeSpec } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import { type AllowedDevice, allowedDevices } from './device-access';
import type { Isolator } from './isolator';

const OWNER_READS_AND_WRITES = 0o600;
const OTHERS_READ = 0o044;
const OTHERS_WRITE = 0o022;

export function linuxDevices({ config }: IsolatorContext): Isolator {
  const devices = allowedDevices(config.allowed_devices?.allowed_devices ?? []).map(deviceNode);
  return {
    name: 'linux/devices',
    needsRuntime: false,
    prepare: async ({ spec }) =>
      spec.container?.mesos?.image === undefined || devices.length === 0
        ? {}
        : { specification: (specification) => withDevices(specification, devices) },
  };
}

/** The access of the flag is that of every user in the container. */
export function deviceNode({ path, type, major, minor, access }: AllowedDevice): Device {
  const read = access.includes('r') ? OTHERS_READ : 0;
  const write = access.includes('w') ? OTHERS_WRITE : 0;
  return { path, type, major, minor, fileMode: OWNER_READS_AND_WRITES | read | write, uid: 0, gid: 0 };
}

function withDevices(specification: RuntimeSpec, devices: readonly Device[]): RuntimeSpec {
  return withLinux({ devices: [...(specification.linux.devices ?? []), ...devices] })(specification);
}

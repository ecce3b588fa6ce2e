/**
 * The isolator `cgroups/devices`: a container can use the devices that every program needs, those of `--allowed_devices`, and
 * no others (Mesos 1.11 src/slave/containerizer/mesos/isolators/cgroups/subsystems/devices.cpp).
 */

import { withResources } from '../oci/change-spec';
import type { DeviceRule } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import { type AllowedDevice, allowedDevices } from './device-access';
import type { Isolator } from './isolator';

const deviceRule = (major: number, minor: number | undefined, access = 'rwm'): DeviceRule => ({
  allow: true,
  type: 'c',
  major,
  minor,
  access,
});

/** Devices that each container has, with their numbers in Linux. */
const ALWAYS: readonly DeviceRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  deviceRule(5, 1), // /dev/console
  deviceRule(4, 0), // /dev/tty0
  deviceRule(4, 1), // /dev/tty1
  deviceRule(136, undefined), // /dev/pts/*
  deviceRule(5, 2), // /dev/ptmx
  deviceRule(10, 200), // /dev/net/tun
  deviceRule(1, 3), // /dev/null
  deviceRule(1, 5), // /dev/zero
  deviceRule(1, 7), // /dev/full
  deviceRule(5, 0), // /dev/tty
  deviceRule(1, 9), // /dev/urandom
  deviceRule(1, 8), // /dev/random
];

export function cgroupsDevices({ config }: IsolatorContext): Isolator {
  const rules = deviceRules(allowedDevices(config.allowed_devices?.allowed_devices ?? []));
  return {
    name: 'cgroups/devices',
    needsRuntime: true,
    // Nested ones, too: a cgroup cannot allow what the one above it denies, and says so with an error.
    prepare: async () => ({ specification: withResources({ devices: rules }) }),
  };
}

/** All devices are denied, and then some of them allowed. */
export function deviceRules(devices: readonly AllowedDevice[]): readonly DeviceRule[] {
  const allowed = devices.map(({ type, major, minor, access }) => ({
    allow: true,
    type,
    major,
    minor,
    access,
  }));
  return [{ allow: false, access: 'rwm' }, ...ALWAYS, ...allowed];
}

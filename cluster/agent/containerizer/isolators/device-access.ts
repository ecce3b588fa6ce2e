/**
 * Devices that `--allowed_devices` names, with the access that containers have to them.
 */

import { type Stats, statSync } from 'node:fs';
import type { DeviceAccess } from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import { StartError } from '../../../runtime/lifecycle';

export interface AllowedDevice {
  readonly path: string;
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  /** Letters of `rwm`: read, write, mknod. */
  readonly access: string;
}

/** Looks the devices of the flag up. Throws a StartError with the one that is wrong. */
export function allowedDevices(
  accesses: readonly DeviceAccess[],
  stat: (path: string) => Stats = (path) => statSync(path),
): readonly AllowedDevice[] {
  return accesses.map(({ device, access }) => {
    const { path } = device;
    if (path === undefined)
      throw new StartError('--allowed_devices: Whitelisted device has no device path provided');
    const letters = `${access.read ? 'r' : ''}${access.write ? 'w' : ''}${access.mknod ? 'm' : ''}`;
    if (letters === '')
      throw new StartError(
        `--allowed_devices: Could not whitelist device '${path}' without any access privileges`,
      );
    return { path, access: letters, ...lookUp(path, stat) };
  });
}

function lookUp(
  path: string,
  stat: (path: string) => Stats,
): Pick<AllowedDevice, 'type' | 'major' | 'minor'> {
  let stats: Stats;
  try {
    stats = stat(path);
  } catch (error) {
    throw new StartError(`--allowed_devices: Failed to obtain device ID for '${path}': ${errorText(error)}`);
  }
  const type = stats.isBlockDevice() ? 'b' : stats.isCharacterDevice() ? 'c' : undefined;
  if (type === undefined)
    throw new StartError(`--allowed_devices: Failed to determine device type for '${path}'`);
  return { type, major: majorOf(stats.rdev), minor: minorOf(stats.rdev) };
}

/** Linux packs the two numbers of a device into one, see makedev(3); Node gives the lower 32 bits of it. */
export function majorOf(device: number): number {
  return (device >>> 8) & 0xfff;
}

export function minorOf(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}

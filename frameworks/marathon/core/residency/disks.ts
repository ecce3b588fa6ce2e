/**
 * The disks of an offer for the persistent volumes of a new reservation (ResourceMatcher.matchDiskResource of Marathon).
 *
 * A mount volume takes a whole disk, the smallest that is large enough. A path volume takes a part of the disk with the
 * most room, a root volume a part of the agent's own disk.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import {
  type Resource,
  type Resources,
  reservedRole,
  resourceOf,
  subtractResources,
} from '../../../../cluster/model/resources';
import { isPersistentVolume, isRevocable } from '../../../../cluster/model/volumes';
import { wholeMatch } from '../../../kit/core/constraints/like';
import type { Persistence } from '../../api/app';
import type { WantedVolume } from '../state/run-spec';

/** A persistent volume with the unreserved disk that it takes. */
export interface ChosenVolume {
  readonly containerPath: string;
  readonly disk: Resource;
}

/** A persistent volume that fits on no disk of the offer. */
export interface UnplacedVolume {
  readonly containerPath: string;
  readonly type: Persistence['type'];
  readonly size: number;
}

/** A disk for each volume, in their order, or those that have none. The largest are placed first. */
export function chooseDisks(
  offered: Resources,
  volumes: readonly WantedVolume[],
): readonly ChosenVolume[] | { readonly unplaced: readonly UnplacedVolume[] } {
  let left: Resources = offered.filter(isDiskForAll);
  const chosen = new Map<WantedVolume, ChosenVolume>();
  const unplaced: UnplacedVolume[] = [];
  const largestFirst = [...volumes].sort((a, b) => b.persistent.size - a.persistent.size);
  for (const volume of largestFirst) {
    const { containerPath, persistent } = volume;
    const disk = diskFor(left, persistent);
    if (!disk) {
      unplaced.push({ containerPath, type: persistent.type, size: persistent.size });
      continue;
    }
    chosen.set(volume, { containerPath, disk });
    left = subtractResources(left, [disk]);
  }
  return unplaced.length > 0 ? { unplaced } : volumes.flatMap((volume) => chosen.get(volume) ?? []);
}

function isDiskForAll(resource: Resource): boolean {
  if (resource.name !== 'disk' || reservedRole(resource) !== '*') return false;
  return !isRevocable(resource) && !isPersistentVolume(resource);
}

/** The part of a disk that a volume takes; of a mount the whole of it. */
function diskFor(disks: Resources, persistent: Persistence): Resource | undefined {
  const sizeMilli = persistent.size * 1000;
  const fitting = disks.filter(
    (disk) => typeOf(disk) === persistent.type && fits(disk, persistent) && milliOf(disk) >= sizeMilli,
  );
  if (persistent.type === 'mount')
    return smallest(fitting.filter((disk) => milliOf(disk) <= maxOf(persistent)));
  const disk = largest(fitting);
  return disk && resourceOf('disk', { type: 'SCALAR', milli: sizeMilli }, disk.meta);
}

function maxOf({ maxSize }: Persistence): number {
  return maxSize === undefined ? Number.POSITIVE_INFINITY : maxSize * 1000;
}

function smallest(disks: readonly Resource[]): Resource | undefined {
  return [...disks].sort((a, b) => milliOf(a) - milliOf(b))[0];
}

function largest(disks: readonly Resource[]): Resource | undefined {
  return [...disks].sort((a, b) => milliOf(b) - milliOf(a))[0];
}

function milliOf({ amount }: Resource): number {
  return amount.type === 'SCALAR' ? amount.milli : 0;
}

/** Raw and block disks have no type of Marathon. */
function typeOf({ meta: { disk } }: Resource): Persistence['type'] | undefined {
  switch (disk?.source?.type) {
    case undefined:
      return 'root';
    case 'PATH':
      return 'path';
    case 'MOUNT':
      return 'mount';
    default:
      return undefined;
  }
}

/** Disks with a profile are for volumes that ask for it. */
function fits({ meta: { disk } }: Resource, { profileName, constraints }: Persistence): boolean {
  const { profile = '', path, mount } = (disk?.source ?? {}) as Partial<mesos.Resource.DiskInfo.Source>;
  const root = path?.root ?? mount?.root ?? '';
  return (
    profile === (profileName ?? '') &&
    constraints.every(([, operator, value = '']) => wholeMatch(value, root) === (operator === 'LIKE'))
  );
}

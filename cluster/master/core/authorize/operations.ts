/**
 * Permissions that operations on resources need (Mesos 1.11 src/master/authorization.cpp). Their objects are the role
 * of the innermost reservation, the principal that reserved, or the principal that created a volume.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { AclList, Entity } from '../../../model/acls';
import { thing } from '../../../model/authorizer';
import type { ConvertingOperation, DiskOperation } from '../read/operation';

/** A needed permission; without an object it is needed for any object. */
export interface Action {
  readonly list: AclList;
  readonly object?: Entity;
}

type Resources = readonly mesos.Resource[] | undefined;

/** The permissions that an operation other than a launch needs. */
export function operationActions(operation: ConvertingOperation): Action[] {
  switch (operation.type) {
    case 'RESERVE':
      return reserveActions(operation.part);
    case 'UNRESERVE':
      return unreserveActions(operation.part.resources);
    case 'CREATE':
      return createActions(operation.part.volumes);
    case 'DESTROY':
      return destroyActions(operation.part.volumes);
    case 'GROW_VOLUME':
    case 'SHRINK_VOLUME':
      return resizeActions(operation.part.volume);
    case 'CREATE_DISK':
    case 'DESTROY_DISK':
      return diskActions(operation);
  }
}

/**
 * The permissions of a reservation. One with a source replaces reservations: those that the target does not share
 * need a permission to unreserve, its others one to reserve.
 */
export function reserveActions({
  resources,
  source,
}: {
  readonly resources?: Resources;
  readonly source?: Resources;
}): Action[] {
  const shared = sharedDepth(source?.[0], resources?.[0]);
  const stacks = (source ?? []).flatMap((resource) => stackOf(resource).slice(shared));
  const refinements =
    (source?.length ?? 0) > 0 ? (resources ?? []).flatMap((reserved) => stackOf(reserved).slice(shared)) : [];
  const roles = source?.length ? refinements.map(({ role }) => role ?? '*') : (resources ?? []).map(roleOf);
  return [
    ...stacks.map(({ principal }) => unreserveAction(principal)),
    ...[...new Set(roles)].map((role): Action => ({ list: 'reserve_resources', object: thing(role) })),
  ];
}

export function unreserveActions(resources: Resources): Action[] {
  return (resources ?? []).map((resource) => {
    const innermost = stackOf(resource).at(-1);
    return unreserveAction(innermost?.principal);
  });
}

function unreserveAction(principal: string | undefined): Action {
  const list = 'unreserve_resources';
  return principal === undefined ? { list } : { list, object: thing(principal) };
}

export function createActions(volumes: Resources): Action[] {
  const roles = [...new Set((volumes ?? []).map(roleOf))];
  return roles.length === 0
    ? [{ list: 'create_volumes' }]
    : roles.map((role) => ({ list: 'create_volumes', object: thing(role) }));
}

export function destroyActions(volumes: Resources): Action[] {
  const persistent = (volumes ?? []).flatMap(({ disk }) => disk?.persistence ?? []);
  return persistent.length === 0
    ? [{ list: 'destroy_volumes' }]
    : persistent.map(({ principal }) => ({ list: 'destroy_volumes', object: thing(principal) }));
}

export function resizeActions(volume: mesos.Resource): Action[] {
  return [{ list: 'resize_volumes', object: thing(roleOf(volume)) }];
}

function diskActions({ type, part: { source, target_type } }: DiskOperation): Action[] {
  return source ? [{ list: diskList(type, source, target_type), object: thing(roleOf(source)) }] : [];
}

/** The permission to make a disk follows from its wanted type, the one to undo it from its present type. */
function diskList(
  type: DiskOperation['type'],
  source: mesos.Resource,
  wanted: mesos.Resource.DiskInfo.Source.Type | undefined,
): AclList {
  if (type === 'CREATE_DISK') return wanted === 'BLOCK' ? 'create_block_disks' : 'create_mount_disks';
  const present = source.disk?.source?.type;
  if (present === 'BLOCK') return 'destroy_block_disks';
  return present === 'RAW' ? 'destroy_raw_disks' : 'destroy_mount_disks';
}

interface Reservation {
  readonly role?: string | undefined;
  readonly principal?: string | undefined;
}

/** The reservations of a resource, outermost first, in either form of the wire. */
function stackOf({ reservations, role, reservation }: mesos.Resource): readonly Reservation[] {
  if (reservations && reservations.length > 0) return reservations;
  return role === undefined || role === '*' ? [] : [{ role, principal: reservation?.principal }];
}

function roleOf(resource: mesos.Resource): string {
  return stackOf(resource).at(-1)?.role ?? '*';
}

/** The number of reservations that two resources have in common, from the outermost on. */
function sharedDepth(source: mesos.Resource | undefined, target: mesos.Resource | undefined): number {
  if (!source || !target) return 0;
  const left = stackOf(source);
  const right = stackOf(target);
  const differs = left.findIndex(
    ({ role, principal }, index) => role !== right[index]?.role || principal !== right[index]?.principal,
  );
  return differs < 0 ? left.length : differs;
}

/**
 * Permissions that operations on resources need (Mesos 1.11 src/master/authorization.cpp). Their objects are the role
 * of the innermost reservation, the principal that reserved, or the principal that created a volume.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { AclList, Entity } from '../../../model/acls';
import { thing } from '../../../model/authorizer';

/** A needed permission; without an object it is needed for any object. */
export interface Action {
  readonly list: AclList;
  readonly object?: Entity;
}

type Resources = readonly mesos.Resource[] | undefined;

/** The permissions that an operation other than a launch needs. */
export function operationActions(operation: mesos.Offer.Operation): Action[] {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume } = operation;
  return [
    ...(reserve ? reserveActions(reserve) : []),
    ...(unreserve ? unreserveActions(unreserve.resources) : []),
    ...(create ? createActions(create.volumes) : []),
    ...(destroy ? destroyActions(destroy.volumes) : []),
    ...(grow_volume ? resizeActions(grow_volume.volume) : []),
    ...(shrink_volume ? resizeActions(shrink_volume.volume) : []),
    ...diskActions(operation),
  ];
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

function diskActions({ create_disk, destroy_disk }: mesos.Offer.Operation): Action[] {
  if (create_disk) {
    const isBlock = create_disk.target_type === 'BLOCK';
    const list = isBlock ? 'create_block_disks' : 'create_mount_disks';
    return [{ list, object: thing(roleOf(create_disk.source)) }];
  }
  if (!destroy_disk) return [];
  const type = destroy_disk.source.disk?.source?.type;
  const list =
    type === 'BLOCK' ? 'destroy_block_disks' : type === 'RAW' ? 'destroy_raw_disks' : 'destroy_mount_disks';
  return [{ list, object: thing(roleOf(destroy_disk.source)) }];
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

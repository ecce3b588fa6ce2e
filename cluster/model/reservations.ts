/**
 * Reservations of resources: a stack of them, each for a role below the one before.
 *
 * Mesos 1.11 docs/reservation.md, src/common/resources.cpp.
 */

import {
  combine,
  type Reservation,
  type Resource,
  type Resources,
  reservedRole,
  withMeta,
} from './resources';
import { isStrictSubrole } from './roles';

export function stackOf(resource: Resource): readonly Reservation[] {
  return resource.meta.reservations ?? [];
}

export function isReserved(resource: Resource): boolean {
  return stackOf(resource).length > 0;
}

/** True when the last reservation was made at run time and can be removed. */
export function isDynamicallyReserved(resource: Resource): boolean {
  return stackOf(resource).at(-1)?.type === 'DYNAMIC';
}

/** True for resources reserved for a role and again for one below it. */
export function isRefined(resource: Resource): boolean {
  return stackOf(resource).length > 1;
}

/** True when a role may use the resource: it is unreserved, or reserved for the role or one above it. */
export function isAllocatableTo(resource: Resource, role: string): boolean {
  const owner = reservedRole(resource);
  return owner === '*' || owner === role || isStrictSubrole(role, owner);
}

/** The same resources, each with one more reservation. */
export function pushReservation(resources: Resources, reservation: Reservation): Resources {
  return combine(resources.map((resource) => withStack(resource, [...stackOf(resource), reservation])));
}

/** The same resources, each without its last reservation. */
export function popReservation(resources: Resources): Resources {
  return combine(resources.map((resource) => withStack(resource, stackOf(resource).slice(0, -1))));
}

/** The same resources, unreserved. */
export function toUnreserved(resources: Resources): Resources {
  return combine(resources.map((resource) => (isReserved(resource) ? withStack(resource, []) : resource)));
}

function withStack(resource: Resource, stack: readonly Reservation[]): Resource {
  const { reservations: _before, ...rest } = resource.meta;
  return withMeta(resource, stack.length === 0 ? rest : { ...rest, reservations: stack });
}

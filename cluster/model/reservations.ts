/**
 * For whom resources are kept: a stack of reservations, each for a role below the one before
 * (Mesos 1.11 docs/reservation.md, src/common/resources.cpp).
 */

import { combine, type Piece, type Reservation, type Resources, reservedRole, withRest } from './resources';
import { isStrictSubrole } from './roles';

export function stackOf(piece: Piece): readonly Reservation[] {
  return piece.rest.reservations ?? [];
}

export function isReserved(piece: Piece): boolean {
  return stackOf(piece).length > 0;
}

/** The last reservation can be taken back at run time. */
export function isDynamicallyReserved(piece: Piece): boolean {
  return stackOf(piece).at(-1)?.type === 'DYNAMIC';
}

/** Reserved for a role and again for one below it. */
export function isRefined(piece: Piece): boolean {
  return stackOf(piece).length > 1;
}

/** True when a role may use the resource: an unreserved one, its own, or one of a role above it. */
export function isAllocatableTo(piece: Piece, role: string): boolean {
  const owner = reservedRole(piece);
  return owner === '*' || owner === role || isStrictSubrole(role, owner);
}

/** The same pieces, each with one more reservation. */
export function pushReservation(resources: Resources, reservation: Reservation): Resources {
  return combine(resources.map((piece) => withStack(piece, [...stackOf(piece), reservation])));
}

/** The same pieces, each without its last reservation. */
export function popReservation(resources: Resources): Resources {
  return combine(resources.map((piece) => withStack(piece, stackOf(piece).slice(0, -1))));
}

/** The same pieces as nobody's. */
export function toUnreserved(resources: Resources): Resources {
  return combine(resources.map((piece) => (isReserved(piece) ? withStack(piece, []) : piece)));
}

function withStack(piece: Piece, stack: readonly Reservation[]): Piece {
  const { reservations: _before, ...rest } = piece.rest;
  return withRest(piece, stack.length === 0 ? rest : { ...rest, reservations: stack });
}

/**
 * Taking an app's resources out of what an offer still has, piece by piece, each piece keeping its role.
 */

import type { Ranges } from '../../../../cluster/model/ranges';
import {
  milliOf,
  type Piece,
  pieceOf,
  type Resources,
  reservedRole,
  subtractResources,
} from '../../../../cluster/model/resources';

/** The pieces an app may use: of the accepted roles, no disks of their own, nothing revocable. */
export function usablePieces(offered: Resources, roles: ReadonlySet<string>): Resources {
  return offered.filter(
    (piece) =>
      roles.has(reservedRole(piece)) &&
      piece.rest['disk'] === undefined &&
      piece.rest['revocable'] === undefined &&
      piece.rest['provider_id'] === undefined,
  );
}

/** The amount of a scalar, in milli-units. */
export function scalarIn(usable: Resources, name: string): number {
  return milliOf(usable, name);
}

/** Takes a scalar amount, reserved pieces first. The caller has checked that there is enough. */
export function takeScalar(usable: Resources, name: string, milli: number): Piece[] {
  const taken: Piece[] = [];
  let missing = milli;
  for (const piece of reservedFirst(usable)) {
    if (piece.name !== name || piece.amount.type !== 'SCALAR' || missing <= 0) continue;
    const part = Math.min(missing, piece.amount.milli);
    taken.push(pieceOf(name, { type: 'SCALAR', milli: part }, piece.rest));
    missing -= part;
  }
  return taken;
}

/** Takes these ports, each from the piece that has it. */
export function takePorts(usable: Resources, ports: readonly number[]): Piece[] {
  return [...ports].map((port) => {
    const owner = reservedFirst(usable).find(
      ({ name, amount }) => name === 'ports' && amount.type === 'RANGES' && has(amount.ranges, port),
    );
    return pieceOf('ports', { type: 'RANGES', ranges: [[port, port]] }, owner?.rest ?? {});
  });
}

/** The remainder of an offer after a launch. */
export function without(offered: Resources, taken: Resources): Resources {
  return subtractResources(offered, taken);
}

function has(ranges: Ranges, port: number): boolean {
  return ranges.some(([begin, end]) => begin <= port && port <= end);
}

function reservedFirst(pieces: Resources): Piece[] {
  return [...pieces].sort((a, b) => Number(reservedRole(a) === '*') - Number(reservedRole(b) === '*'));
}

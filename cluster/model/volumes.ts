/**
 * Persistent volumes and other special disks (Mesos 1.11 docs/persistent-volume.md).
 */

import { isDynamicallyReserved, stackOf } from './reservations';
import {
  combine,
  containsResources,
  type Piece,
  printResources,
  type Resources,
  type Rest,
  subtractResources,
  withRest,
} from './resources';

export function isPersistentVolume(piece: Piece): boolean {
  return piece.rest.disk?.persistence !== undefined;
}

export function isShared(piece: Piece): boolean {
  return piece.shares > 0;
}

export function isRevocable(piece: Piece): boolean {
  return piece.rest.revocable !== undefined;
}

/** The disk a persistent volume was made of: without persistence and mount point, shared by nobody. */
export function stripVolume(piece: Piece): Piece {
  const { disk, shared: _shared, ...rest } = piece.rest;
  const source = disk?.source;
  return withRest(piece, source ? { ...rest, disk: { source } } : rest);
}

/** True for resources that an agent must checkpoint: reservations and volumes made at run time. */
export function needsCheckpoint(piece: Piece): boolean {
  return piece.rest.provider_id === undefined && (isDynamicallyReserved(piece) || isPersistentVolume(piece));
}

/** The resources that an agent has to checkpoint. */
export function checkpointedOf(resources: Resources): Resources {
  return resources.filter(needsCheckpoint);
}

/**
 * An agent's total from what its machine has and what was reserved and created on it. An error names what
 * does not fit any more, for instance after the machine was given less.
 */
export function applyCheckpoint(
  resources: Resources,
  checkpointed: Resources,
): Resources | { readonly error: string } {
  let total = resources;
  for (const piece of checkpointed) {
    const basis = combine([basisOf(piece)]);
    if (!containsResources(total, basis)) {
      const [have, need] = [printResources(total), printResources(basis)];
      return { error: `Incompatible agent resources: ${have} does not contain ${need}` };
    }
    total = combine([...subtractResources(total, basis), piece]);
  }
  return total;
}

/** The resource of the machine that a checkpointed one is made of. */
function basisOf(piece: Piece): Piece {
  const stripped = isPersistentVolume(piece) ? stripVolume(piece) : piece;
  const [first] = stackOf(piece);
  const { reservations: _before, ...others } = stripped.rest;
  const rest: Rest = first?.type === 'STATIC' ? { ...others, reservations: [first] } : others;
  return withRest(stripped, rest);
}

/**
 * Conversions of resources by operations such as RESERVE and CREATE, which keep the amount of each resource.
 *
 * Mesos 1.11 src/common/resources_utils.cpp, getResourceConversions.
 */

import { popReservation } from './reservations';
import {
  type Amount,
  addResources,
  combine,
  containsResources,
  printResources,
  type Resource,
  type Resources,
  subtractResources,
  unallocated,
  withAmount,
} from './resources';
import { stripVolume } from './volumes';

export interface Conversion {
  readonly consumed: Resources;
  readonly converted: Resources;
  /** Resources that must be gone afterwards: a shared volume is destroyed with its last copy. */
  readonly gone?: Resources;
}

/** An operation of an ACCEPT call or of an operator, with its resources as values (mesos.v1.Offer.Operation). */
export type ResourceOperation =
  | { readonly type: 'RESERVE'; readonly resources: Resources; readonly source: Resources }
  | { readonly type: 'UNRESERVE'; readonly resources: Resources }
  | { readonly type: 'CREATE' | 'DESTROY'; readonly volumes: Resources }
  | { readonly type: 'GROW_VOLUME'; readonly volume: Resources; readonly addition: Resources }
  | { readonly type: 'SHRINK_VOLUME'; readonly volume: Resources; readonly subtractMilli: number }
  | { readonly type: 'CREATE_DISK' | 'DESTROY_DISK' };

/** The conversions of an operation, in order; none for one that only a resource provider can carry out. */
export function conversionsOf(operation: ResourceOperation): readonly Conversion[] {
  switch (operation.type) {
    case 'RESERVE':
      return reserve(operation.resources, operation.source);
    case 'UNRESERVE':
      return operation.resources.map((resource) => ({
        consumed: [resource],
        converted: popReservation([resource]),
      }));
    case 'CREATE':
      return operation.volumes.map((volume) => ({
        consumed: combine([stripVolume(volume)]),
        converted: [volume],
      }));
    case 'DESTROY':
      return operation.volumes.map((volume) => ({
        consumed: [volume],
        converted: combine([stripVolume(volume)]),
        ...(volume.shares > 0 && { gone: [volume] }),
      }));
    case 'GROW_VOLUME':
      return grow(operation.volume, operation.addition);
    case 'SHRINK_VOLUME':
      return shrink(operation.volume, operation.subtractMilli);
    case 'CREATE_DISK':
    case 'DESTROY_DISK':
      return [];
  }
}

/** The same operation on resources without allocation, which the resources of an agent are. */
export function unallocatedOperation(operation: ResourceOperation): ResourceOperation {
  switch (operation.type) {
    case 'RESERVE':
    case 'UNRESERVE':
      return { ...operation, resources: unallocated(operation.resources) };
    case 'CREATE':
    case 'DESTROY':
      return { ...operation, volumes: unallocated(operation.volumes) };
    case 'GROW_VOLUME':
      return {
        ...operation,
        volume: unallocated(operation.volume),
        addition: unallocated(operation.addition),
      };
    case 'SHRINK_VOLUME':
      return { ...operation, volume: unallocated(operation.volume) };
    case 'CREATE_DISK':
    case 'DESTROY_DISK':
      return operation;
  }
}

function reserve(converted: Resources, source: Resources): readonly Conversion[] {
  return [{ consumed: source.length > 0 ? source : popReservation(converted), converted }];
}

function grow([before]: Resources, [more]: Resources): readonly Conversion[] {
  if (!before || !more) return [];
  const converted = resized(before, milliOf(before) + milliOf(more));
  return [{ consumed: combine([before, more]), converted: [converted] }];
}

function shrink([before]: Resources, less: number): readonly Conversion[] {
  if (!before) return [];
  const freed = resized(stripVolume(before), less);
  return [{ consumed: [before], converted: combine([resized(before, milliOf(before) - less), freed]) }];
}

function resized(resource: Resource, milli: number): Resource {
  const amount: Amount = { type: 'SCALAR', milli };
  return withAmount(resource, amount);
}

function milliOf({ amount }: Resource): number {
  return amount.type === 'SCALAR' ? amount.milli : 0;
}

/** The resources after the conversions, or the error of missing ones. */
export function applyConversions(
  resources: Resources,
  conversions: readonly Conversion[],
): Resources | { readonly error: string } {
  let result = resources;
  for (const { consumed, converted, gone } of conversions) {
    if (!containsResources(result, consumed)) {
      return { error: `${printResources(result)} does not contain ${printResources(consumed)}` };
    }
    result = addResources(subtractResources(result, consumed), converted);
    if (gone && containsResources(result, gone)) {
      const volume = printResources(gone);
      return {
        error: `Persistent volume ${volume} cannot be removed due to additional shared copies`,
      };
    }
  }
  return result;
}

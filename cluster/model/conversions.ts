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
  readResources,
  subtractResources,
  type WireResource,
  withAmount,
} from './resources';
import { stripVolume } from './volumes';

export interface Conversion {
  readonly consumed: Resources;
  readonly converted: Resources;
  /** Resources that must be gone afterwards: a shared volume is destroyed with its last copy. */
  readonly gone?: Resources;
}

/**
 * An operation of an ACCEPT call or of an operator, as far as it is about resources
 * (mesos.v1.Offer.Operation).
 */
export interface ResourceOperation {
  readonly type?: string | undefined;
  readonly reserve?: { readonly resources?: Wire; readonly source?: Wire } | undefined;
  readonly unreserve?: { readonly resources?: Wire } | undefined;
  readonly create?: { readonly volumes?: Wire } | undefined;
  readonly destroy?: { readonly volumes?: Wire } | undefined;
  readonly grow_volume?: { readonly volume: WireResource; readonly addition: WireResource } | undefined;
  readonly shrink_volume?:
    | { readonly volume: WireResource; readonly subtract: { readonly value: number } }
    | undefined;
}

type Wire = readonly WireResource[] | undefined;

/** The conversions of an operation, in order; none for an operation that is not about resources. */
export function conversionsOf(operation: ResourceOperation): readonly Conversion[] {
  switch (operation.type) {
    case 'RESERVE':
      return reserve(operation.reserve);
    case 'UNRESERVE':
      return readResources(operation.unreserve?.resources).map((resource) => ({
        consumed: [resource],
        converted: popReservation([resource]),
      }));
    case 'CREATE':
      return readResources(operation.create?.volumes).map((volume) => ({
        consumed: combine([stripVolume(volume)]),
        converted: [volume],
      }));
    case 'DESTROY':
      return readResources(operation.destroy?.volumes).map((volume) => ({
        consumed: [volume],
        converted: combine([stripVolume(volume)]),
        ...(volume.shares > 0 && { gone: [volume] }),
      }));
    case 'GROW_VOLUME':
      return operation.grow_volume ? grow(operation.grow_volume) : [];
    case 'SHRINK_VOLUME':
      return operation.shrink_volume ? shrink(operation.shrink_volume) : [];
    default:
      return [];
  }
}

function reserve(call: ResourceOperation['reserve']): readonly Conversion[] {
  const converted = readResources(call?.resources);
  const source = readResources(call?.source);
  return [{ consumed: source.length > 0 ? source : popReservation(converted), converted }];
}

function grow({ volume, addition }: NonNullable<ResourceOperation['grow_volume']>): readonly Conversion[] {
  const [before] = readResources([volume]);
  const [more] = readResources([addition]);
  if (!before || !more) return [];
  const converted = resized(before, milliOf(before) + milliOf(more));
  return [{ consumed: combine([before, more]), converted: [converted] }];
}

function shrink({
  volume,
  subtract,
}: NonNullable<ResourceOperation['shrink_volume']>): readonly Conversion[] {
  const [before] = readResources([volume]);
  if (!before) return [];
  const less = Math.round(subtract.value * 1000);
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

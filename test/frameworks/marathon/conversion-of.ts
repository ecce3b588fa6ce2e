/** The operations of an offer that reserve, free, make and destroy, as conversions of resources. */

import type * as mesos from '../../../cluster/api/generated/mesos';
import { applyConversions, conversionsOf, type ResourceOperation } from '../../../cluster/model/conversions';
import {
  type Resources,
  readResources,
  unallocated,
  type WireResource,
} from '../../../cluster/model/resources';

/** The conversion of an operation; undefined for a launch. */
export function conversionOf(operation: mesos.Offer.Operation): ResourceOperation | undefined {
  const { reserve, unreserve, create, destroy } = operation;
  if (reserve) return { type: 'RESERVE', resources: wireOf(reserve.resources), source: [] };
  if (unreserve) return { type: 'UNRESERVE', resources: wireOf(unreserve.resources) };
  if (create) return { type: 'CREATE', volumes: wireOf(create.volumes) };
  return destroy && { type: 'DESTROY', volumes: wireOf(destroy.volumes) };
}

/** Resources after a conversion; throws when they do not have what it converts. */
export function converted(resources: Resources, conversion: ResourceOperation): Resources {
  const after = applyConversions(resources, conversionsOf(conversion));
  if ('error' in after) throw new Error(after.error);
  return after;
}

export function wireOf(resources: readonly mesos.Resource[] | undefined): Resources {
  return unallocated(readResources((resources ?? []) as readonly WireResource[]));
}

/**
 * The reserved resources of an offer that are of no use any more: those of decommissioned and of unknown instances
 * (OfferMatcherReconciler of Marathon).
 *
 * Always true: volumes of an instance that is to run or may be started again are never destroyed.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { note } from '../../../../cluster/model/machine';
import {
  type Resource,
  type Resources,
  readResources,
  type WireResource,
} from '../../../../cluster/model/resources';
import { accept } from '../../../kit/core/session/calls';
import { isLive } from '../instances/conditions';
import { expunge, setCondition } from '../instances/instances';
import { countOf } from '../instances/tally';
import type { Instance, MarathonState } from '../state/state';
import type { Turn } from '../state/turn';
import { ownerOf } from './labels';
import { releaseOperations } from './operations';
import { confirmReservation, persistenceId } from './reservations';

/**
 * Frees what an offer has of instances that are gone, and confirms the reservations that it shows. True when the offer is
 * used up by that; what is left of it is offered again.
 */
export function freeReservations(turn: Turn, offer: mesos.Offer): boolean {
  const owned = ownedResources(offer);
  if (owned.size === 0) return false;
  const unused: Resource[] = [];
  for (const [instanceId, resources] of owned) {
    const instance = turn.state.instances.get(instanceId);
    if (isSpurious(turn.state, instance, resources)) {
      note(turn, 'warn', 'reserved resources of an unknown instance are freed', { instance: instanceId });
      unused.push(...resources);
    } else if (instance && isToBeFreed(instance)) {
      unused.push(...resources);
      // The executor of a pod has the volumes, and ends after the tasks: the instance is there until an offer shows them.
      if (!hasVolumes(instance, resources)) continue;
      note(turn, 'info', 'the reservation of an instance is freed', { instance: instanceId });
      setCondition(turn, instance, 'Killed');
      expunge(turn, instance);
    } else if (instance?.reservation && hasVolumes(instance, resources)) confirmReservation(turn, instance);
  }
  if (unused.length === 0) return false;
  accept(turn, offer, releaseOperations(unused));
  return true;
}

/** True when an instance is there for its reservation alone, which is to be freed. */
export function isToBeFreed(instance: Instance): boolean {
  return instance.goal === 'Decommissioned' && instance.reservation !== undefined && !isLive(instance);
}

/** The number of instances of an app for whose reservations offers are asked for, to free them. */
export function countToBeFreed(state: MarathonState, appId: string): number {
  if (!state.reserved.has(appId)) return 0;
  return countOf(
    state,
    appId,
    ({ goal, isResting, life }) => goal === 'Decommissioned' && isResting && life !== 'unreachable',
  );
}

/** True when all volumes of an instance are among these resources. */
export function hasVolumes(instance: Instance, resources: Resources): boolean {
  const volumes = instance.reservation?.volumes ?? [];
  return volumes.every((volume) => {
    const id = persistenceId(instance, volume);
    return resources.some(({ meta }) => meta.disk?.persistence?.id === id);
  });
}

/** The reserved resources of an offer by the instances that they are for. Most offers have none. */
function ownedResources({ resources = [] }: mesos.Offer): ReadonlyMap<string, readonly Resource[]> {
  const owned = new Map<string, Resource[]>();
  if (!resources.some(isReserved)) return owned;
  for (const resource of readResources(resources as readonly WireResource[])) {
    const owner = ownerOf(resource);
    if (owner) owned.set(owner.instanceId, [...(owned.get(owner.instanceId) ?? []), resource]);
  }
  return owned;
}

function isReserved({ reservation, reservations }: mesos.Resource & { reservation?: unknown }): boolean {
  return reservation !== undefined || (reservations?.length ?? 0) > 0;
}

/**
 * True for resources that were reserved in vain: of an instance that is gone, or has no reservation. Those of other
 * frameworks are theirs.
 */
function isSpurious({ session }: MarathonState, instance: Instance | undefined, [first]: Resources): boolean {
  if (instance?.reservation) return false;
  return first !== undefined && ownerOf(first)?.frameworkId === session.frameworkId;
}

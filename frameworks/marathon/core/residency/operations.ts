/**
 * The operations of a reservation: RESERVE and CREATE make it, DESTROY and UNRESERVE free it (OfferOperationFactory of
 * Marathon). Mesos wants one operation for the resources of each resource provider.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import {
  type Resource,
  type Resources,
  resourceOf,
  writeLegacyResources,
} from '../../../../cluster/model/resources';
import { isPersistentVolume, stripVolume } from '../../../../cluster/model/volumes';
import type { ChosenVolume } from './disks';
import { type Owner, ownerLabels } from './labels';

/** The owner of the resources, the role they are reserved to, and the principal of the framework, if it has one. */
export interface Holder extends Owner {
  readonly role: string;
  readonly principal?: string | undefined;
}

/** A disk of an offer with the volume that it is for. */
export interface NewVolume extends ChosenVolume {
  readonly persistenceId: string;
}

/** The operations that reserve resources and disks of an offer, and create the volumes. */
export function reserveOperations(
  holder: Holder,
  resources: Resources,
  volumes: readonly NewVolume[],
): mesos.Offer.Operation[] {
  const all = [...resources, ...volumes.map(({ disk }) => disk)].map((resource) =>
    reserved(resource, holder),
  );
  const created = volumes.map((volume) => withVolume(volume, holder));
  return [
    ...byProvider(all).map(
      (part): mesos.Offer.Operation => ({ type: 'RESERVE', reserve: { resources: wire(part) } }),
    ),
    ...byProvider(created).map(
      (part): mesos.Offer.Operation => ({ type: 'CREATE', create: { volumes: wire(part) } }),
    ),
  ];
}

/** The operations that destroy volumes and free reserved resources of an offer. */
export function releaseOperations(resources: Resources): mesos.Offer.Operation[] {
  return [
    ...byProvider(resources.filter(isPersistentVolume)).map(
      (part): mesos.Offer.Operation => ({ type: 'DESTROY', destroy: { volumes: wire(part) } }),
    ),
    ...byProvider(resources.map(stripVolume)).map(
      (part): mesos.Offer.Operation => ({ type: 'UNRESERVE', unreserve: { resources: wire(part) } }),
    ),
  ];
}

/** A resource as it is reserved. */
export function reserved({ name, amount, meta }: Resource, holder: Holder): Resource {
  const { role, principal } = holder;
  const level = {
    type: 'DYNAMIC' as const,
    role,
    ...(principal !== undefined && { principal }),
    labels: ownerLabels(holder),
  };
  return resourceOf(name, amount, { ...meta, reservations: [...(meta.reservations ?? []), level] });
}

/** A reserved disk with its volume. */
export function withVolume({ disk, containerPath, persistenceId }: NewVolume, holder: Holder): Resource {
  const { name, amount, meta } = reserved(disk, holder);
  const { principal } = holder;
  const persistence = { id: persistenceId, ...(principal !== undefined && { principal }) };
  const volume = { container_path: containerPath, mode: 'RW' as const };
  return resourceOf(name, amount, { ...meta, disk: { ...meta.disk, persistence, volume } });
}

function byProvider(resources: Resources): Resources[] {
  const parts = new Map<string | undefined, Resource[]>();
  for (const resource of resources) {
    const provider = resource.meta.provider_id?.value;
    parts.set(provider, [...(parts.get(provider) ?? []), resource]);
  }
  return [...parts.values()];
}

function wire(resources: Resources): mesos.Resource[] {
  return writeLegacyResources(resources) as unknown as mesos.Resource[];
}

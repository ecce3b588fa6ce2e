/**
 * Persistent volumes and other special disks (Mesos 1.11 docs/persistent-volume.md).
 */

import { isDynamicallyReserved, stackOf } from './reservations';
import {
  combine,
  containsResources,
  printResources,
  type Resource,
  type ResourceMeta,
  type Resources,
  subtractResources,
  withMeta,
} from './resources';

export function isPersistentVolume(resource: Resource): boolean {
  return resource.meta.disk?.persistence !== undefined;
}

export function isShared(resource: Resource): boolean {
  return resource.shares > 0;
}

export function isRevocable(resource: Resource): boolean {
  return resource.meta.revocable !== undefined;
}

/** The disk that a persistent volume was made of: without persistence and mount point, and not shared. */
export function stripVolume(resource: Resource): Resource {
  const { disk, shared: _shared, ...rest } = resource.meta;
  const source = disk?.source;
  return withMeta(resource, source ? { ...rest, disk: { source } } : rest);
}

/** True for resources that an agent must checkpoint: reservations and volumes made at run time. */
export function needsCheckpoint(resource: Resource): boolean {
  return (
    resource.meta.provider_id === undefined &&
    (isDynamicallyReserved(resource) || isPersistentVolume(resource))
  );
}

/** The resources that an agent has to checkpoint. */
export function checkpointedOf(resources: Resources): Resources {
  return resources.filter(needsCheckpoint);
}

/**
 * The total of an agent: the resources of its machine with the reservations and volumes made on them. An
 * error names what does not fit any more, for instance after the machine was given less.
 */
export function applyCheckpoint(
  resources: Resources,
  checkpointed: Resources,
): Resources | { readonly error: string } {
  let total = resources;
  for (const resource of checkpointed) {
    const basis = combine([basisOf(resource)]);
    if (!containsResources(total, basis)) {
      const have = printResources(total);
      const need = printResources(basis);
      return { error: `Incompatible agent resources: ${have} does not contain ${need}` };
    }
    total = combine([...subtractResources(total, basis), resource]);
  }
  return total;
}

/** The machine's resource that a checkpointed one was made of. */
function basisOf(resource: Resource): Resource {
  const stripped = isPersistentVolume(resource) ? stripVolume(resource) : resource;
  const [first] = stackOf(resource);
  const { reservations: _before, ...others } = stripped.meta;
  const meta: ResourceMeta = first?.type === 'STATIC' ? { ...others, reservations: [first] } : others;
  return withMeta(stripped, meta);
}

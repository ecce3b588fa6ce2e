/**
 * Errors in CREATE, DESTROY, GROW_VOLUME and SHRINK_VOLUME, in Mesos' words and order (Mesos 1.11
 * src/master/validation.cpp, namespace operation).
 */

import {
  inside,
  persistenceIdError,
  resourcesError,
  shapeError,
  singleRoleError,
} from '../../../model/resource-errors';
import {
  combine,
  containsResources,
  printResources,
  type Resource,
  type Resources,
  unallocated,
} from '../../../model/resources';
import { checkpointedOf, isShared, stripVolume } from '../../../model/volumes';
import type { GrowOperation, ShrinkOperation, VolumesOperation } from '../read/operation';
import type { Agent, Framework } from '../state/state';
import { isCapable } from '../state/state';
import { agentError, hasCapability, type OperationContext, providersError } from './operation-context';

export function createError(
  { part, volumes }: VolumesOperation,
  context: OperationContext,
): string | undefined {
  const wrong =
    inside('Invalid resources', resourcesError(part.volumes, volumes)) ??
    inside('Invalid resources', providersError(part.volumes)) ??
    inside('Not a persistent volume', volumesError(volumes)) ??
    persistenceIdError([...checkpointedOf(context.agent.total), ...volumes]);
  if (wrong) return wrong;
  for (const resource of volumes) {
    const error =
      sharedError(resource, context.framework) ??
      agentError(resource, context.agent, ['Volume', 'created']) ??
      creatorError(resource, context.principal);
    if (error) return error;
  }
  return context.framework ? inside('Invalid volume resources', singleRoleError(volumes)) : undefined;
}

/** The first error in resources that must all be persistent volumes, or undefined. */
function volumesError(volumes: Resources): string | undefined {
  for (const resource of volumes) {
    const { disk } = resource.meta;
    if (!disk) return `Resource ${printResources([resource])} does not have DiskInfo`;
    if (!disk.persistence) return "'persistence' is not set in DiskInfo";
    if (!disk.volume) return "Expecting 'volume' to be set for persistent volume";
    if (disk.volume.mode === 'RO') return 'Read-only persistent volume not supported';
  }
  return undefined;
}

function sharedError(resource: Resource, framework: Framework | undefined): string | undefined {
  if (!framework || !isShared(resource) || isCapable(framework, 'SHARED_RESOURCES')) return undefined;
  return (
    `Create volume operation for '${printResources([resource])}' has been attempted by framework ` +
    `'${framework.id}' with no SHARED_RESOURCES capability`
  );
}

function creatorError({ meta }: Resource, principal: string | undefined): string | undefined {
  if (principal === undefined) return undefined;
  const creator = meta.disk?.persistence?.principal;
  if (creator === undefined)
    return (
      `Create volume operation attempted by principal '${principal}', but there is a volume in the operation ` +
      "with no principal set in 'disk.persistence'"
    );
  if (creator === principal) return undefined;
  return (
    `Create volume operation attempted by authenticated principal '${principal}', which does not match a ` +
    `volume in the operation with principal '${creator}' set in 'disk.persistence'`
  );
}

export function destroyError(
  { part, volumes: destroyed }: VolumesOperation,
  agent: Agent,
): string | undefined {
  const volumes = unallocated(destroyed);
  const wrong =
    inside('Invalid resources', resourcesError(part.volumes, destroyed)) ??
    inside('Invalid resources', providersError(part.volumes)) ??
    inside('Not a persistent volume', volumesError(volumes));
  if (wrong) return wrong;
  const agentVolumes = volumes.filter(({ meta }) => meta.provider_id === undefined);
  if (!containsResources(checkpointedOf(agent.total), agentVolumes)) return 'Persistent volumes not found';
  return volumes.some((volume) => isInUse(agent, volume)) ? 'Persistent volumes in use' : undefined;
}

/** True when a task or executor on the agent has the volume. */
function isInUse(agent: Agent, volume: Resource): boolean {
  const users = [
    ...[...agent.tasks.values()].filter(({ holdsResources }) => holdsResources),
    ...agent.executors.values(),
  ];
  return users.some(({ resources }) => containsResources(resources, [volume]));
}

export function growError(operation: GrowOperation, agent: Agent): string | undefined {
  const { volume, addition } = operation.part;
  const wrong =
    inside("Invalid resource in the 'GrowVolume.volume' field", shapeError(volume)) ??
    inside("Invalid resource in the 'GrowVolume.addition' field", shapeError(addition));
  if (wrong) return wrong;
  if (!(Math.round((addition.scalar?.value ?? 0) * 1000) > 0))
    return "The size of 'GrowVolume.addition' field must be greater than zero";
  if (volume.provider_id) return 'Growing a volume from a resource provider is not supported';
  const resources = operation.volume;
  const form = inside("Invalid persistent volume in the 'GrowVolume.volume' field", volumesError(resources));
  if (form) return form;
  if (volume.shared) return 'Growing a shared persistent volume is not supported';
  if (combine([...resources.map(stripVolume), ...operation.addition]).length !== 1)
    return "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields";
  return resizeError(resources, agent, 'grown');
}

export function shrinkError(operation: ShrinkOperation, agent: Agent): string | undefined {
  const { volume } = operation.part;
  const wrong = inside("Invalid resource in the 'ShrinkVolume.volume' field", shapeError(volume));
  if (wrong) return wrong;
  const less = operation.subtractMilli;
  if (!(less > 0)) return "Value of 'ShrinkVolume.subtract' must be greater than zero";
  if (Math.round((volume.scalar?.value ?? 0) * 1000) <= less)
    return "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'";
  if (volume.provider_id) return 'Shrinking a volume from a resource provider is not supported';
  if (volume.disk?.source?.type === 'MOUNT') return 'Shrinking a volume on a MOUNT disk is not supported';
  const resources = operation.volume;
  const form = inside(
    "Invalid persistent volume in the 'ShrinkVolume.volume' field",
    volumesError(resources),
  );
  if (form) return form;
  if (volume.shared) return 'Shrinking a shared persistent volume is not supported';
  return resizeError(resources, agent, 'shrunk');
}

function resizeError(volume: Resources, agent: Agent, done: string): string | undefined {
  if (hasCapability(agent, 'RESIZE_VOLUME')) return undefined;
  return `Volume ${printResources(volume)} cannot be ${done} on an agent without RESIZE_VOLUME capability`;
}

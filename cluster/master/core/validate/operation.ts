/**
 * Errors in an operation on resources, by a framework or an operator, in Mesos' words and order (Mesos 1.11
 * src/master/validation.cpp, namespace operation).
 */

import type * as mesos from '../../../api/generated/mesos';
import { isDynamicallyReserved, isRefined, toUnreserved } from '../../../model/reservations';
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
  equalResources,
  printResources,
  type Resource,
  type Resources,
  readResources,
  reservedRole,
  unallocated,
} from '../../../model/resources';
import { checkpointedOf, isPersistentVolume, isShared, stripVolume } from '../../../model/volumes';
import type { Agent, Framework } from '../state/state';
import { isCapable } from '../state/state';

/** The sender of an operation, and its agent. An operator has no framework. */
export interface OperationContext {
  readonly agent: Agent;
  readonly framework?: Framework | undefined;
  readonly principal?: string | undefined;
}

type Wire = readonly mesos.Resource[] | undefined;
type Check = (operation: mesos.Offer.Operation, context: OperationContext) => string | undefined;

const CHECKS: Partial<Record<mesos.Offer.Operation.Type, Check>> = {
  RESERVE: ({ reserve }, context) => (reserve ? reserveError(reserve, context) : missing('reserve')),
  UNRESERVE: ({ unreserve }) => (unreserve ? unreserveError(unreserve.resources) : missing('unreserve')),
  CREATE: ({ create }, context) => (create ? createError(create.volumes, context) : missing('create')),
  DESTROY: ({ destroy }, { agent }) => (destroy ? destroyError(destroy.volumes, agent) : missing('destroy')),
  GROW_VOLUME: ({ grow_volume }, { agent }) =>
    grow_volume ? growError(grow_volume, agent) : missing('grow_volume'),
  SHRINK_VOLUME: ({ shrink_volume }, { agent }) =>
    shrink_volume ? shrinkError(shrink_volume, agent) : missing('shrink_volume'),
  CREATE_DISK: ({ create_disk }, { agent }) => providerError(create_disk?.source, agent),
  DESTROY_DISK: ({ destroy_disk }, { agent }) => providerError(destroy_disk?.source, agent),
};

/** The first thing wrong with an operation, or undefined. LAUNCH and LAUNCH_GROUP have their own files. */
export function operationError(
  operation: mesos.Offer.Operation,
  context: OperationContext,
): string | undefined {
  return CHECKS[operation.type ?? 'UNKNOWN']?.(operation, context);
}

function missing(field: string): string {
  return `Expecting '${field}' to be present`;
}

export function hasCapability(agent: Agent, type: mesos.AgentInfo.Capability.Type): boolean {
  return agent.capabilities.some((capability) => capability.type === type);
}

function reserveError(
  { resources: wire, source }: mesos.Offer.Operation.Reserve,
  context: OperationContext,
): string | undefined {
  const target = readResources(wire);
  const wrong =
    inside('Invalid resources', resourcesError(wire)) ??
    inside('Invalid source', resourcesError(source)) ??
    (source && source.length > 0 ? sourceError(source, wire) : undefined) ??
    inside('Invalid resources', providersError(wire));
  if (wrong) return wrong;
  for (const resource of target) {
    const error = reservedPieceError(resource, context);
    if (error) return error;
  }
  return context.framework ? inside('Invalid reservation resources', singleRoleError(target)) : undefined;
}

/** A reservation that is made from another one: both of one kind, of the same amounts. */
function sourceError(source: Wire, target: Wire): string | undefined {
  const [from, to] = [readResources(source), readResources(target)];
  const plain = (resources: Resources): Resources => toUnreserved(resources);
  return (
    inside('Invalid source', mixedError(from)) ??
    inside('Invalid resources', to.length === 0 ? 'Resource cannot be empty' : mixedError(to)) ??
    (equalResources(plain(from), plain(to))
      ? undefined
      : 'Source and target resources should refer to identical resource quantities: ' +
        `${printResources(plain(from))} vs. ${printResources(plain(to))}`)
  );
}

function mixedError(resources: Resources): string | undefined {
  const stacks = new Set(resources.map(({ meta }) => JSON.stringify(meta.reservations ?? [])));
  return stacks.size > 1 ? `Mixed reservations are not supported${printResources(resources)}` : undefined;
}

/** Some resources from a provider and some not, or of several providers. */
function providersError(wire: Wire): string | undefined {
  const ids = new Set((wire ?? []).map(({ provider_id }) => provider_id?.value));
  if (ids.size === 1) return undefined;
  if (ids.has(undefined)) return 'Some resources have a resource provider and some do not';
  return `The resources have multiple resource providers: ${[...ids].join(', ')}`;
}

function reservedPieceError(resource: Resource, context: OperationContext): string | undefined {
  const shown = printResources([resource]);
  if (!isDynamicallyReserved(resource)) return `Resource ${shown} is not dynamically reserved`;
  return (
    agentError(resource, context.agent, ['Resource', 'reserved']) ??
    principalError(resource, context.principal) ??
    allocationError(resource, context.framework)
  );
}

function agentError(
  resource: Resource,
  agent: Agent,
  [what, done]: readonly [string, string],
): string | undefined {
  const [role, shown] = [reservedRole(resource), printResources([resource])];
  if (role.includes('/') && !hasCapability(agent, 'HIERARCHICAL_ROLE'))
    return (
      `${what} ${shown} with reservation for hierarchical role '${role}' cannot be ${done} on an agent ` +
      'without HIERARCHICAL_ROLE capability'
    );
  if (isRefined(resource) && !hasCapability(agent, 'RESERVATION_REFINEMENT'))
    return (
      `${what} ${shown} with reservation refinement cannot be ${done} on an agent without ` +
      'RESERVATION_REFINEMENT capability'
    );
  return undefined;
}

function principalError({ meta }: Resource, principal: string | undefined): string | undefined {
  if (principal === undefined) return undefined;
  const reserver = meta.reservations?.at(-1)?.principal;
  if (reserver === undefined)
    return (
      `A reserve operation was attempted by principal '${principal}', but there is a reserved resource ` +
      'in the request with no principal set'
    );
  if (reserver === principal) return undefined;
  return (
    `A reserve operation was attempted by authenticated principal '${principal}', which does not match a ` +
    `reserved resource in the request with principal '${reserver}'`
  );
}

function allocationError(resource: Resource, framework: Framework | undefined): string | undefined {
  const allocated = resource.meta.allocation_info?.role;
  if (!framework) {
    return allocated === undefined
      ? undefined
      : 'A reserve operation was attempted with an allocated resource, but the operator API only allows ' +
          'reservations to be made to unallocated resources';
  }
  const role = reservedRole(resource);
  const attempted = 'A reserve operation was attempted';
  if (allocated === undefined)
    return (
      `${attempted} on unallocated resource ${printResources([resource])}, but frameworks can only perform ` +
      'reservations on allocated resources'
    );
  if (allocated !== role)
    return `${attempted} for a resource with role '${role}', but the resource was allocated to role '${allocated}'`;
  if (framework.roles.includes(role)) return undefined;
  const roles = `{ ${framework.roles.join(', ')} }`;
  return `${attempted} for a resource allocated to role '${role}', but the framework only has roles '${roles}'`;
}

function unreserveError(wire: Wire): string | undefined {
  const wrong =
    inside('Invalid resources', resourcesError(wire)) ?? inside('Invalid resources', providersError(wire));
  if (wrong) return wrong;
  for (const resource of readResources(wire)) {
    const shown = printResources([resource]);
    if (!isDynamicallyReserved(resource)) return `Resource ${shown} is not dynamically reserved`;
    if (isPersistentVolume(resource))
      return (
        `A dynamically reserved persistent volume ${shown} cannot be unreserved directly. Please destroy the ` +
        'persistent volume first then unreserve the resource'
      );
  }
  return undefined;
}

function createError(wire: Wire, context: OperationContext): string | undefined {
  const volumes = readResources(wire);
  const wrong =
    inside('Invalid resources', resourcesError(wire)) ??
    inside('Invalid resources', providersError(wire)) ??
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

/** The first error among resources that must all be volumes that can be created. */
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

function destroyError(wire: Wire, agent: Agent): string | undefined {
  const volumes = unallocated(readResources(wire));
  const wrong =
    inside('Invalid resources', resourcesError(wire)) ??
    inside('Invalid resources', providersError(wire)) ??
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

function growError({ volume, addition }: mesos.Offer.Operation.GrowVolume, agent: Agent): string | undefined {
  const wrong =
    inside("Invalid resource in the 'GrowVolume.volume' field", shapeError(volume)) ??
    inside("Invalid resource in the 'GrowVolume.addition' field", shapeError(addition));
  if (wrong) return wrong;
  if (!(Math.round((addition.scalar?.value ?? 0) * 1000) > 0))
    return "The size of 'GrowVolume.addition' field must be greater than zero";
  if (volume.provider_id) return 'Growing a volume from a resource provider is not supported';
  const resources = readResources([volume]);
  const form = inside("Invalid persistent volume in the 'GrowVolume.volume' field", volumesError(resources));
  if (form) return form;
  if (volume.shared) return 'Growing a shared persistent volume is not supported';
  if (combine([...resources.map(stripVolume), ...readResources([addition])]).length !== 1)
    return "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields";
  return resizeError(resources, agent, 'grown');
}

function shrinkError(
  { volume, subtract }: mesos.Offer.Operation.ShrinkVolume,
  agent: Agent,
): string | undefined {
  const wrong = inside("Invalid resource in the 'ShrinkVolume.volume' field", shapeError(volume));
  if (wrong) return wrong;
  const less = Math.round(subtract.value * 1000);
  if (!(less > 0)) return "Value of 'ShrinkVolume.subtract' must be greater than zero";
  if (Math.round((volume.scalar?.value ?? 0) * 1000) <= less)
    return "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'";
  if (volume.provider_id) return 'Shrinking a volume from a resource provider is not supported';
  if (volume.disk?.source?.type === 'MOUNT') return 'Shrinking a volume on a MOUNT disk is not supported';
  const resources = readResources([volume]);
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

/** Disks are made and taken apart by resource providers only. */
function providerError(source: mesos.Resource | undefined, agent: Agent): string | undefined {
  if (!hasCapability(agent, 'RESOURCE_PROVIDER'))
    return `Not supported on agent ${agent.id} because it does not have RESOURCE_PROVIDER capability`;
  const wrong = inside('Invalid resource', source ? shapeError(source) : "Expecting 'source' to be present");
  if (wrong) return wrong;
  return source?.provider_id
    ? `The resource provider ${source.provider_id.value} is not known`
    : "'source' is not managed by a resource provider";
}

/**
 * Errors in RESERVE and UNRESERVE, in Mesos' words and order (Mesos 1.11 src/master/validation.cpp, namespace
 * operation).
 */

import { isDynamicallyReserved, toUnreserved } from '../../../model/reservations';
import { inside, resourcesError, singleRoleError } from '../../../model/resource-errors';
import {
  equalResources,
  printResources,
  type Resource,
  type Resources,
  reservedRole,
} from '../../../model/resources';
import { isPersistentVolume } from '../../../model/volumes';
import type { ReserveOperation, UnreserveOperation } from '../read/operation';
import type { Framework } from '../state/state';
import { agentError, type OperationContext, providersError } from './operation-context';

export function reserveError(
  { part, resources: target, source }: ReserveOperation,
  context: OperationContext,
): string | undefined {
  const wrong =
    inside('Invalid resources', resourcesError(part.resources, target)) ??
    inside('Invalid source', resourcesError(part.source, source)) ??
    ((part.source ?? []).length > 0 ? sourceError(source, target) : undefined) ??
    inside('Invalid resources', providersError(part.resources));
  if (wrong) return wrong;
  for (const resource of target) {
    const error = reservedPieceError(resource, context);
    if (error) return error;
  }
  return context.framework ? inside('Invalid reservation resources', singleRoleError(target)) : undefined;
}

/** The error in a reservation with a source: both must have the same amounts, and one stack of reservations each. */
function sourceError(from: Resources, to: Resources): string | undefined {
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

function reservedPieceError(resource: Resource, context: OperationContext): string | undefined {
  const shown = printResources([resource]);
  if (!isDynamicallyReserved(resource)) return `Resource ${shown} is not dynamically reserved`;
  return (
    agentError(resource, context.agent, ['Resource', 'reserved']) ??
    principalError(resource, context.principal) ??
    allocationError(resource, context.framework)
  );
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

export function unreserveError({ part, resources }: UnreserveOperation): string | undefined {
  const wrong =
    inside('Invalid resources', resourcesError(part.resources, resources)) ??
    inside('Invalid resources', providersError(part.resources));
  if (wrong) return wrong;
  for (const resource of resources) {
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

/**
 * Errors in an operation on resources, by a framework or an operator, in Mesos' words and order (Mesos 1.11
 * src/master/validation.cpp, namespace operation).
 */

import type * as mesos from '../../../api/generated/mesos';
import { inside, shapeError } from '../../../model/resource-errors';
import type { Agent } from '../state/state';
import { hasCapability, missing, type OperationContext } from './operation-context';
import { reserveError, unreserveError } from './reservation';
import { createError, destroyError, growError, shrinkError } from './volume';

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

/** The first error in an operation, or undefined. LAUNCH and LAUNCH_GROUP are in task.ts and group.ts. */
export function operationError(
  operation: mesos.Offer.Operation,
  context: OperationContext,
): string | undefined {
  return CHECKS[operation.type ?? 'UNKNOWN']?.(operation, context);
}

/**
 * The error in CREATE_DISK or DESTROY_DISK, always one: they need a resource provider, and no agent of ours has any.
 */
function providerError(source: mesos.Resource | undefined, agent: Agent): string | undefined {
  if (!hasCapability(agent, 'RESOURCE_PROVIDER'))
    return `Not supported on agent ${agent.id} because it does not have RESOURCE_PROVIDER capability`;
  const wrong = inside('Invalid resource', source ? shapeError(source) : "Expecting 'source' to be present");
  if (wrong) return wrong;
  return source?.provider_id
    ? `The resource provider ${source.provider_id.value} is not known`
    : "'source' is not managed by a resource provider";
}

/**
 * Errors in an operation on resources, by a framework or an operator, in Mesos' words and order (Mesos 1.11
 * src/master/validation.cpp, namespace operation).
 */

import { inside, shapeError } from '../../../model/resource-errors';
import type { ConvertingOperation, DiskOperation } from '../read/operation';
import type { Agent } from '../state/state';
import { hasCapability, type OperationContext } from './operation-context';
import { reserveError, unreserveError } from './reservation';
import { createError, destroyError, growError, shrinkError } from './volume';

/** The first error in an operation, or undefined. LAUNCH and LAUNCH_GROUP are in task.ts and group.ts. */
export function operationError(
  operation: ConvertingOperation,
  context: OperationContext,
): string | undefined {
  switch (operation.type) {
    case 'RESERVE':
      return reserveError(operation, context);
    case 'UNRESERVE':
      return unreserveError(operation);
    case 'CREATE':
      return createError(operation, context);
    case 'DESTROY':
      return destroyError(operation, context.agent);
    case 'GROW_VOLUME':
      return growError(operation, context.agent);
    case 'SHRINK_VOLUME':
      return shrinkError(operation, context.agent);
    case 'CREATE_DISK':
    case 'DESTROY_DISK':
      return providerError(operation, context.agent);
  }
}

/**
 * The error in CREATE_DISK or DESTROY_DISK, always one: they need a resource provider, and no agent of ours has any.
 */
function providerError({ part: { source } }: DiskOperation, agent: Agent): string {
  if (!hasCapability(agent, 'RESOURCE_PROVIDER'))
    return `Not supported on agent ${agent.id} because it does not have RESOURCE_PROVIDER capability`;
  const wrong = inside('Invalid resource', source ? shapeError(source) : "Expecting 'source' to be present");
  if (wrong) return wrong;
  return source?.provider_id
    ? `The resource provider ${source.provider_id.value} is not known`
    : "'source' is not managed by a resource provider";
}

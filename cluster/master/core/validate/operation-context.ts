/**
 * Checks that operations on reservations and on volumes share, in Mesos' words.
 */

import type * as mesos from '../../../api/generated/mesos';
import { isRefined } from '../../../model/reservations';
import { printResources, type Resource, reservedRole } from '../../../model/resources';
import type { Agent, Framework } from '../state/state';

/** The sender of an operation, and its agent. An operator has no framework. */
export interface OperationContext {
  readonly agent: Agent;
  readonly framework?: Framework | undefined;
  readonly principal?: string | undefined;
}

export type Wire = readonly mesos.Resource[] | undefined;

export function hasCapability(agent: Agent, type: mesos.AgentInfo.Capability.Type): boolean {
  return agent.capabilities.some((capability) => capability.type === type);
}

/** The error in resources of several providers, or some with and some without one. */
export function providersError(wire: Wire): string | undefined {
  const ids = new Set((wire ?? []).map(({ provider_id }) => provider_id?.value));
  if (ids.size === 1) return undefined;
  if (ids.has(undefined)) return 'Some resources have a resource provider and some do not';
  return `The resources have multiple resource providers: ${[...ids].join(', ')}`;
}

export function agentError(
  resource: Resource,
  agent: Agent,
  [what, done]: readonly [string, string],
): string | undefined {
  const role = reservedRole(resource);
  const shown = printResources([resource]);
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

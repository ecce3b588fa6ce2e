/**
 * Printed agents and resources without those of roles that the reader may not see.
 */

import type * as mesos from '../../api/generated/mesos';
import type { WireResource } from '../../model/resources';
import type { PrintedAgent } from '../core/agents/print-agent';

/**
 * The resources whose roles may all be seen: those of their reservations and that of their allocation (Mesos 1.11
 * ObjectApprovers::approved<VIEW_ROLE>).
 */
export function visibleResources<R extends WireResource>(
  resources: readonly R[] | undefined,
  seesRole: (role: string) => boolean,
): R[] {
  return (resources ?? []).filter(({ role, reservations, allocation_info }) => {
    const roles = (reservations ?? []).map((reservation) => reservation.role ?? '*');
    if (role !== undefined && role !== '*') roles.push(role);
    if (allocation_info) roles.push(allocation_info.role ?? '*');
    return roles.every(seesRole);
  });
}

/** An agent without the resources of hidden roles. */
export function filterPrintedAgent(printed: PrintedAgent, seesRole: (role: string) => boolean): PrintedAgent {
  return {
    ...printed,
    agent_info: filterAgentInfo(printed.agent_info, seesRole),
    total_resources: visibleResources(printed.total_resources, seesRole),
    allocated_resources: visibleResources(printed.allocated_resources, seesRole),
    offered_resources: visibleResources(printed.offered_resources, seesRole),
  };
}

export function filterAgentInfo(info: mesos.AgentInfo, seesRole: (role: string) => boolean): mesos.AgentInfo {
  return info.resources ? { ...info, resources: visibleResources(info.resources, seesRole) } : info;
}

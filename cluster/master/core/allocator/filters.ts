/**
 * Offer filters: the resources of agents that a framework has refused for a time (`OfferFilter` in Mesos).
 */

import type { AgentId, FrameworkId } from '../../../model/ids';
import type { Millis } from '../../../model/time';
import { considerAgent, considerAll } from './agents';
import type { AllocatorFramework, AllocatorState, Filter } from './state';

/** Removes a framework's filters in these roles and reconsiders all agents. */
export function clearFilters(state: AllocatorState, id: string, roles: ReadonlySet<string>): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  dropFilters(framework, roles);
  considerAll(state);
}

export function dropFilters(framework: AllocatorFramework, roles: ReadonlySet<string>): void {
  if (roles.size === 0) return;
  for (const [agentId, filters] of framework.filters) {
    const remaining = filters.filter(({ role }) => !roles.has(role));
    if (remaining.length > 0) framework.filters.set(agentId, remaining);
    else framework.filters.delete(agentId);
  }
}

export function addFilter(
  state: AllocatorState,
  frameworkId: FrameworkId,
  agentId: AgentId,
  filter: Filter,
): void {
  const framework = state.frameworks.get(frameworkId);
  if (!framework) return;
  framework.filters.set(agentId, [...(framework.filters.get(agentId) ?? []), filter]);
}

/** Removes a framework's expired filters of an agent, and reconsiders the agent. */
export function expireFilters(
  state: AllocatorState,
  frameworkId: FrameworkId,
  agentId: AgentId,
  now: Millis,
): void {
  const framework = state.frameworks.get(frameworkId);
  const filters = framework?.filters.get(agentId);
  if (!framework || !filters) return;
  const remaining = filters.filter(({ until }) => until > now);
  if (remaining.length > 0) framework.filters.set(agentId, remaining);
  else framework.filters.delete(agentId);
  considerAgent(state, agentId);
}

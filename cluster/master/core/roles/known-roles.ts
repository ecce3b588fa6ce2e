/**
 * The known roles, and the frameworks in a role.
 */

import { isReserved } from '../../../model/reservations';
import { reservedRole } from '../../../model/resources';
import { ancestorsOf } from '../../../model/roles';
import type { MasterState } from '../state/state';

/**
 * The known roles, sorted: those of `--roles`, or without it those of frameworks, weights, quotas and reservations;
 * with their ancestors (Mesos 1.11 Master::knownRoles).
 */
export function knownRoles(state: MasterState): string[] {
  const { roles: allowed } = state.boot.settings;
  const names = new Set(allowed ? ['*', ...allowed] : rolesAtWork(state));
  for (const role of [...names]) for (const above of ancestorsOf(role)) names.add(above);
  return [...names].sort();
}

/** Roles that have a weight, a quota, a framework, an allocation or a reservation; some more than once. */
export function* rolesAtWork({ registry, frameworks, allocator }: MasterState): Iterable<string> {
  yield* registry.weights.keys();
  yield* registry.quotas.keys();
  for (const { roles } of frameworks.values()) yield* roles;
  for (const { role, leaf } of allocator.roles.nodes.values()) if (leaf && leaf.clients.size > 0) yield role;
  for (const { total } of allocator.agents.values())
    for (const resource of total) if (isReserved(resource)) yield reservedRole(resource);
}

/** Ids of the frameworks that are in a role, or have left it but still have resources there. */
export function frameworksIn(state: MasterState, role: string): string[] {
  const node = state.allocator.roles.nodes.get(role);
  const ids = [...(node?.leaf?.clients.keys() ?? [])];
  const members = [...state.frameworks.values()].filter(({ roles }) => roles.includes(role));
  return [...new Set([...members.map(({ id }) => id), ...ids])].filter((id) => state.frameworks.has(id));
}

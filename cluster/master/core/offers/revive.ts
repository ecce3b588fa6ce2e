/**
 * REVIVE and SUPPRESS: the roles in which a framework wants offers.
 */

import { note } from '../../../model/machine';
import { frameworkFacts } from '../allocator/facts';
import { clearFilters } from '../allocator/filters';
import { setFramework } from '../allocator/frameworks';
import type { Framework, MasterState } from '../state/state';
import type { Turn } from '../state/turn';
import { allocateSoon } from './schedule';

/** The roles of a REVIVE or SUPPRESS, all without any named; undefined when one is not the framework's. */
function rolesOf(
  framework: Framework,
  wanted: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (!wanted || wanted.length === 0) return new Set(framework.roles);
  return wanted.every((role) => framework.roles.includes(role)) ? new Set(wanted) : undefined;
}

/**
 * REVIVE: removes the filters in these roles and no longer suppresses them. A call that names a role the framework does
 * not have is ignored as a whole.
 */
export function revive(turn: Turn, framework: Framework, wanted: readonly string[] | undefined): void {
  const { state } = turn;
  const roles = rolesOf(framework, wanted);
  if (!roles) return ignoredRoles(turn, framework, 'REVIVE', wanted);
  framework.suppressedRoles = new Set([...framework.suppressedRoles].filter((role) => !roles.has(role)));
  syncFramework(state, framework);
  clearFilters(state.allocator, framework.id, roles);
  allocateSoon(turn);
}

/** SUPPRESS: no new offers in these roles; outstanding offers stay. */
export function suppress(turn: Turn, framework: Framework, wanted: readonly string[] | undefined): void {
  const { state } = turn;
  const roles = rolesOf(framework, wanted);
  if (!roles) return ignoredRoles(turn, framework, 'SUPPRESS', wanted);
  framework.suppressedRoles = new Set([...framework.suppressedRoles, ...roles]);
  syncFramework(state, framework);
}

function ignoredRoles(
  turn: Turn,
  framework: Framework,
  call: string,
  wanted: readonly string[] | undefined,
): void {
  const fields = { framework: framework.id, roles: (wanted ?? []).join(',') };
  note(turn, 'warn', `${call} names roles the framework does not have; ignored`, fields);
}

/** Updates the allocator's view of a framework: activity, roles, suppressed roles and properties. */
export function syncFramework(state: MasterState, framework: Framework): void {
  setFramework(state.allocator, framework.id, {
    active: framework.active,
    roles: framework.roles,
    suppressed: framework.suppressedRoles,
    facts: frameworkFacts(framework.info, framework.constraints),
  });
}

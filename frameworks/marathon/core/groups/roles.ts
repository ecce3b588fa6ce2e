/** The Mesos roles of apps and pods: the one they get by default, and those that they may name (`RoleSettings`). */

import { type InstanceState, rolesOf } from '../instances/instances';
import { ancestorsOf, parentOf } from '../state/paths';
import { type RunSpec, specOf } from '../state/run-spec';
import type { MarathonState } from '../state/state';
import { tableCounts } from '../state/table-counts';

export interface RoleSettings {
  readonly defaultRole: string;
  readonly validRoles: readonly string[];
}

type RoleState = Pick<MarathonState, 'settings' | 'groups' | 'apps' | 'pods'>;

/** True for groups directly below the root; they alone may enforce a role. */
export function isTopLevel(id: string): boolean {
  return id !== '/' && parentOf(id) === '/';
}

/** The top-level group above an app; undefined for one directly below the root. */
function topLevelOf(id: string): string | undefined {
  return ancestorsOf(id).find(isTopLevel);
}

/**
 * The roles of an app. `enforced` tells of top-level groups that the same change makes or changes; the stored ones
 * and the flag for new groups stand in for it.
 */
export function roleSettings(
  state: RoleState,
  id: string,
  enforced: ReadonlyMap<string, boolean> = new Map(),
): RoleSettings {
  const { settings, groups } = state;
  const group = topLevelOf(id);
  const { role } = settings;
  if (group === undefined) return { defaultRole: role, validRoles: [role] };
  const name = group.slice(1);
  const stored = groups.get(group);
  const isEnforced =
    enforced.get(group) ?? (stored ? (stored.enforceRole ?? false) : settings.newGroupEnforceRole);
  const current = specOf(state, id)?.role;
  const allowed = isEnforced ? [name] : [role, name];
  return {
    defaultRole: isEnforced ? name : role,
    validRoles: [...new Set([...allowed, ...(current === undefined ? [] : [current])])],
  };
}

/** The roles of all apps, and of all pods. */
export const specRoles = tableCounts(({ role }: RunSpec) => [role]);

/** The roles that the framework subscribes with: its own, those of its apps and pods, and those of reservations. */
export function rolesInUse(state: InstanceState & Pick<MarathonState, 'settings'>): string[] {
  const { settings, apps, pods } = state;
  const roles = new Set([settings.role, ...specRoles.of(apps).keys(), ...specRoles.of(pods).keys()]);
  for (const appId of state.reserved.keys()) for (const role of rolesOf(state, appId)) roles.add(role);
  return [...roles].sort();
}

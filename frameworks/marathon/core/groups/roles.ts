/** The Mesos roles of apps: the one they get by default, and those that they may name (`RoleSettings`). */

import { ancestorsOf, parentOf } from '../state/paths';
import type { MarathonState } from '../state/state';

export interface RoleSettings {
  readonly defaultRole: string;
  readonly validRoles: readonly string[];
}

type RoleState = Pick<MarathonState, 'settings' | 'groups' | 'apps'>;

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
  { settings, groups, apps }: RoleState,
  id: string,
  enforced: ReadonlyMap<string, boolean> = new Map(),
): RoleSettings {
  const group = topLevelOf(id);
  const { role } = settings;
  if (group === undefined) return { defaultRole: role, validRoles: [role] };
  const name = group.slice(1);
  const stored = groups.get(group);
  const isEnforced =
    enforced.get(group) ?? (stored ? (stored.enforceRole ?? false) : settings.newGroupEnforceRole);
  const current = apps.get(id)?.role;
  const allowed = isEnforced ? [name] : [role, name];
  return {
    defaultRole: isEnforced ? name : role,
    validRoles: [...new Set([...allowed, ...(current === undefined ? [] : [current])])],
  };
}

/** The roles that the framework subscribes with: its own and those of its apps. */
export function rolesInUse({ settings, apps }: Pick<MarathonState, 'settings' | 'apps'>): string[] {
  return [...new Set([settings.role, ...[...apps.values()].map(({ role }) => role)])].sort();
}

import type { App, Group } from '../../../../../frameworks/marathon/api/app';
import { isTopLevel, roleSettings, rolesInUse } from '../../../../../frameworks/marathon/core/groups/roles';
import { emptyTables } from '../../../../../frameworks/marathon/core/state/empty-tables';
import { DEFAULT_SETTINGS } from '../../../../../frameworks/marathon/core/state/settings';
import { app } from '../../fake-cluster';

const settings = { ...DEFAULT_SETTINGS, role: 'own' };

function stateWith(groups: readonly Group[], apps: readonly App[] = [], newGroupEnforceRole = false) {
  return {
    settings: { ...settings, newGroupEnforceRole },
    groups: new Map(groups.map((group) => [group.id, group])),
    apps: new Map(apps.map((definition) => [definition.id, definition])),
    pods: new Map(),
  };
}

const group = (enforceRole?: boolean): Group => ({
  id: '/dev',
  dependencies: [],
  ...(enforceRole !== undefined && { enforceRole }),
});
const stored = { ...app({ id: '/dev/x' }), role: 'old' };

describe('the roles of an app', () => {
  it.each<[string, string, ReturnType<typeof stateWith>, boolean | undefined, string, string[]]>([
    ['at the top', '/x', stateWith([], [], true), undefined, 'own', ['own']],
    ['in a group', '/dev/x', stateWith([group()]), undefined, 'own', ['own', 'dev']],
    [
      'in a group that does not enforce its role',
      '/dev/x',
      stateWith([group(false)]),
      undefined,
      'own',
      ['own', 'dev'],
    ],
    ['in one that does', '/dev/x', stateWith([group(true)]), undefined, 'dev', ['dev']],
    ['deep in one that does', '/dev/a/b/x', stateWith([group(true)]), undefined, 'dev', ['dev']],
    ['in one that does from now on', '/dev/x', stateWith([group(false)]), true, 'dev', ['dev']],
    ['in one that no longer does', '/dev/x', stateWith([group(true)]), false, 'own', ['own', 'dev']],
    ['in a new group', '/dev/x', stateWith([]), undefined, 'own', ['own', 'dev']],
    ['in a new group by the flag', '/dev/x', stateWith([], [], true), undefined, 'dev', ['dev']],
    ['that has another one', '/dev/x', stateWith([group(true)], [stored]), undefined, 'dev', ['dev', 'old']],
  ])('%s', (_name, id, state, enforced, defaultRole, validRoles) => {
    const changed = new Map(enforced === undefined ? [] : [['/dev', enforced]]);
    expect(roleSettings(state, id, changed)).toEqual({ defaultRole, validRoles });
  });
});

test('only groups directly below the root are at the top', () => {
  expect(['/', '/a', '/a/b'].map(isTopLevel)).toEqual([false, true, false]);
});

test('the framework uses its own role and those of its apps', () => {
  const state = stateWith([], [stored, { ...stored, id: '/y', role: 'own' }]);
  expect(rolesInUse({ ...stateWith([]), ...emptyTables() })).toEqual(['own']);
  expect(rolesInUse({ ...state, ...emptyTables() })).toEqual(['old', 'own']);
});

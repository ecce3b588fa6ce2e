/**
 * The change of the root for a group in a request. Lists of apps and groups are complete: members they leave out are
 * removed.
 */

import type { App, Group } from '../../api/app';
import { resolvePath } from '../../api/app-normalization';
import type { GroupUpdate } from '../../api/group-update';
import { type ApiFailure, failure, isFailure, notValid } from '../../api/violations';
import type { RootChange } from '../../core/state/events';
import { ancestorsOf, isBelow, parentOf } from '../../core/state/paths';
import { wantedApp } from './app-writes';
import type { RestContext } from './context';

interface Draft {
  readonly put: App[];
  readonly remove: string[];
  readonly putGroups: Group[];
  readonly removeGroups: string[];
}

export function groupChange(context: RestContext, id: string, update: GroupUpdate): RootChange | ApiFailure {
  const { scaleBy, version, id: _id, ...others } = update;
  const rest = Object.values(others).some((value) => value !== undefined);
  if (version !== undefined && (rest || scaleBy !== undefined)) return alone('version');
  if (scaleBy !== undefined && rest) return alone('scaleBy');
  if (version !== undefined) return failure(422, `Group ${id} not available in version ${version}`);
  if (scaleBy !== undefined) return { put: scaled(context, id, scaleBy) };
  const draft: Draft = { put: [], remove: [], putGroups: [], removeGroups: [] };
  const refused = addGroup(context, draft, id, update);
  return refused ?? draft;
}

function alone(field: string): ApiFailure {
  const error = `'${field}' is not allowed in conjunction with other properties.`;
  return notValid([{ path: '/', errors: [error] }]);
}

function scaled(context: RestContext, id: string, factor: number): App[] {
  return context.read(({ apps }) =>
    [...apps.values()]
      .filter((app) => isBelow(app.id, id))
      .map((app) => ({ ...app, instances: Math.ceil(app.instances * factor) })),
  );
}

function addGroup(
  context: RestContext,
  draft: Draft,
  id: string,
  update: GroupUpdate,
): ApiFailure | undefined {
  const existing = context.read(({ groups }) => groups.get(id));
  const dependencies = update.dependencies?.map((path) => resolvePath(path, id));
  const enforceRole = update.enforceRole ?? existing?.enforceRole;
  draft.putGroups.push({
    id,
    dependencies: dependencies ?? existing?.dependencies ?? [],
    ...(enforceRole !== undefined && { enforceRole }),
  });
  for (const path of ancestorsOf(id)) {
    if (!context.read(({ groups }) => groups.has(path))) draft.putGroups.push({ id: path, dependencies: [] });
  }
  return addApps(context, draft, id, update) ?? addSubgroups(context, draft, id, update);
}

function addApps(
  context: RestContext,
  draft: Draft,
  id: string,
  { apps }: GroupUpdate,
): ApiFailure | undefined {
  if (!apps) return undefined;
  const wanted = new Set<string>();
  for (const update of apps) {
    if (update.id === undefined) return notValid([{ path: '/apps/id', errors: ['error.path.missing'] }]);
    const path = resolvePath(update.id, id);
    const app = wantedApp(context, { id: path, update, partial: false });
    if (isFailure(app)) return app;
    wanted.add(path);
    draft.put.push(app);
  }
  const direct = context.read((state) => [...state.apps.keys()].filter((path) => parentOf(path) === id));
  draft.remove.push(...direct.filter((path) => !wanted.has(path)));
  return undefined;
}

function addSubgroups(
  context: RestContext,
  draft: Draft,
  id: string,
  { groups }: GroupUpdate,
): ApiFailure | undefined {
  if (!groups) return undefined;
  const wanted = new Set<string>();
  for (const update of groups) {
    if (update.id === undefined) return notValid([{ path: '/groups/id', errors: ['error.path.missing'] }]);
    const path = resolvePath(update.id, id);
    wanted.add(path);
    const refused = addGroup(context, draft, path, update);
    if (refused) return refused;
  }
  const direct = context.read((state) =>
    [...state.groups.keys()].filter((path) => path !== '/' && parentOf(path) === id),
  );
  draft.removeGroups.push(...direct.filter((path) => !wanted.has(path)));
  return undefined;
}

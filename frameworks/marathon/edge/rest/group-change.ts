/**
 * The change of the root for a group in a request. Lists of apps and groups are complete: members they leave out are
 * removed.
 *
 * Always true: a change adds or replaces nothing outside of its group but the groups above it.
 */

import type { Rights } from '../../../kit/edge/access/authorizer';
import type { App, Group } from '../../api/app';
import { resolvePath } from '../../api/app-normalization';
import type { GroupUpdate } from '../../api/group-update';
import { idFindings } from '../../api/id-validate';
import { missingMember, type Problem } from '../../api/read';
import { INSTANCES_MAX } from '../../api/size-validate';
import {
  type ApiFailure,
  byPath,
  type Finding,
  failure,
  invalidJson,
  isFailure,
  notValid,
} from '../../api/violations';
import { rootAt, wayBack } from '../../core/groups/history';
import { isTopLevel, roleSettings } from '../../core/groups/roles';
import type { RootChange } from '../../core/state/events';
import { isBelow, parentOf } from '../../core/state/paths';
import { childrenOf } from '../../views/groups';
import { wantedApp } from './app-writes';
import { type RestContext, readVersion } from './context';
import { groupResource } from './rights';

interface Draft {
  readonly put: App[];
  readonly remove: string[];
  readonly putGroups: Group[];
  readonly removeGroups: string[];
  /** The roles that the groups so far enforce. */
  readonly enforced: Map<string, boolean>;
  /** The stored apps and groups, by the group that each is in: a request may list very many groups. */
  readonly storedApps: ReadonlyMap<string, readonly App[]>;
  readonly storedGroups: ReadonlyMap<string, readonly Group[]>;
}

/** A group in a request, and the path of its members in the body. */
interface Place {
  readonly id: string;
  readonly update: GroupUpdate;
  readonly path: string;
}

/** The change of a group that the sender may change, even where only members of it differ. */
export function wantedGroup(
  context: RestContext,
  rights: Rights,
  { id, update }: { readonly id: string; readonly update: GroupUpdate },
): RootChange | ApiFailure {
  const exists = context.read(({ groups }) => groups.has(id));
  rights.demand(exists ? 'update' : 'create', groupResource(id));
  return groupChange(context, id, update);
}

export function groupChange(context: RestContext, id: string, update: GroupUpdate): RootChange | ApiFailure {
  const place: Place = { id, update, path: '' };
  const problems = missingIds(place);
  if (problems.length > 0) return invalidJson(problems, id);
  const findings = [...findingsOf(place), ...roleChangeFindings(context, place)];
  if (findings.length > 0) return notValid(byPath(findings));
  const { scaleBy, version } = update;
  if (version !== undefined) return restored(context, id, version);
  if (scaleBy !== undefined) return scaled(context, place, scaleBy);
  const draft: Draft = {
    put: [],
    remove: [],
    putGroups: [],
    removeGroups: [],
    enforced: new Map(),
    storedApps: context.read(({ apps }) => childrenOf(apps)),
    storedGroups: context.read(({ groups }) => childrenOf(groups)),
  };
  const refused = addGroup(context, draft, place);
  if (refused) return refused;
  const { put, remove, putGroups, removeGroups } = draft;
  return { put, remove, putGroups, removeGroups };
}

/** The group as it was in an earlier version of the root. */
function restored(context: RestContext, id: string, text: string): RootChange | ApiFailure {
  const version = readVersion(text);
  if (isFailure(version)) return version;
  return context.read((state) => {
    const earlier = rootAt(state, version);
    if (earlier?.groups.has(id)) return wayBack(state, id, earlier);
    return failure(422, `Group ${id} not available in version ${version}`);
  });
}

/** Apps and groups in lists need an id. */
function missingIds({ update, path }: Place): Problem[] {
  const apps = (update.apps ?? []).map(({ id }, index) => ({ id, idPath: `${path}/apps(${index})/id` }));
  const groups = (update.groups ?? []).map(({ id }, index) => ({
    id,
    idPath: `${path}/groups(${index})/id`,
  }));
  const missing = [...apps, ...groups].filter(({ id }) => id === undefined);
  return [
    ...missing.map(({ idPath }) => missingMember(idPath)),
    ...(update.groups ?? []).flatMap((group, index) =>
      missingIds({ id: '', update: group, path: `${path}/groups(${index})` }),
    ),
  ];
}

/** The subgroups of a group in a request. */
function subgroupsOf({ id, update, path }: Place): Place[] {
  return (update.groups ?? []).map((group, index) => ({
    id: resolvePath(group.id ?? '', id),
    update: group,
    path: `${path}/groups(${index})`,
  }));
}

/** The broken rules of a group and its subgroups (`Group.validNestedGroupUpdateWithBase`). */
function findingsOf(place: Place): Finding[] {
  const subgroups = subgroupsOf(place);
  return [
    ...idFindings(place.id, `${place.path}/id`),
    ...aloneFindings(place),
    ...roleFindings(place),
    ...memberFindings(place),
    ...twice(subgroups.map(({ id, path }) => ({ id, path }))),
    ...subgroups
      .filter(({ id }) => parentOf(id) !== place.id || id === '/')
      .map(({ path }) => ({ path, error: 'Group has to be child of groups with parent id' })),
    ...subgroups.flatMap(findingsOf),
  ];
}

/** `version` and `scaleBy` stand alone, even without an id. */
function aloneFindings({ update, path }: Place): Finding[] {
  const members = Object.values(update).filter((value) => value !== undefined).length;
  if (members <= 1) return [];
  const error = 'not allowed in conjunction with other properties.';
  return (['version', 'scaleBy'] as const)
    .filter((name) => update[name] !== undefined)
    .map((name) => ({ path: `${path}/${name}`, error }));
}

function roleFindings({ id, update, path }: Place): Finding[] {
  if (update.enforceRole !== true || isTopLevel(id)) return [];
  const error = `enforceRole can only be set for top-level groups, and ${id} is not top-level`;
  return [{ path: `${path}/enforceRole`, error }];
}

/** Roles and services are changed one after the other (`disallowEnforceRoleChangeIfServicesChanged`). */
function roleChangeFindings(context: RestContext, place: Place): Finding[] {
  if (!hasServices(place.update)) return [];
  const error =
    'enforceRole cannot be modified in a request that adds, removes or modifies services; please make these changes in separate requests.';
  return placesOf(place)
    .filter(({ id, update: { enforceRole } }) => {
      const stored = context.read(({ groups }) => groups.get(id));
      const before = stored?.enforceRole ?? false;
      return stored && isTopLevel(id) && (enforceRole ?? before) !== before;
    })
    .map(({ path }) => ({ path: `${path}/enforceRole`, error }));
}

function hasServices({ apps, groups = [] }: GroupUpdate): boolean {
  return apps !== undefined || groups.some(hasServices);
}

/** A group and all groups below it in a request. */
function placesOf(place: Place): Place[] {
  return [place, ...subgroupsOf(place).flatMap(placesOf)];
}

/** Apps belong to the group that lists them. */
function memberFindings({ id, update, path }: Place): Finding[] {
  const apps = (update.apps ?? []).map((app, index) => ({
    id: resolvePath(app.id ?? '', id),
    path: `${path}/apps(${index})/id`,
  }));
  const strangers = apps.filter((app) => parentOf(app.id) !== id || app.id === '/');
  const error = `Identifier is not child of '${id}'`;
  return [...strangers.map((app) => ({ path: app.path, error })), ...twice(apps)];
}

/** The original keeps the last of two entries with one id, and forgets the other. */
function twice(entries: readonly { readonly id: string; readonly path: string }[]): Finding[] {
  const ids = new Set<string>();
  return entries.flatMap(({ id, path }) => {
    if (ids.has(id)) return [{ path, error: `Elements must be unique. ${id} is there twice.` }];
    ids.add(id);
    return [];
  });
}

/** All apps below a group get so many times their instances, rounded up. A group that is not there is made. */
function scaled(context: RestContext, place: Place, factor: number): RootChange | ApiFailure {
  const apps = context.read((state) => [...state.apps.values()].filter(({ id }) => isBelow(id, place.id)));
  const put = apps.map((app) => ({ ...app, instances: Math.ceil(app.instances * factor) }));
  const tooLarge = put.find(({ instances }) => instances > INSTANCES_MAX);
  if (!tooLarge) return { put, putGroups: [groupOf(context, place)] };
  return notValid([
    { path: '/scaleBy', errors: [`${tooLarge.id} cannot have ${tooLarge.instances} instances`] },
  ]);
}

/** The group of a request; the stored one stands in for members that the request leaves out. */
function groupOf(context: RestContext, { id, update }: Place): Group {
  const stored = context.read(({ groups }) => groups.get(id));
  const dependencies = update.dependencies?.map((path) => resolvePath(path, id));
  const enforceRole = update.enforceRole ?? stored?.enforceRole ?? context.settings.newGroupEnforceRole;
  return {
    id,
    dependencies: dependencies ?? stored?.dependencies ?? [],
    ...(isTopLevel(id) && { enforceRole }),
  };
}

function addGroup(context: RestContext, draft: Draft, place: Place): ApiFailure | undefined {
  const { id, update } = place;
  const group = groupOf(context, place);
  draft.putGroups.push(group);
  draft.enforced.set(id, group.enforceRole ?? false);
  const refused = addApps(context, draft, place);
  if (refused) return refused;
  const subgroups = subgroupsOf(place);
  for (const subgroup of subgroups) {
    const refusedBelow = addGroup(context, draft, subgroup);
    if (refusedBelow) return refusedBelow;
  }
  if (!update.groups) return undefined;
  const listed = new Set(subgroups.map((subgroup) => subgroup.id));
  for (const { id: path } of draft.storedGroups.get(id) ?? [])
    if (!listed.has(path)) draft.removeGroups.push(path);
  return undefined;
}

function addApps(context: RestContext, draft: Draft, { id, update }: Place): ApiFailure | undefined {
  if (!update.apps) return undefined;
  const listed = new Set<string>();
  const roles = (path: string) => context.read((state) => roleSettings(state, path, draft.enforced));
  for (const appUpdate of update.apps) {
    const path = resolvePath(appUpdate.id ?? '', id);
    const app = wantedApp(context, { id: path, base: id, roles, update: appUpdate, partial: false });
    if (isFailure(app)) return app;
    listed.add(path);
    draft.put.push(app);
  }
  for (const { id: path } of draft.storedApps.get(id) ?? []) if (!listed.has(path)) draft.remove.push(path);
  return undefined;
}

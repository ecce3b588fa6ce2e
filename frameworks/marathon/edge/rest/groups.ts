/**
 * `/v2/groups`: the tree of apps, read and changed as a whole or by subtree.
 */

import type { Handler, Method, Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, queryFlag, restOf } from '../../../kit/edge/rest/request';
import type { App } from '../../api/app';
import { resolvePath } from '../../api/app-normalization';
import { type GroupUpdate, readGroupPatch, readGroupUpdate } from '../../api/group-update';
import { failure, isFailure, notValid } from '../../api/violations';
import { printStep } from '../../core/deployments/plan';
import { previewChange } from '../../core/groups/change';
import { rootAt, versionsOfGroup } from '../../core/groups/history';
import { isTopLevel } from '../../core/groups/roles';
import { isBelow, parentOf } from '../../core/state/paths';
import type { PodSpec } from '../../core/state/run-spec';
import { type GroupEmbed, groupPieces } from '../../views/groups';
import { printPodStatus } from '../../views/pods';
import { locationOf, readEmbed } from './apps';
import {
  deploymentOutcome,
  notFound,
  type RestContext,
  readBody,
  readVersion,
  refusalOutcome,
  sliced,
} from './context';
import { forceOf } from './force';
import { appListPieces, appPieces, appText } from './fragments';
import { wantedGroup } from './group-change';
import { demandChange, demandOnGroup, seesSpec, visibleRoot } from './rights';

export function groupRoutes(context: RestContext): Route[] {
  const handlers: Partial<Record<Method, Handler>> = {
    GET: handlerOf(context, (request) => show(context, request)),
    POST: handlerOf(context, (request) => write(context, request, 'POST')),
    PUT: handlerOf(context, (request) => write(context, request, 'PUT')),
    PATCH: handlerOf(context, (request) => patch(context, request)),
    DELETE: handlerOf(context, (request) => remove(context, request)),
  };
  return [
    { path: '/v2/groups', methods: handlers },
    { path: '/v2/groups/*', methods: handlers },
  ];
}

/** The last segments of a path select what is shown of a group. */
function show(context: RestContext, request: Request): Outcome | Promise<Outcome> {
  const segments = restOf(request);
  const group = (suffix: number): string => `/${segments.slice(0, segments.length - suffix).join('/')}`;
  const [last] = segments.slice(-1);
  if (last === 'apps') return showApps(context, request, group(1));
  if (last === 'versions') return showVersions(context, request, group(1));
  if (last !== undefined && segments.at(-2) === 'versions')
    return showVersion(context, request, { id: group(2), versionText: last });
  const embed = readEmbed(request, []);
  const rights = context.rights(request);
  const shown = context.read((state) => {
    const root = visibleRoot({ ...state, version: state.rootVersion }, rights);
    const { read } = context;
    return groupPieces(root, group(0), groupEmbedOf(request), {
      app: (app) => appPieces(app, { read, embed, now: context.now() }),
      pod: podTexts(context),
    });
  });
  return shown ? sliced(context, request, shown) : nothingOf(group(0));
}

function podTexts(context: RestContext): (spec: PodSpec) => [string] {
  return (spec) => [context.read((state) => JSON.stringify(printPodStatus(state, spec, context.now())))];
}

/** The answer for a group that the sender does not see; the root is always there (GroupsResource). */
function nothingOf(id: string): Outcome {
  return id === '/' ? ok({ id }) : noGroup(id);
}

function noGroup(id: string): Outcome {
  return notFound(`Group '${id}' does not exist`);
}

/** Apps, pods and groups are embedded where the request names nothing to embed. */
function groupEmbedOf(request: Request): GroupEmbed {
  const embeds = queryAll(request, 'embed');
  const has = (name: string): boolean => embeds.length === 0 || embeds.includes(name);
  return { apps: has('group.apps'), pods: has('group.pods'), groups: has('group.groups') };
}

/** All apps below a group; none below one that is not there, as in the original. */
function showApps(context: RestContext, request: Request, id: string): Promise<Outcome> {
  const embed = readEmbed(request, []);
  const rights = context.rights(request);
  const includes = (app: App): boolean => isBelow(app.id, id) && seesSpec(rights, app);
  const apps = context.read((state) =>
    state.groups.has(id) ? [...state.apps.values()].filter(includes) : [],
  );
  const ids = apps.map((app) => app.id);
  const { read } = context;
  return sliced(context, request, appListPieces({ read, ids, embed, now: context.now() }));
}

function showVersions(context: RestContext, request: Request, id: string): Outcome {
  return context.read((state) => {
    if (!state.groups.has(id)) return noGroup(id);
    demandOnGroup(context, context.rights(request), { action: 'view', id, missing: noGroup(id) });
    return ok(versionsOfGroup(state, id));
  });
}

function showVersion(
  context: RestContext,
  request: Request,
  { id, versionText }: { id: string; versionText: string },
): Outcome | Promise<Outcome> {
  const version = readVersion(versionText);
  if (isFailure(version)) return version;
  const rights = context.rights(request);
  const shown = context.read((state) => {
    const root = rootAt(state, version);
    const print = { app: (app: App): [string] => [appText(app)], pod: podTexts(context) };
    return root && groupPieces(visibleRoot(root, rights), id, groupEmbedOf(request), print);
  });
  return shown ? sliced(context, request, shown) : noGroup(id);
}

/** `PATCH` changes whether a group enforces its role, and nothing else. */
async function patch(context: RestContext, request: Request): Promise<Outcome> {
  const body = readBody(request, readGroupPatch, 'any');
  if (isFailure(body)) return body;
  const id = baseOf(request);
  if (!isTopLevel(id)) return notValid([{ path: '/', errors: ['Path needs to be top-level'] }]);
  if (context.read(({ groups }) => groups.has(id)))
    demandOnGroup(context, context.rights(request), { action: 'update', id, missing: noGroup(id) });
  const enforceRole = body.value.enforceRole ?? context.settings.newGroupEnforceRole;
  const answer = await context.ask({ kind: 'api.patch-group', group: id, enforceRole });
  return answer.ok ? { status: 200, headers: body.headers } : refusalOutcome(answer.refusal);
}

/** The group that a request is about: the id in its body starts from that in its path. */
function targetId(request: Request, { id }: GroupUpdate): string {
  const base = baseOf(request);
  return id === undefined ? base : resolvePath(id, base);
}

/** The group in the path of a request; the root without one. */
function baseOf(request: Request): string {
  return `/${restOf(request).join('/')}`;
}

async function write(context: RestContext, request: Request, method: 'POST' | 'PUT'): Promise<Outcome> {
  const body = readBody(request, readGroupUpdate, 'any');
  if (isFailure(body)) return body;
  const id = targetId(request, body.value);
  const rights = context.rights(request);
  const change = wantedGroup(context, rights, { id, update: body.value });
  if (isFailure(change)) return change;
  demandChange(context, rights, change);
  const refusal = method === 'POST' ? conflict(context, id) : undefined;
  if (refusal) return refusal;
  if (method === 'PUT' && queryFlag(request, 'dryRun')) {
    const preview = context.read((state) => previewChange(state, change));
    return 'code' in preview ? refusalOutcome(preview) : ok({ steps: preview.map(printStep) });
  }
  const answer = await context.ask({
    kind: 'api.change',
    change,
    ...forceOf(context, request),
    group: parentOf(baseOf(request)),
  });
  const created = method === 'POST' ? { status: 201 } : {};
  const location = method === 'POST' ? { location: locationOf(request, id) } : {};
  return deploymentOutcome(answer, { ...created, headers: { ...body.headers, ...location } });
}

/** The refusal to create a group or an app a second time. */
function conflict(context: RestContext, id: string): Outcome | undefined {
  return context.read((state) => {
    if (state.groups.has(id))
      return failure(409, `Group ${id} is already created. Use PUT to change this group.`);
    return state.apps.has(id) ? failure(409, `An app with the path ${id} already exists.`) : undefined;
  });
}

async function remove(context: RestContext, request: Request): Promise<Outcome> {
  const id = baseOf(request);
  if (context.read(({ groups }) => groups.has(id))) {
    const rights = context.rights(request);
    demandOnGroup(context, rights, { action: 'delete', id, missing: noGroup(id) });
    demandChange(context, rights, { removeGroups: [id] });
  }
  const answer = await context.ask({
    kind: 'api.change',
    change: { removeGroups: [id] },
    ...forceOf(context, request),
    group: parentOf(id),
  });
  return deploymentOutcome(answer);
}

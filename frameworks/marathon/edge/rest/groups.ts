/**
 * `/v2/groups`: the tree of apps, read and changed as a whole or by subtree.
 */

import type { Handler, Method, Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, queryFlag, restOf } from '../../../kit/edge/rest/request';
import { resolvePath } from '../../api/app-normalization';
import { type GroupUpdate, readGroupUpdate } from '../../api/group-update';
import { failure, isFailure } from '../../api/violations';
import { previewChange } from '../../core/groups/change';
import { isBelow, parentOf } from '../../core/state/paths';
import { printAppInfo } from '../../views/apps';
import { printGroup } from '../../views/groups';
import { locationOf, readEmbed } from './apps';
import { deploymentOutcome, notFound, type RestContext, readBody, refusalOutcome } from './context';
import { groupChange } from './group-change';

export function groupRoutes(context: RestContext): Route[] {
  const handlers: Partial<Record<Method, Handler>> = {
    GET: handlerOf(context, (request) => show(context, request)),
    POST: handlerOf(context, (request) => write(context, request, 'POST')),
    PUT: handlerOf(context, (request) => write(context, request, 'PUT')),
    DELETE: handlerOf(context, (request) => remove(context, request)),
  };
  return [
    { path: '/v2/groups', methods: handlers },
    { path: '/v2/groups/*', methods: handlers },
  ];
}

function show(context: RestContext, request: Request): Outcome {
  const segments = restOf(request);
  const last = segments.at(-1);
  if (last === 'apps') return showApps(context, request, `/${segments.slice(0, -1).join('/')}`);
  if (last === 'versions') return ok(context.read(({ rootVersion }) => [rootVersion]));
  const id = `/${segments.join('/')}`;
  const embeds = queryAll(request, 'embed');
  const has = (name: string): boolean =>
    embeds.length === 0 || embeds.some((embed) => embed.startsWith(name));
  const embed = {
    apps: has('group.apps'),
    groups: has('group.groups'),
    pods: has('group.pods'),
    appEmbed: readEmbed(request, ['counts', 'deployments']),
  };
  const group = context.read((state) => printGroup(state, id, embed, context.now()));
  return group ? ok(group) : notFound(`Group '${id}' does not exist`);
}

function showApps(context: RestContext, request: Request, id: string): Outcome {
  const embed = readEmbed(request, ['counts', 'deployments']);
  const apps = context.read((state) =>
    state.groups.has(id)
      ? [...state.apps.values()]
          .filter((app) => isBelow(app.id, id))
          .map((app) => printAppInfo(state, app, embed, context.now()))
      : undefined,
  );
  return apps ? ok(apps) : notFound(`Group '${id}' does not exist`);
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
  const body = readBody(request, readGroupUpdate);
  if (isFailure(body)) return body;
  const id = targetId(request, body.value);
  const change = groupChange(context, id, body.value);
  if (isFailure(change)) return change;
  const refusal = method === 'POST' ? conflict(context, id) : undefined;
  if (refusal) return refusal;
  if (method === 'PUT' && queryFlag(request, 'dryRun')) {
    const preview = context.read((state) => previewChange(state, change));
    return 'code' in preview ? refusalOutcome(preview) : ok({ steps: preview });
  }
  const answer = await context.ask({
    kind: 'api.change',
    change,
    force: queryFlag(request, 'force'),
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
  const answer = await context.ask({
    kind: 'api.change',
    change: { removeGroups: [id] },
    force: queryFlag(request, 'force'),
    group: parentOf(id),
  });
  return deploymentOutcome(answer);
}

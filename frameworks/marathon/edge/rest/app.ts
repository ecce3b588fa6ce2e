/**
 * `/v2/apps/{id}` and the routes below it. Ids are paths, so one wildcard route selects the sub-route by the last
 * segments.
 */

import type { Handler, Method, Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { originOf, queryFlag, restOf } from '../../../kit/edge/rest/request';
import { readAppUpdate } from '../../api/app-update';
import { isFailure } from '../../api/violations';
import { printApp } from '../../core/apps/print-app';
import { isBelow, parentOf } from '../../core/state/paths';
import { explainApp } from '../../views/explain';
import { wantedApp } from './app-writes';
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
import { endpoints, wantsText } from './endpoints';
import { forceOf } from './force';
import { appsPieces, oneAppPieces, tasksPieces } from './fragments';
import { methodRefusal, methodsOutcome } from './methods';
import {
  demandNamed,
  demandPut,
  demandUpdate,
  groupResource,
  isHidden,
  seesId,
  seesSpec,
  specResource,
} from './rights';
import { killAllTasks, killOneTask } from './task-kills';

type AppHandler = (
  context: RestContext,
  request: Request,
  id: string,
  last: string,
) => Outcome | Promise<Outcome>;

interface SubRoute {
  readonly method: Method;
  /** The part behind the id; `*` is any one segment. */
  readonly suffix: readonly string[];
  readonly handle: AppHandler;
}

/** The sub-routes, longer suffixes first: those without a suffix match every path. */
const subRoutes: readonly SubRoute[] = [
  { method: 'GET', suffix: ['versions', '*'], handle: showVersion },
  { method: 'GET', suffix: ['versions'], handle: showVersions },
  { method: 'DELETE', suffix: ['tasks', '*'], handle: killOneTask },
  { method: 'GET', suffix: ['tasks'], handle: showTasks },
  { method: 'DELETE', suffix: ['tasks'], handle: killAllTasks },
  { method: 'POST', suffix: ['restart'], handle: restart },
  { method: 'GET', suffix: ['explain'], handle: explain },
  { method: 'GET', suffix: [], handle: show },
  {
    method: 'PUT',
    suffix: [],
    handle: (context, request, id) => change(context, request, { id, create: true }),
  },
  {
    method: 'PATCH',
    suffix: [],
    handle: (context, request, id) => change(context, request, { id, create: false }),
  },
  { method: 'DELETE', suffix: [], handle: remove },
];

export function appRoutes(context: RestContext): Route[] {
  const route = (method: Method): Handler =>
    handlerOf(context, (request) => dispatch(context, request, method));
  const methods = Object.fromEntries(
    (['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS'] as const).map((m) => [m, route(m)]),
  );
  return [{ path: '/v2/apps/*', methods }];
}

function dispatch(context: RestContext, request: Request, method: Method): Outcome | Promise<Outcome> {
  const segments = restOf(request);
  const routes = routesAt(segments, method);
  const methods = routes.map((candidate) => candidate.method);
  if (method === 'OPTIONS') return methodsOutcome(methods);
  const route = routes.find((candidate) => candidate.method === method);
  if (route === undefined) return methodRefusal(methods);
  const id = `/${segments.slice(0, segments.length - route.suffix.length).join('/')}`;
  return route.handle(context, request, id, segments.at(-1) ?? '');
}

/** The sub-routes of the longest suffix that the path has, whatever their methods, as in the original (JAX-RS). */
function routesAt(segments: readonly string[], method: Method): readonly SubRoute[] {
  const fits = ({ suffix, handle }: SubRoute): boolean => {
    if (segments.length <= suffix.length) return false;
    // An app may be called so: the word is not reserved in the original.
    if (handle === explain && method !== 'GET') return false;
    const tail = segments.slice(segments.length - suffix.length);
    return suffix.every((part, index) => part === '*' || part === tail[index]);
  };
  const first = subRoutes.find(fits);
  return subRoutes.filter(({ suffix }) => suffix.join('/') === first?.suffix.join('/'));
}

export function noApp(id: string, version?: string): Outcome {
  return notFound(`App '${id}' does not exist${version === undefined ? '' : ` in version ${version}`}`);
}

function show(context: RestContext, request: Request, id: string): Outcome | Promise<Outcome> {
  if (id.endsWith('/*')) return showGroup(context, request, parentOf(id));
  const embed = readEmbed(request, ['counts', 'tasks', 'lastTaskFailure', 'deployments']);
  const app = context.read(({ apps }) => apps.get(id));
  if (!app || !seesSpec(context.rights(request), app)) return noApp(id);
  return sliced(context, request, oneAppPieces(app, { read: context.read, embed, now: context.now() }));
}

/** The reasons why instances of an app wait. An app of that id itself is shown. */
function explain(context: RestContext, request: Request, id: string): Outcome | Promise<Outcome> {
  if (context.read(({ apps }) => apps.has(`${id}/explain`))) return show(context, request, `${id}/explain`);
  return context.read((state) => {
    const app = state.apps.get(id);
    return app && seesSpec(context.rights(request), app)
      ? ok(explainApp(state, app, context.now()))
      : noApp(id);
  });
}

function showGroup(context: RestContext, request: Request, group: string): Promise<Outcome> {
  const embed = readEmbed(request, ['counts', 'tasks', 'lastTaskFailure', 'deployments']);
  const ids = appsBelow(context, request, group);
  return sliced(context, request, appsPieces('*', { read: context.read, ids, embed, now: context.now() }));
}

/** The apps below a group that the sender may view, as far as they see each. */
function appsBelow(context: RestContext, request: Request, group: string): string[] {
  const rights = context.rights(request);
  rights.demand('view', groupResource(group));
  return context.read((state) =>
    [...state.apps.keys()].filter((id) => isBelow(id, group) && seesId(rights, state, id)),
  );
}

async function change(
  context: RestContext,
  request: Request,
  { id, create }: { id: string; create: boolean },
): Promise<Outcome> {
  const body = readBody(request, readAppUpdate);
  if (isFailure(body)) return body;
  const exists = context.read(({ apps }) => apps.has(id));
  const rights = context.rights(request);
  if (!create && (!exists || context.read((state) => isHidden(rights, 'update', state, id))))
    return noApp(id);
  demandNamed(context, rights, [{ id, labels: body.value.labels }]);
  const partial = exists && (!create || queryFlag(request, 'partialUpdate', true));
  const app = wantedApp(context, { id, update: body.value, partial });
  if (isFailure(app)) return app;
  demandPut(context, rights, [app]);
  const answer = await context.ask({
    kind: 'api.change',
    change: { put: [app] },
    ...forceOf(context, request),
    group: parentOf(id),
    origin: originOf(request),
  });
  const location = exists ? {} : { location: locationOf(request, id) };
  return deploymentOutcome(answer, { status: exists ? 200 : 201, headers: { ...body.headers, ...location } });
}

async function remove(context: RestContext, request: Request, id: string): Promise<Outcome> {
  const app = context.read(({ apps }) => apps.get(id));
  if (!app) return noApp(id);
  context.rights(request).demand('delete', specResource(app), noApp(id));
  const answer = await context.ask({
    kind: 'api.change',
    change: { remove: [id] },
    // Unlike every other call, deleting an app is forced unless told otherwise.
    ...forceOf(context, request, true),
    group: parentOf(id),
  });
  return deploymentOutcome(answer);
}

async function restart(context: RestContext, request: Request, id: string): Promise<Outcome> {
  if (!context.read(({ apps }) => apps.has(id))) return noApp(id);
  context.read((state) => demandUpdate(context.rights(request), state, id, noApp(id)));
  const answer = await context.ask({
    kind: 'api.change',
    change: { restart: [id] },
    ...forceOf(context, request),
    group: parentOf(id),
  });
  return answer.ok ? deploymentOutcome(answer) : refusalOutcome(answer.refusal);
}

/** An app that the sender may not view is answered as one that is not there. */
function demandView(context: RestContext, request: Request, id: string, missing = noApp(id)): void {
  const app = context.read(({ apps }) => apps.get(id));
  if (app) context.rights(request).demand('view', specResource(app), missing);
}

function showVersions(context: RestContext, request: Request, id: string): Outcome {
  demandView(context, request, id);
  const versions = context.read(({ apps, versions: definitions }) =>
    apps.has(id) ? [...(definitions.get(id)?.keys() ?? [])] : undefined,
  );
  return versions ? ok({ versions: versions.reverse() }) : noApp(id);
}

function showVersion(context: RestContext, request: Request, id: string, versionText: string): Outcome {
  const version = readVersion(versionText);
  if (isFailure(version)) return version;
  demandView(context, request, id, noApp(id, version));
  const app = context.read(({ apps, versions }) =>
    apps.has(id) ? versions.get(id)?.get(version) : undefined,
  );
  return app ? ok(printApp(app)) : noApp(id, version);
}

function showTasks(context: RestContext, request: Request, id: string): Outcome | Promise<Outcome> {
  const group = id.endsWith('/*') ? parentOf(id) : undefined;
  if (group === undefined && !context.read(({ apps }) => apps.has(id))) return noApp(id);
  if (group === undefined) demandView(context, request, id);
  const ids = group === undefined ? [id] : appsBelow(context, request, group);
  if (wantsText(request)) return endpoints(context, request, ids);
  return sliced(context, request, tasksPieces(context.read, ids));
}

/**
 * `/v2/apps`: listing, creating, and changing several at once.
 */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { originOf, queryAll, queryFlag } from '../../../kit/edge/rest/request';
import type { App } from '../../api/app';
import { readAppUpdate } from '../../api/app-update';
import { readLabelSelector } from '../../api/label-selector';
import { listOf, missingMember } from '../../api/read';
import { failure, invalidJson, isFailure } from '../../api/violations';
import { printApp } from '../../core/apps/print-app';
import { parentOf } from '../../core/state/paths';
import type { Embed } from '../../views/apps';
import { absoluteId, wantedApp, wantedApps } from './app-writes';
import { deploymentOutcome, notFound, type RestContext, readBody, refusalOutcome, sliced } from './context';
import { forceOf } from './force';
import { appsPieces } from './fragments';
import { demandNamed, demandPut, isHidden, seesSpec } from './rights';

export function appsRoutes(context: RestContext): Route[] {
  return [
    {
      path: '/v2/apps',
      methods: {
        GET: handlerOf(context, (request) => list(context, request)),
        POST: handlerOf(context, (request) => create(context, request)),
        PUT: handlerOf(context, (request) => replaceAll(context, request, 'PUT')),
        PATCH: handlerOf(context, (request) => replaceAll(context, request, 'PATCH')),
      },
    },
  ];
}

const EMBEDS: Readonly<Record<string, readonly Embed[]>> = {
  tasks: ['tasks'],
  counts: ['counts'],
  deployments: ['deployments'],
  readiness: ['readiness'],
  lastTaskFailure: ['lastTaskFailure'],
  failures: ['tasks', 'lastTaskFailure', 'deployments'],
  taskStats: ['taskStats'],
};

/** The embed query, in any of its prefixed forms; unknown values are ignored. */
export function readEmbed(request: Request, always: readonly Embed[]): Set<Embed> {
  const embeds = queryAll(request, 'embed').map((value) => value.replace(/^(group\.apps\.|apps?\.)/, ''));
  return new Set([...always, ...embeds.flatMap((value) => EMBEDS[value] ?? [])]);
}

function list(context: RestContext, request: Request): Outcome | Promise<Outcome> {
  const filter = readFilter(request);
  if (isFailure(filter)) return filter;
  const embed = readEmbed(request, ['counts', 'deployments']);
  const rights = context.rights(request);
  const includes = (app: App): boolean => filter(app) && seesSpec(rights, app);
  const ids = context.read(({ apps }) => [...apps.values()].filter(includes).map(({ id }) => id));
  return sliced(context, request, appsPieces('apps', { read: context.read, ids, embed, now: context.now() }));
}

function readFilter(request: Request): ((app: App) => boolean) | ReturnType<typeof failure> {
  const [cmd] = queryAll(request, 'cmd');
  const [id] = queryAll(request, 'id');
  const [label] = queryAll(request, 'label');
  const selector = label === undefined ? () => true : readLabelSelector(label);
  if (typeof selector !== 'function') return failure(422, selector.error);
  return (app) =>
    (cmd === undefined || (app.cmd ?? '').toLowerCase().includes(cmd.toLowerCase())) &&
    (id === undefined || app.id.toLowerCase().includes(id.toLowerCase())) &&
    selector(app.labels);
}

async function create(context: RestContext, request: Request): Promise<Outcome> {
  const body = readBody(request, readAppUpdate);
  if (isFailure(body)) return body;
  const { id: path } = body.value;
  if (path === undefined) return invalidJson([missingMember('/id')]);
  const id = absoluteId(path);
  const rights = context.rights(request);
  demandNamed(context, rights, [body.value]);
  const app = wantedApp(context, { id, update: body.value, partial: false });
  if (isFailure(app)) return app;
  demandPut(context, rights, [app]);
  const answer = await context.ask({
    kind: 'api.change',
    change: { put: [app] },
    ...forceOf(context, request),
    create: true,
    group: parentOf(id),
    origin: originOf(request),
  });
  if (!answer.ok) return refusalOutcome(answer.refusal);
  const stored = context.read(({ apps }) => apps.get(id)) ?? app;
  const deployments = 'deployment' in answer ? [{ id: answer.deployment }] : [];
  const counts = { tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0 };
  return deploymentOutcome(answer, {
    status: 201,
    body: { ...printApp(stored), ...counts, deployments },
    headers: { ...body.headers, location: locationOf(request, id) },
  });
}

/** The bare id below the server's address, which is what the original sends. */
export function locationOf(request: Request, id: string): string {
  return `${request.protocol}://${request.headers.host ?? 'localhost'}${id}`;
}

async function replaceAll(context: RestContext, request: Request, method: 'PUT' | 'PATCH'): Promise<Outcome> {
  const body = readBody(request, listOf(readAppUpdate));
  if (isFailure(body)) return body;
  const rights = context.rights(request);
  if (method === 'PATCH') {
    const ids = body.value.flatMap(({ id }) => (id === undefined ? [] : [absoluteId(id)]));
    const missing = context.read((state) =>
      ids.find((id) => !state.apps.has(id) || isHidden(rights, 'update', state, id)),
    );
    if (missing !== undefined) return notFound(`App '${missing}' does not exist`);
  }
  demandNamed(context, rights, body.value);
  const partial = method === 'PATCH' || queryFlag(request, 'partialUpdate', true);
  const apps = wantedApps(context, body.value, partial);
  if (isFailure(apps)) return apps;
  demandPut(context, rights, apps);
  const answer = await context.ask({
    kind: 'api.change',
    change: { put: apps },
    ...forceOf(context, request),
    group: '/',
  });
  return deploymentOutcome(answer, { headers: body.headers });
}

/**
 * `/v2/pods` and the routes below it. Ids are paths, and what is asked of a pod follows its id behind two colons:
 * `/v2/pods/shop/web::status`.
 */

import type { Handler, Method, Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { isFailure } from '../../api/violations';
import type { PodSpec } from '../../core/state/run-spec';
import { printPodStatus } from '../../views/pods';
import { printPod } from '../../views/print-pod';
import { type RestContext, readVersion, sliced } from './context';
import { methodRefusal, methodsOutcome } from './methods';
import { createPod, removePod, replacePod } from './pod-changes';
import { killPodInstance, killPodInstances } from './pod-kills';
import { noPod, type PodPlace, placeOf } from './pod-place';
import { seesSpec, specResource } from './rights';

type PodHandler = (context: RestContext, request: Request, place: PodPlace) => Outcome | Promise<Outcome>;

interface SubRoute {
  readonly method: Method;
  readonly part?: string;
  /** True for routes about one version or one instance. */
  readonly hasItem?: boolean;
  readonly handle: PodHandler;
}

const subRoutes: readonly SubRoute[] = [
  { method: 'GET', handle: show },
  { method: 'PUT', handle: replacePod },
  { method: 'DELETE', handle: removePod },
  { method: 'GET', part: 'status', handle: showStatus },
  { method: 'GET', part: 'versions', handle: showVersions },
  { method: 'GET', part: 'versions', hasItem: true, handle: showVersion },
  { method: 'DELETE', part: 'instances', handle: killPodInstances },
  { method: 'DELETE', part: 'instances', hasItem: true, handle: killPodInstance },
];

export function podRoutes(context: RestContext): Route[] {
  const route = (method: Method): Handler =>
    handlerOf(context, (request) => dispatch(context, request, method));
  return [
    {
      path: '/v2/pods',
      methods: {
        // Clients ask by it for a Marathon that knows pods.
        HEAD: handlerOf(context, () => ({ status: 200 })),
        GET: handlerOf(context, (request) => list(context, request)),
        POST: handlerOf(context, (request) => createPod(context, request)),
      },
    },
    {
      path: '/v2/pods/*',
      methods: {
        GET: route('GET'),
        PUT: route('PUT'),
        DELETE: route('DELETE'),
        OPTIONS: route('OPTIONS'),
      },
    },
  ];
}

function dispatch(context: RestContext, request: Request, method: Method): Outcome | Promise<Outcome> {
  const place = placeOf(request);
  const routes = routesAt(place);
  if (routes.length === 0) return noPod(place.id);
  const methods = routes.map((route) => route.method);
  if (method === 'OPTIONS') return methodsOutcome(methods);
  const route = routes.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  return route ? route.handle(context, request, place) : methodRefusal(methods);
}

function routesAt({ id, part, item }: PodPlace): readonly SubRoute[] {
  if (id === '/') return part === 'status' ? [{ method: 'GET', handle: listStatuses }] : [];
  return subRoutes.filter(
    (route) => route.part === part && (route.hasItem ?? false) === (item !== undefined),
  );
}

function* listPieces(
  context: RestContext,
  request: Request,
  print: (spec: PodSpec) => object,
): Generator<string, void> {
  yield '[';
  let separator = '';
  for (const id of visiblePods(context, request)) {
    const text = context.read(({ pods }) => {
      const spec = pods.get(id);
      return spec && JSON.stringify(print(spec));
    });
    if (text === undefined) continue;
    yield separator + text;
    separator = ',';
  }
  yield ']';
}

function visiblePods(context: RestContext, request: Request): string[] {
  const rights = context.rights(request);
  const specs = context.read(({ pods }) => [...pods.values()]);
  return specs.filter((spec) => seesSpec(rights, spec)).map(({ id }) => id);
}

function list(context: RestContext, request: Request): Promise<Outcome> {
  return sliced(
    context,
    request,
    listPieces(context, request, ({ pod }) => printPod(pod)),
  );
}

function listStatuses(context: RestContext, request: Request): Promise<Outcome> {
  const print = (spec: PodSpec): object =>
    context.read((state) => printPodStatus(state, spec, context.now()));
  return sliced(context, request, listPieces(context, request, print));
}

/** A pod that the sender may not view is answered as one that is not there. */
function demandView(context: RestContext, request: Request, id: string): void {
  const spec = context.read(({ pods }) => pods.get(id));
  if (spec) context.rights(request).demand('view', specResource(spec), noPod(id));
}

function show(context: RestContext, request: Request, { id }: PodPlace): Outcome {
  demandView(context, request, id);
  const spec = context.read(({ pods }) => pods.get(id));
  return spec ? ok(printPod(spec.pod)) : noPod(id);
}

function showStatus(context: RestContext, request: Request, { id }: PodPlace): Outcome {
  return context.read((state) => {
    const spec = state.pods.get(id);
    return spec && seesSpec(context.rights(request), spec)
      ? ok(printPodStatus(state, spec, context.now()))
      : noPod(id);
  });
}

function showVersions(context: RestContext, request: Request, { id }: PodPlace): Outcome {
  demandView(context, request, id);
  const versions = context.read(({ pods, podVersions }) =>
    pods.has(id) ? [...(podVersions.get(id)?.keys() ?? [])] : undefined,
  );
  return versions ? ok(versions.reverse()) : noPod(id);
}

function showVersion(context: RestContext, request: Request, { id, item = '' }: PodPlace): Outcome {
  const version = readVersion(item);
  if (isFailure(version)) return version;
  demandView(context, request, id);
  const spec = context.read(({ pods, podVersions }) =>
    pods.has(id) ? podVersions.get(id)?.get(version) : undefined,
  );
  return spec ? ok(printPod(spec.pod)) : noPod(id);
}

/**
 * `/v2/deployments` and `/v2/queue`: running deployments, and instances that wait for a launch.
 */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import type { Rights } from '../../../kit/edge/access/authorizer';
import { handlerOf } from '../../../kit/edge/rest/door';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { queryAll, queryFlag, restOf } from '../../../kit/edge/rest/request';
import { noDeployment } from '../../core/groups/change';
import { notQueued } from '../../core/groups/task-killer';
import { specOf } from '../../core/state/run-spec';
import { printDeployment } from '../../views/deployments';
import { isQueued, printQueued, type QueueView, queuedIds } from '../../views/queue';
import { deploymentOutcome, notFound, type RestContext, refusalOutcome, sliced } from './context';
import { listPieces, type Pieces } from './fragments';
import { demandCancel, demandUpdate, seesSpec, visibleDeployment } from './rights';

export function deploymentRoutes(context: RestContext): Route[] {
  return [
    { path: '/v2/deployments', methods: { GET: handlerOf(context, (request) => list(context, request)) } },
    {
      path: '/v2/deployments/*',
      methods: { DELETE: handlerOf(context, (request) => cancel(context, request)) },
    },
    { path: '/v2/queue', methods: { GET: handlerOf(context, (request) => queue(context, request)) } },
    {
      path: '/v2/queue/*',
      methods: { DELETE: handlerOf(context, (request) => resetDelay(context, request)) },
    },
  ];
}

/**
 * Deployments of which the sender sees an app or a pod, without the others. Our members beside the original's are embedded:
 * some of its clients fail at a member that they do not know.
 */
function list(context: RestContext, request: Request): Promise<Outcome> {
  const rights = context.rights(request);
  const withProgress = queryAll(request, 'embed').includes('progress');
  const view = { now: context.now(), withProgress };
  const textOf = (id: string): string | undefined =>
    context.read((state) => {
      const deployment = state.deployments.get(id);
      const visible = deployment && visibleDeployment(rights, state, deployment);
      return visible && JSON.stringify(printDeployment(state, visible, view));
    });
  const ids = context.read(({ deployments }) => [...deployments.keys()]);
  return sliced(context, request, listPieces(ids, textOf));
}

async function cancel(context: RestContext, request: Request): Promise<Outcome> {
  const deployment = restOf(request).join('/');
  const force = queryFlag(request, 'force');
  const rights = context.rights(request);
  const missing = notFound(noDeployment(deployment));
  context.read((state) => demandCancel(rights, state, deployment, missing));
  const answer = await context.ask({ kind: 'api.cancel', deployment, force });
  if (answer.ok && force) return { status: 202 };
  return deploymentOutcome(answer);
}

function queue(context: RestContext, request: Request): Promise<Outcome> {
  const rights = context.rights(request);
  const withOffers = queryAll(request, 'embed').includes('lastUnusedOffers');
  return sliced(context, request, queuePieces(context, rights, { now: context.now(), withOffers }));
}

function* queuePieces(context: RestContext, rights: Rights, view: QueueView): Pieces {
  const textOf = (id: string): string | undefined =>
    context.read((state) => {
      const spec = isQueued(state, id) ? specOf(state, id) : undefined;
      return spec && seesSpec(rights, spec) ? JSON.stringify(printQueued(state, spec, view)) : undefined;
    });
  yield '{"queue":';
  yield* listPieces(context.read(queuedIds), textOf);
  yield '}';
}

async function resetDelay(context: RestContext, request: Request): Promise<Outcome> {
  const segments = restOf(request);
  if (segments.pop() !== 'delay') return { status: 404, body: { message: 'URI not found' } };
  const app = `/${segments.join('/')}`;
  const rights = context.rights(request);
  context.read((state) => {
    if (specOf(state, app)) demandUpdate(rights, state, app, notFound(notQueued(app)));
  });
  const answer = await context.ask({ kind: 'api.reset-delay', app });
  return answer.ok ? { status: 204 } : refusalOutcome(answer.refusal);
}

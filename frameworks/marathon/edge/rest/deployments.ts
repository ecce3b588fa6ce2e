/**
 * `/v2/deployments` and `/v2/queue`: running deployments, and instances that wait for a launch.
 */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, queryFlag, restOf } from '../../../kit/edge/rest/request';
import { noDeployment } from '../../core/groups/change';
import { notQueued } from '../../core/groups/task-killer';
import { type RunSpec, specOf } from '../../core/state/run-spec';
import { printDeployment } from '../../views/deployments';
import { printQueue } from '../../views/queue';
import { deploymentOutcome, notFound, type RestContext, refusalOutcome } from './context';
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
function list(context: RestContext, request: Request): Outcome {
  const rights = context.rights(request);
  const withProgress = queryAll(request, 'embed').includes('progress');
  const view = { now: context.now(), withProgress };
  return ok(
    context.read((state) =>
      [...state.deployments.values()]
        .flatMap((deployment) => visibleDeployment(rights, state, deployment) ?? [])
        .map((deployment) => printDeployment(state, deployment, view)),
    ),
  );
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

function queue(context: RestContext, request: Request): Outcome {
  const withOffers = queryAll(request, 'embed').includes('lastUnusedOffers');
  const rights = context.rights(request);
  const includes = (spec: RunSpec): boolean => seesSpec(rights, spec);
  return ok({ queue: context.read((state) => printQueue(state, context.now(), withOffers, includes)) });
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

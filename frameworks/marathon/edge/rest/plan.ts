/** `POST /v2/deployments/plan`: what a change would start, stop and leave waiting, and where. Nothing is changed. */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { resolvePath } from '../../api/app-normalization';
import { type PlanRequest, readPlanRequest } from '../../api/plan-request';
import type { Pod } from '../../api/pod';
import type { PodUpdate } from '../../api/pod-update';
import { type ApiFailure, failure, isFailure, notValid } from '../../api/violations';
import { rehearse } from '../../core/rehearsal';
import type { RootChange } from '../../core/state/events';
import { printPlan } from '../../views/plan';
import { absoluteId, wantedApps } from './app-writes';
import { type RestContext, readBody, refusalOutcome } from './context';
import { groupChange } from './group-change';
import { wantedPod } from './pod-changes';
import { demandChange } from './rights';

export function planRoutes(context: RestContext): Route[] {
  return [
    {
      path: '/v2/deployments/plan',
      methods: { POST: handlerOf(context, (request) => plan(context, request)) },
    },
  ];
}

function plan(context: RestContext, request: Request): Outcome {
  const body = readBody(request, readPlanRequest);
  if (isFailure(body)) return body;
  const change = changeOf(context, body.value);
  if (isFailure(change)) return change;
  demandChange(context, context.rights(request), change);
  const now = context.now();
  const force = body.value.force ?? false;
  return context.read((state) => {
    const rehearsal = rehearse(state, { change, force, now });
    if ('refusal' in rehearsal) return refusalOutcome(rehearsal.refusal);
    return ok(printPlan(state, rehearsal), body.headers);
  });
}

const CHANGES = ['apps', 'pods', 'group', 'restart', 'delete'] as const;

/** The change that the call of the same body would make. */
function changeOf(context: RestContext, request: PlanRequest): RootChange | ApiFailure {
  const [first, ...others] = CHANGES.filter((name) => request[name] !== undefined);
  if (first === undefined || others.length > 0)
    return notValid([{ path: '/', errors: [`exactly one of ${CHANGES.join(', ')} is needed`] }]);
  const { apps, pods, group, path = '/', restart } = request;
  if (apps) {
    const put = wantedApps(context, apps, request.partialUpdate ?? true);
    return isFailure(put) ? put : { put };
  }
  if (pods) return podsChange(context, pods);
  if (group) return groupChange(context, resolvePath(group.id ?? '', absoluteId(path)), group);
  if (restart !== undefined) return { restart: [absoluteId(restart)] };
  return removalOf(context, absoluteId(request.delete ?? ''));
}

function podsChange(context: RestContext, updates: readonly PodUpdate[]): RootChange | ApiFailure {
  const putPods: Pod[] = [];
  for (const update of updates) {
    const pod = wantedPod(context, update);
    if (isFailure(pod)) return pod;
    putPods.push(pod);
  }
  return { putPods };
}

function removalOf(context: RestContext, id: string): RootChange | ApiFailure {
  return context.read(({ apps, pods, groups }) => {
    if (apps.has(id)) return { remove: [id] };
    if (pods.has(id)) return { removePods: [id] };
    return groups.has(id) ? { removeGroups: [id] } : failure(404, `Path '${id}' does not exist`);
  });
}

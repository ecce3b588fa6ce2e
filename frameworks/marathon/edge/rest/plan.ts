/** `POST /v2/deployments/plan`: what a change would start, stop and leave waiting, and where. Nothing is changed. */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import type { Rights } from '../../../kit/edge/access/authorizer';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { resolvePath } from '../../api/app-normalization';
import { type PlanRequest, readPlanRequest } from '../../api/plan-request';
import type { Pod } from '../../api/pod';
import type { PodUpdate } from '../../api/pod-update';
import { type ApiFailure, failure, isFailure, notValid } from '../../api/violations';
import { rehearse } from '../../core/rehearsal';
import type { RootChange } from '../../core/state/events';
import { specOf } from '../../core/state/run-spec';
import type { MarathonState } from '../../core/state/state';
import { printPlan } from '../../views/plan';
import { absoluteId, wantedApps } from './app-writes';
import { type RestContext, readBody, refusalOutcome } from './context';
import { wantedGroup } from './group-change';
import { wantedPod } from './pod-changes';
import { cancellable, demandChange, demandNamed, demandOnGroup, isHidden } from './rights';

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
  const rights = context.rights(request);
  const change = changeOf(context, rights, body.value);
  if (isFailure(change)) return change;
  demandChange(context, rights, change);
  const now = context.now();
  const force = body.value.force ?? false;
  const by = { force, cancellable: cancellable(context, rights) };
  return context.read((state) => {
    const rehearsal = rehearse(state, { change, ...by, now });
    if ('refusal' in rehearsal) return refusalOutcome(rehearsal.refusal);
    return ok(printPlan(state, rehearsal), body.headers);
  });
}

const CHANGES = ['apps', 'pods', 'group', 'restart', 'delete'] as const;

/** The change that the call of the same body would make. */
function changeOf(context: RestContext, rights: Rights, request: PlanRequest): RootChange | ApiFailure {
  const [first, ...others] = CHANGES.filter((name) => request[name] !== undefined);
  if (first === undefined || others.length > 0)
    return notValid([{ path: '/', errors: [`exactly one of ${CHANGES.join(', ')} is needed`] }]);
  const { apps, pods, group, path = '/', restart } = request;
  if (apps) {
    demandNamed(context, rights, apps);
    const put = wantedApps(context, apps, request.partialUpdate ?? true);
    return isFailure(put) ? put : { put };
  }
  if (pods) return podsChange(context, pods);
  if (group)
    return wantedGroup(context, rights, { id: resolvePath(group.id ?? '', absoluteId(path)), update: group });
  if (restart !== undefined) return { restart: [absoluteId(restart)] };
  return removalOf(context, rights, absoluteId(request.delete ?? ''));
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

function removalOf(context: RestContext, rights: Rights, id: string): RootChange | ApiFailure {
  const missing = failure(404, `Path '${id}' does not exist`);
  return context.read((state) => {
    if (specOf(state, id)) return isHidden(rights, 'delete', state, id) ? missing : specRemoval(state, id);
    if (!state.groups.has(id)) return missing;
    demandOnGroup(context, rights, { action: 'delete', id, missing });
    return { removeGroups: [id] };
  });
}

function specRemoval({ apps }: MarathonState, id: string): RootChange {
  return apps.has(id) ? { remove: [id] } : { removePods: [id] };
}

/** Pods in requests that write: each is normalised and validated, and then changed or refused. */

import type { Request } from '../../../../cluster/runtime/http/server';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { originOf } from '../../../kit/edge/rest/request';
import type { Pod } from '../../api/pod';
import { normalizePod } from '../../api/pod-normalization';
import { type PodUpdate, readPodUpdate } from '../../api/pod-update';
import { type PodOptions, validatePod, validatePodRoles } from '../../api/pod-validate';
import { type ApiFailure, failure, isFailure } from '../../api/violations';
import { roleSettings } from '../../core/groups/roles';
import { parentOf } from '../../core/state/paths';
import { printPod } from '../../views/print-pod';
import { absoluteId } from './app-writes';
import { locationOf } from './apps';
import { deploymentOutcome, type RestContext, readBody } from './context';
import { forceOf } from './force';
import { noPod, type PodPlace } from './pod-place';
import { demandPut, specResource } from './rights';

/** The pod of a request, or the refusal. `id` is that of the path, with which the body has to agree. */
export function wantedPod(context: RestContext, update: PodUpdate, id?: string): Pod | ApiFailure {
  const path = absoluteId(update.id);
  const roles = context.read((state) => roleSettings(state, path));
  const pod = normalizePod({ update, role: roles.defaultRole, options: context.normalization });
  const options: PodOptions = { features: context.settings.features, validRoles: roles.validRoles };
  const refusal = validatePod(pod, options);
  if (refusal) return refusal;
  if (id !== undefined && path !== id)
    return failure(400, `'${id}' does not match definition's id ('${update.id}')`);
  return validatePodRoles(pod, options) ?? { ...pod, id: path };
}

export async function createPod(context: RestContext, request: Request): Promise<Outcome> {
  const body = readBody(request, readPodUpdate);
  if (isFailure(body)) return body;
  const pod = wantedPod(context, body.value);
  if (isFailure(pod)) return pod;
  const headers = { ...body.headers, location: locationOf(request, pod.id) };
  return putPod(context, request, pod, { status: 201, headers });
}

/** `PUT` also makes a pod that is not there. */
export async function replacePod(context: RestContext, request: Request, { id }: PodPlace): Promise<Outcome> {
  const body = readBody(request, readPodUpdate);
  if (isFailure(body)) return body;
  const pod = wantedPod(context, body.value, id);
  if (isFailure(pod)) return pod;
  return putPod(context, request, pod, { status: 200, headers: body.headers });
}

async function putPod(
  context: RestContext,
  request: Request,
  pod: Pod,
  success: Pick<Outcome, 'headers'> & { readonly status: 200 | 201 },
): Promise<Outcome> {
  demandPut(context, context.rights(request), [pod]);
  const answer = await context.ask({
    kind: 'api.change',
    change: { putPods: [pod] },
    ...forceOf(context, request),
    create: success.status === 201,
    group: parentOf(pod.id),
    origin: originOf(request),
  });
  const stored = context.read(({ pods }) => pods.get(pod.id)?.pod) ?? pod;
  return deploymentOutcome(answer, { ...success, body: printPod(stored) });
}

export async function removePod(context: RestContext, request: Request, { id }: PodPlace): Promise<Outcome> {
  const spec = context.read(({ pods }) => pods.get(id));
  if (!spec) return noPod(id);
  context.rights(request).demand('delete', specResource(spec), noPod(id));
  const answer = await context.ask({
    kind: 'api.change',
    change: { removePods: [id] },
    ...forceOf(context, request),
    group: parentOf(id),
    origin: originOf(request),
  });
  if (!answer.ok || !('deployment' in answer)) return deploymentOutcome(answer);
  const location = locationOf(request, `/${answer.deployment}`);
  return deploymentOutcome(answer, { status: 202, body: undefined, headers: { location } });
}

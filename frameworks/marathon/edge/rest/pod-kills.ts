/** Killing instances of pods by REST. Without `wipe` an instance stays, and is launched again. */

import type { Request } from '../../../../cluster/runtime/http/server';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryFlag } from '../../../kit/edge/rest/request';
import { readInstanceIds } from '../../api/small-bodies';
import { type ApiFailure, failure, isFailure, notValid } from '../../api/violations';
import type { Instance } from '../../core/state/state';
import { printInstance } from '../../views/pods';
import { notFound, type RestContext, readBody, refusalOutcome } from './context';
import type { PodPlace } from './pod-place';
import { demandUpdate } from './rights';

const INSTANCE_ID = /^(.+)\.(instance-|marathon-)([^.]+)$/;
const NO_ID = `must fully match regular expression '${INSTANCE_ID.source}'`;

export async function killPodInstance(
  context: RestContext,
  request: Request,
  { id, item: instanceId = '' }: PodPlace,
): Promise<Outcome> {
  if (!INSTANCE_ID.test(instanceId)) return notValid([{ path: '/', errors: [NO_ID] }]);
  const chosen = chooseInstances(context, request, { id, instanceIds: [instanceId] });
  if (isFailure(chosen)) return chosen;
  const [instance] = chosen;
  if (!instance) return notFound(`Task '${instanceId}' does not exist`);
  return kill(context, request, { chosen, shown: ([first]) => first });
}

/** Instances that the pod does not have are left out, as in the original. */
export async function killPodInstances(
  context: RestContext,
  request: Request,
  { id }: PodPlace,
): Promise<Outcome> {
  const body = readBody(request, readInstanceIds);
  if (isFailure(body)) return body;
  const wrong = body.value.flatMap((instanceId, index) => (INSTANCE_ID.test(instanceId) ? [] : [index]));
  if (wrong.length > 0) return notValid(wrong.map((index) => ({ path: `(${index})`, errors: [NO_ID] })));
  const chosen = chooseInstances(context, request, { id, instanceIds: body.value });
  if (isFailure(chosen)) return chosen;
  return kill(context, request, { chosen, shown: (instances) => instances });
}

function chooseInstances(
  context: RestContext,
  request: Request,
  { id, instanceIds }: { readonly id: string; readonly instanceIds: readonly string[] },
): readonly Instance[] | ApiFailure {
  return context.read((state) => {
    const missing = failure(404, `Path '${id}' does not exist`);
    if (!state.pods.has(id)) return missing;
    demandUpdate(context.rights(request), state, id, missing);
    const candidates = [...new Set(instanceIds)].flatMap(
      (instanceId) => state.instances.get(instanceId) ?? [],
    );
    return candidates.filter(({ appId }) => appId === id);
  });
}

async function kill(
  context: RestContext,
  request: Request,
  {
    chosen,
    shown,
  }: { readonly chosen: readonly Instance[]; readonly shown: (instances: object[]) => unknown },
): Promise<Outcome> {
  const body = context.read((state) => shown(chosen.map((instance) => printInstance(state, instance))));
  const answer = await context.ask({
    kind: 'api.kill',
    taskIds: chosen.map(({ id }) => id),
    scale: false,
    wipe: queryFlag(request, 'wipe'),
    force: false,
  });
  return answer.ok ? ok(body) : refusalOutcome(answer.refusal);
}

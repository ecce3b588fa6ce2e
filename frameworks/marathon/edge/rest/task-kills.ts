/**
 * Killing tasks by REST.
 */

import type { Request } from '../../../../cluster/runtime/http/server';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, queryFlag } from '../../../kit/edge/rest/request';
import { type ApiFailure, failure, isFailure } from '../../api/violations';
import type { Force } from '../../core/state/events';
import { isBelow, parentOf } from '../../core/state/paths';
import type { Instance } from '../../core/state/state';
import { printTask, tasksOf } from '../../views/tasks';
import { deploymentOutcome, notFound, type RestContext, refusalOutcome } from './context';
import { forceOf } from './force';
import { demandUpdate, isHidden } from './rights';

interface KillFlags extends Force {
  readonly scale: boolean;
  readonly wipe: boolean;
}

export function readKillFlags(context: RestContext, request: Request): KillFlags | Outcome {
  const scale = queryFlag(request, 'scale');
  const wipe = queryFlag(request, 'wipe');
  if (scale && wipe) return failure(400, 'You cannot use scale and wipe at the same time.');
  return { scale, wipe, ...forceOf(context, request) };
}

interface KillRequest {
  readonly flags: KillFlags;
  /** Those of apps that the sender may not even view are left out, as are tasks that are not there. */
  readonly candidates: readonly Instance[];
  readonly shown: (tasks: object[]) => object;
}

/** Kills the tasks of these instances. The body is made by `shown`; with scale it is the deployment. */
export async function killInstances(
  context: RestContext,
  request: Request,
  { flags, candidates, shown }: KillRequest,
): Promise<Outcome> {
  const rights = context.rights(request);
  const chosen = context.read((state) => {
    const apps = new Set(candidates.map(({ appId }) => appId));
    for (const id of apps) if (isHidden(rights, 'update', state, id)) apps.delete(id);
    for (const id of apps) demandUpdate(rights, state, id);
    return candidates.filter(({ appId }) => apps.has(appId));
  });
  const body = context.read((state) => shown(chosen.map((instance) => printTask(state, instance))));
  const taskIds = chosen.flatMap(({ task }) => task?.id ?? []);
  const answer = await context.ask({ kind: 'api.kill', taskIds, ...flags });
  if (!answer.ok) return refusalOutcome(answer.refusal);
  return flags.scale ? deploymentOutcome(answer) : ok(body);
}

/** The tasks of an app that the sender may update, or of a group that ends in `/*`; the refusal without them. */
function tasksToKill(context: RestContext, request: Request, id: string): Instance[] | ApiFailure {
  const missing = failure(404, `App '${id}' does not exist`);
  return context.read((state) => {
    if (state.apps.has(id)) {
      demandUpdate(context.rights(request), state, id, missing);
      return tasksOf(state, id);
    }
    if (!id.endsWith('/*')) return missing;
    const group = parentOf(id);
    return [...state.apps.keys()].filter((app) => isBelow(app, group)).flatMap((app) => tasksOf(state, app));
  });
}

export function killAllTasks(context: RestContext, request: Request, id: string): Outcome | Promise<Outcome> {
  const flags = readKillFlags(context, request);
  if ('status' in flags) return flags;
  const [host] = queryAll(request, 'host');
  const tasks = tasksToKill(context, request, id);
  if (isFailure(tasks)) return tasks;
  const candidates = tasks.filter(({ agent }) => host === undefined || host === '*' || agent?.host === host);
  return killInstances(context, request, { flags, candidates, shown: (killed) => ({ tasks: killed }) });
}

export function killOneTask(
  context: RestContext,
  request: Request,
  id: string,
  taskId: string,
): Outcome | Promise<Outcome> {
  const flags = readKillFlags(context, request);
  if ('status' in flags) return flags;
  const tasks = tasksToKill(context, request, id);
  if (isFailure(tasks)) return tasks;
  const candidates = tasks.filter((instance) => instance.task?.id === taskId || instance.id === taskId);
  if (candidates.length === 0) return notFound(`Task '${taskId}' does not exist`);
  return killInstances(context, request, { flags, candidates, shown: ([task]) => ({ task }) });
}

/**
 * Killing tasks by REST.
 */

import type { Request } from '../../../../cluster/runtime/http/server';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, queryFlag } from '../../../kit/edge/rest/request';
import { failure } from '../../api/violations';
import { isBelow, parentOf } from '../../core/state/paths';
import type { Instance, MarathonState } from '../../core/state/state';
import { printTask, tasksOf } from '../../views/tasks';
import { deploymentOutcome, notFound, type RestContext, refusalOutcome } from './context';
import { demandUpdate } from './rights';

interface KillFlags {
  readonly scale: boolean;
  readonly wipe: boolean;
  readonly force: boolean;
}

export function readKillFlags(request: Request): KillFlags | Outcome {
  const scale = queryFlag(request, 'scale');
  const wipe = queryFlag(request, 'wipe');
  if (scale && wipe) return failure(400, 'You cannot use scale and wipe at the same time.');
  return { scale, wipe, force: queryFlag(request, 'force') };
}

interface KillRequest {
  readonly flags: KillFlags;
  readonly chosen: readonly Instance[];
  readonly shown: (tasks: object[]) => object;
}

/** Kills the tasks of these instances. The body is made by `shown`; with scale it is the deployment. */
export async function killInstances(
  context: RestContext,
  request: Request,
  { flags, chosen, shown }: KillRequest,
): Promise<Outcome> {
  const rights = context.rights(request);
  context.read((state) => {
    for (const id of new Set(chosen.map((instance) => instance.appId))) demandUpdate(rights, state, id);
  });
  const body = context.read((state) => shown(chosen.map((instance) => printTask(state, instance))));
  const taskIds = chosen.flatMap(({ task }) => task?.id ?? []);
  const answer = await context.ask({ kind: 'api.kill', taskIds, ...flags });
  if (!answer.ok) return refusalOutcome(answer.refusal);
  return flags.scale ? deploymentOutcome(answer) : ok(body);
}

function instancesAt(state: MarathonState, id: string): Instance[] | undefined {
  if (state.apps.has(id)) return tasksOf(state, id);
  if (!id.endsWith('/*')) return undefined;
  const group = parentOf(id);
  return [...state.apps.keys()].filter((app) => isBelow(app, group)).flatMap((app) => tasksOf(state, app));
}

export function killAllTasks(context: RestContext, request: Request, id: string): Outcome | Promise<Outcome> {
  const flags = readKillFlags(request);
  if ('status' in flags) return flags;
  const [host] = queryAll(request, 'host');
  const candidates = context.read((state) => instancesAt(state, id));
  if (!candidates) return notFound(`App '${id}' does not exist`);
  const chosen = candidates.filter(({ agent }) => host === undefined || host === '*' || agent?.host === host);
  return killInstances(context, request, { flags, chosen, shown: (tasks) => ({ tasks }) });
}

export function killOneTask(
  context: RestContext,
  request: Request,
  id: string,
  taskId: string,
): Outcome | Promise<Outcome> {
  const flags = readKillFlags(request);
  if ('status' in flags) return flags;
  const candidates = context.read((state) => instancesAt(state, id));
  if (!candidates) return notFound(`App '${id}' does not exist`);
  const chosen = candidates.filter((instance) => instance.task?.id === taskId || instance.id === taskId);
  if (chosen.length === 0) return notFound(`Task '${taskId}' does not exist`);
  return killInstances(context, request, { flags, chosen, shown: ([task]) => ({ task }) });
}

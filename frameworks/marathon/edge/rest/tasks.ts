/**
 * `/v2/tasks`: all tasks, and killing some by id.
 */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { queryAll } from '../../../kit/edge/rest/request';
import { readTaskIds } from '../../api/small-bodies';
import { failure, isFailure } from '../../api/violations';
import { instanceOfTask } from '../../core/instances/instances';
import type { Condition, Instance } from '../../core/state/state';
import { type RestContext, readBody, sliced } from './context';
import { endpoints, wantsText } from './endpoints';
import { tasksPieces } from './fragments';
import { seesSpec } from './rights';
import { killInstances, readKillFlags } from './task-kills';

export function tasksRoutes(context: RestContext): Route[] {
  return [
    { path: '/v2/tasks', methods: { GET: handlerOf(context, (request) => list(context, request)) } },
    { path: '/v2/tasks/delete', methods: { POST: handlerOf(context, (request) => kill(context, request)) } },
  ];
}

const CONDITIONS: Readonly<Record<string, Condition>> = { running: 'Running', staging: 'Staging' };

function list(context: RestContext, request: Request): Promise<Outcome> {
  const statuses = [...queryAll(request, 'status'), ...queryAll(request, 'status[]')];
  const conditions = statuses.flatMap((word) => CONDITIONS[word.toLowerCase()] ?? []);
  const includes = ({ condition }: Instance): boolean =>
    conditions.length === 0 || conditions.includes(condition);
  const rights = context.rights(request);
  const ids = context.read(({ apps }) =>
    [...apps.values()].filter((app) => seesSpec(rights, app)).map(({ id }) => id),
  );
  if (wantsText(request)) return endpoints(context, request, ids);
  return sliced(context, request, tasksPieces(context.read, ids, includes));
}

/** The forms of task ids that Marathon makes or made in earlier versions. */
const TASK_ID = /^[^.]+\.(instance-|marathon-)?[0-9a-f-]{36}(\..+)?$|^.+\..+$/;

function kill(context: RestContext, request: Request): Outcome | Promise<Outcome> {
  const flags = readKillFlags(context, request);
  if ('status' in flags) return flags;
  const body = readBody(request, readTaskIds);
  if (isFailure(body)) return body;
  const wrong = body.value.ids.find((id) => !TASK_ID.test(id));
  if (wrong !== undefined) return failure(400, `Invalid task id '${wrong}'. [not a task id]`);
  const instances = context.read((state) =>
    body.value.ids.flatMap((id) => instanceOfTask(state, id) ?? state.instances.get(id) ?? []),
  );
  // Tasks of pods are left out, as in the original: their instances are killed as a whole.
  const candidates = instances.filter(({ appId }) => context.read(({ pods }) => !pods.has(appId)));
  return killInstances(context, request, { flags, candidates, shown: (tasks) => ({ tasks }) });
}

/**
 * All routes of Marathon's HTTP API. A new one is a row in the file of its topic.
 */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { preferredType } from '../../../kit/edge/rest/accept';
import { send } from '../../../kit/edge/rest/door';
import { failure } from '../../api/violations';
import { appRoutes } from './app';
import { appsRoutes } from './apps';
import type { RestContext } from './context';
import { deploymentRoutes } from './deployments';
import { eventSubscriptionRoutes } from './event-subscriptions';
import { groupRoutes } from './groups';
import { loggingRoutes } from './logging';
import { withOptions } from './methods';
import { planRoutes } from './plan';
import { podRoutes } from './pods';
import { systemRoutes } from './system';
import { tasksRoutes } from './tasks';

export function marathonRoutes(context: RestContext): Route[] {
  const jsonRoutes = [
    ...appsRoutes(context),
    ...appRoutes(context),
    ...podRoutes(context),
    ...tasksRoutes(context),
    ...planRoutes(context),
    ...deploymentRoutes(context),
    ...groupRoutes(context),
    ...loggingRoutes(context),
    ...eventSubscriptionRoutes(context),
  ];
  return [
    ...jsonRoutes.map((route) => ({ ...route, before: jsonOnly(context) })),
    ...systemRoutes(context),
  ].map((route) => withOptions(context, route));
}

/** Refuses readers that take no JSON, as the original does. */
function jsonOnly(context: RestContext): NonNullable<Route['before']> {
  return (request, reply) =>
    request.method === 'OPTIONS' || preferredType(request.headers.accept, typesOf(request))
      ? undefined
      : send(context, reply, failure(406, 'Not Acceptable'));
}

/** Tasks are also answered as text. */
function typesOf({ method, url }: Request): readonly string[] {
  const isTasks = method === 'GET' && /\/tasks\/*(\?|$)/.test(url);
  return isTasks ? ['application/json', 'text/plain'] : ['application/json'];
}

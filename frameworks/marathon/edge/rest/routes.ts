/**
 * All routes of Marathon's HTTP API. A new one is a row in the file of its topic.
 */

import type { Route } from '../../../../cluster/runtime/http/server';
import { appRoutes } from './app';
import { appsRoutes } from './apps';
import type { RestContext } from './context';
import { deploymentRoutes } from './deployments';
import { groupRoutes } from './groups';
import { planRoutes } from './plan';
import { systemRoutes } from './system';
import { tasksRoutes } from './tasks';

export function marathonRoutes(context: RestContext): Route[] {
  return [
    ...appsRoutes(context),
    ...appRoutes(context),
    ...tasksRoutes(context),
    ...planRoutes(context),
    ...deploymentRoutes(context),
    ...groupRoutes(context),
    ...systemRoutes(context),
  ];
}

/**
 * The routes of the master: each HTTP path with its realm, methods and handlers. A new endpoint is a row here.
 */

import { type Query, readInt32, sendJson } from '../../../runtime/http/json';
import { always, type Handler, type Route } from '../../../runtime/http/server';
import type { FilteredState } from '../../views/read-filter';
import { READONLY, READWRITE, SCHEDULER } from '../authentication';
import { explainRoutes } from './explain-routes';
import { redirect } from './leader';
import { maintenanceRoutes } from './maintenance-routes';
import { handleOperator } from './operator-api';
import { FORBIDDEN, type OperatorContext, readFilterFor } from './operator-door';
import { quotaPage, rolesPage } from './roles-page';
import { handleScheduler, plain, type SchedulerContext } from './scheduler-api';
import { frameworksPage, slavesPage, statePage } from './state-page';
import { summaryPage } from './summary-page';
import { tasksPage } from './tasks-page';
import { deleteQuota, postQuota, putWeights, resourceForm, teardown } from './v0-writes';
import { viewedPages } from './viewed-pages';
import { weightsPage } from './weights-page';

const NO_ROLE =
  "Failed to parse remove quota request for path '/master/quota': expected 3 tokens, found 2 tokens";

export function masterRoutes(schedulers: SchedulerContext, operators: OperatorContext): Route[] {
  const { page, byViewer, shared, ofTasks, byId } = viewedPages(operators);
  const ownAddress = (): string => operators.read(({ boot }) => `${boot.hostname}:${boot.port}`);
  return [
    {
      path: '/api/v1/scheduler',
      realm: SCHEDULER,
      methods: { POST: (request, reply) => handleScheduler(schedulers, request, reply) },
    },
    {
      path: '/api/v1',
      realm: READWRITE,
      methods: { POST: (request, reply) => handleOperator(operators, request, reply) },
    },
    read('/state', ofTasks(statePage)),
    read('/state-summary', shared(summaryPage)),
    read('/slaves', byId('slave_id', slavesPage)),
    read('/frameworks', byId('framework_id', frameworksPage, ofTasks)),
    read('/tasks', page(tasks)),
    read(
      '/roles',
      byViewer((state, filter) => rolesPage(state, filter.role)),
    ),
    { path: '/weights', realm: READWRITE, methods: { GET: page(weightsPage), PUT: putWeights(operators) } },
    {
      path: '/quota',
      realm: READWRITE,
      methods: {
        GET: page((state, _query, filter) => quotaPage(state, filter.quota)),
        POST: postQuota(operators),
        DELETE: (_request, reply) => plain(reply, 400, NO_ROLE),
      },
    },
    { path: '/quota/*', realm: READWRITE, methods: { DELETE: deleteQuota(operators) } },
    ...explainRoutes(operators),
    ...maintenanceRoutes(operators, page),
    ...writeRoutes(operators),
    {
      path: '/flags',
      realm: READONLY,
      methods: { GET: flagsPage(operators) },
      // The original checks the method only where `--acls` could refuse the page.
      anyMethod: () => operators.read(({ boot }) => boot.settings.acls === undefined),
    },
    { path: '/health', methods: { GET: (_request, reply) => reply.send() }, anyMethod: always },
    { path: '/redirect', methods: { GET: redirect(operators.leadership, ownAddress) }, anyMethod: always },
  ];
}

/** The route of a page that answers every method alike, as in the original. */
function read(path: string, GET: Handler): Route {
  return { path, realm: READONLY, methods: { GET }, anyMethod: always };
}

/** The older endpoints that change resources and frameworks. */
function writeRoutes(operators: OperatorContext): Route[] {
  return [
    { path: '/teardown', realm: READWRITE, methods: { POST: teardown(operators) } },
    ...(['reserve', 'unreserve', 'create-volumes', 'destroy-volumes'] as const).map((what) => ({
      path: `/${what}`,
      realm: READWRITE,
      methods: { POST: resourceForm(operators, what) },
    })),
  ];
}

/** The default number of tasks of `/tasks` (Mesos 1.11 TASK_LIMIT). */
const TASKS_MAX = 100;

function tasks(state: FilteredState, query: Query): string {
  return tasksPage(state, {
    frameworkId: query['framework_id'],
    taskId: query['task_id'],
    limit: readInt32(query['limit']) ?? TASKS_MAX,
    offset: readInt32(query['offset']) ?? 0,
    ascending: query['order'] === 'asc',
  });
}

function flagsPage(door: OperatorContext): Handler {
  return (request, reply) => {
    if (!readFilterFor(door, request).flags) return plain(reply, 403, FORBIDDEN);
    return sendJson(request, reply, Buffer.from(JSON.stringify({ flags: door.flags })));
  };
}

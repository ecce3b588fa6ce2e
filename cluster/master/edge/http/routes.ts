/**
 * Every HTTP path of the master. A new endpoint is a row here.
 */

import { principalOf } from '../../../runtime/http/access';
import { type Query, queryOf, readInt32, sendJson } from '../../../runtime/http/json';
import { always, type Handler, type Request, type Route } from '../../../runtime/http/server';
import { isRestricted, type Sight, seenBy, sightOf } from '../../core/authorize/sight';
import type { MasterState } from '../../core/state';
import { READONLY, READWRITE, SCHEDULER } from '../authentication';
import { explainRoutes } from './explain-routes';
import { redirect, redirectTo } from './leader';
import { maintenanceRoutes } from './maintenance-routes';
import { handleOperator } from './operator-api';
import { FORBIDDEN, type OperatorDoor, readFor, sightFor } from './operator-door';
import { quotaPage, rolesPage } from './roles-page';
import { handleScheduler, plain, type SchedulerDoor } from './scheduler-api';
import { sharedPage } from './shared-page';
import { frameworksPage, slavesPage, statePage, summaryPage, tasksPage, weightsPage } from './state-page';
import { deleteQuota, postQuota, putWeights, resourceForm, teardown } from './v0-writes';

/** Principals whose pages are kept, each for as long as it is shared. */
const VIEWERS_MAX = 64;

const NO_ROLE =
  "Failed to parse remove quota request for path '/master/quota': expected 3 tokens, found 2 tokens";

export function masterRoutes(schedulers: SchedulerDoor, operators: OperatorDoor): Route[] {
  const page = (print: (state: MasterState, query: Query, sight: Sight) => string): Handler => {
    return (request, reply) => {
      const sight = sightFor(operators, request);
      const text = readFor(operators, request, (state) => print(state, queryOf(request), sight));
      return sendJson(request, reply, Buffer.from(text));
    };
  };
  const byViewer = (print: (state: MasterState, sight: Sight) => string): Handler => {
    const pageFor = pageByViewer(operators, print);
    return (request, reply) => sendJson(request, reply, pageFor(request));
  };
  const shared = (print: (state: MasterState, flags: Flags | undefined) => string): Handler =>
    byViewer((state, sight) => print(state, sight.flags ? operators.flags : undefined));
  /** Everything, shared; or what one id is about. */
  const one = (key: string, print: (state: MasterState, id?: string) => string): Handler => {
    const all = shared((state) => print(state));
    const single = page((state, query) => print(state, query[key]));
    return (request, reply) => (queryOf(request)[key] === undefined ? all : single)(request, reply);
  };
  const own = (): string => operators.read(({ boot }) => `${boot.hostname}:${boot.port}`);
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
    read('/state', shared(statePage)),
    read('/state-summary', shared(summaryPage)),
    read('/slaves', one('slave_id', slavesPage)),
    read('/frameworks', one('framework_id', frameworksPage)),
    read('/tasks', page(tasks)),
    read(
      '/roles',
      byViewer((state, sight) => rolesPage(state, sight.role)),
    ),
    { path: '/weights', realm: READWRITE, methods: { GET: page(weightsPage), PUT: putWeights(operators) } },
    {
      path: '/quota',
      realm: READWRITE,
      methods: {
        GET: page((state, _query, sight) => quotaPage(state, sight.quota)),
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
      /** The original looks at the method only where `--acls` could refuse the page. */
      anyMethod: () => operators.read(({ boot }) => boot.settings.acls === undefined),
    },
    { path: '/health', methods: { GET: (_request, reply) => reply.send() }, anyMethod: always },
    { path: '/redirect', methods: { GET: redirect(operators.leadership, own) }, anyMethod: always },
    { path: '/', methods: { GET: (_request, reply) => redirectTo(reply, '/state') } },
  ];
}

/** A page that is the same whatever the method, as in the original. */
function read(path: string, GET: Handler): Route {
  return { path, realm: READONLY, methods: { GET }, anyMethod: always };
}

/** The older endpoints that change resources and frameworks. */
function writeRoutes(operators: OperatorDoor): Route[] {
  return [
    { path: '/teardown', realm: READWRITE, methods: { POST: teardown(operators) } },
    ...(['reserve', 'unreserve', 'create-volumes', 'destroy-volumes'] as const).map((what) => ({
      path: `/${what}`,
      realm: READWRITE,
      methods: { POST: resourceForm(operators, what) },
    })),
  ];
}

type Flags = Readonly<Record<string, string>>;

/** How many tasks are shown when nobody says (Mesos 1.11 TASK_LIMIT). */
const TASKS_MAX = 100;

function tasks(state: MasterState, query: Query): string {
  return tasksPage(state, {
    frameworkId: query['framework_id'],
    taskId: query['task_id'],
    limit: readInt32(query['limit']) ?? TASKS_MAX,
    offset: readInt32(query['offset']) ?? 0,
    ascending: query['order'] === 'asc',
  });
}

/** A page that those who see the same share. */
function pageByViewer(
  door: OperatorDoor,
  print: (state: MasterState, sight: Sight) => string,
): (request: Request) => Buffer {
  const pages = new Map<string, () => Buffer>();
  return (request) => {
    const sender = principalOf(request);
    const isOwn = door.read((state) => isRestricted(state, sender));
    const key = isOwn ? JSON.stringify([sender?.value]) : '';
    const make = (): Buffer =>
      Buffer.from(door.read((state) => print(seenBy(state, sender), sightOf(state, sender))));
    const page = pages.get(key) ?? sharedPage(make, door.moment, { hit: door.pageHit });
    if (!pages.has(key) && pages.size >= VIEWERS_MAX) pages.clear();
    pages.set(key, page);
    return page();
  };
}

function flagsPage(door: OperatorDoor): Handler {
  return (request, reply) => {
    if (!sightFor(door, request).flags) return plain(reply, 403, FORBIDDEN);
    return sendJson(request, reply, Buffer.from(JSON.stringify({ flags: door.flags })));
  };
}

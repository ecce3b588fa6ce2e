/**
 * Every HTTP path of the master. A new endpoint is a row here.
 */

import type { Handler, Reply, Request, Route } from '../../../runtime/http/server';
import { VERSION } from '../../../runtime/version';
import type { MasterState } from '../../core/state';
import { READONLY, READWRITE, SCHEDULER } from '../authentication';
import { maintenanceRoutes } from './maintenance-routes';
import { handleOperator } from './operator-api';
import type { OperatorDoor } from './operator-door';
import { handleScheduler, plain, type SchedulerDoor } from './scheduler-api';
import { sharedPage } from './shared-page';
import {
  frameworksPage,
  rolesPage,
  slavesPage,
  statePage,
  summaryPage,
  tasksPage,
  weightsPage,
} from './state-page';
import { putWeights, teardown } from './v0-writes';

/** Function names that JSONP may call. */
const JSONP = /^[A-Za-z_$][\w$.]{0,127}$/;

export function masterRoutes(schedulers: SchedulerDoor, operators: OperatorDoor): Route[] {
  const page = (print: (state: MasterState, query: Query) => string): Handler => {
    return (request, reply) => {
      const text = operators.read((state) => print(state, queryOf(request)));
      return sendJson(request, reply, Buffer.from(text));
    };
  };
  const shared = (print: (state: MasterState) => string): Handler => {
    const read = sharedPage(() => Buffer.from(operators.read(print)), operators.moment);
    return (request, reply) => sendJson(request, reply, read());
  };
  const value =
    (make: () => unknown): Handler =>
    (request, reply) =>
      sendJson(request, reply, Buffer.from(JSON.stringify(make())));
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
    {
      path: '/state',
      realm: READONLY,
      methods: { GET: shared((state) => statePage(state, operators.flags)) },
    },
    { path: '/state-summary', realm: READONLY, methods: { GET: shared(summaryPage) } },
    { path: '/slaves', realm: READONLY, methods: { GET: shared(slavesPage) } },
    { path: '/frameworks', realm: READONLY, methods: { GET: shared(frameworksPage) } },
    { path: '/tasks', realm: READONLY, methods: { GET: page(tasks) } },
    { path: '/roles', realm: READONLY, methods: { GET: page(rolesPage) } },
    { path: '/weights', realm: READWRITE, methods: { GET: page(weightsPage), PUT: putWeights(operators) } },
    ...maintenanceRoutes(operators, page),
    { path: '/teardown', realm: READWRITE, methods: { POST: teardown(operators) } },
    { path: '/flags', realm: READONLY, methods: { GET: value(() => ({ flags: operators.flags })) } },
    {
      path: '/version',
      methods: { GET: value(() => ({ version: VERSION, build_date: '', build_time: 0, build_user: '' })) },
    },
    { path: '/metrics/snapshot', realm: READONLY, methods: { GET: value(operators.metrics) } },
    { path: '/health', methods: { GET: (_request, reply) => reply.send() } },
    { path: '/redirect', methods: { GET: (_request, reply) => redirect(operators, reply) } },
    { path: '/', methods: { GET: (_request, reply) => redirectTo(reply, '/state') } },
  ];
}

type Query = Readonly<Record<string, string | undefined>>;

function queryOf(request: Request): Query {
  return request.query as Query;
}

function tasks(state: MasterState, query: Query): string {
  const number = (text: string | undefined, fallback: number): number =>
    text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback;
  return tasksPage(state, {
    frameworkId: query['framework_id'],
    taskId: query['task_id'],
    limit: number(query['limit'], 100),
    offset: number(query['offset'], 0),
    ascending: query['order'] === 'asc',
  });
}

function sendJson(request: Request, reply: Reply, json: Buffer): Reply {
  const jsonp = queryOf(request)['jsonp'];
  if (jsonp === undefined) return reply.type('application/json').send(json);
  if (!JSONP.test(jsonp)) return plain(reply, 400, "'jsonp' must be the name of a function");
  return reply.type('text/javascript').send(`${jsonp}(${json.toString('utf8')})`);
}

function redirect({ read }: OperatorDoor, reply: Reply): Reply {
  return redirectTo(
    reply,
    read(({ boot }) => `//${boot.hostname}:${boot.port}`),
  );
}

function redirectTo(reply: Reply, location: string): Reply {
  return reply.code(307).header('location', location).send();
}

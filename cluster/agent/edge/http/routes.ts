/**
 * The routes of the agent, one row for each endpoint.
 */

import { isAllowed } from '../../../model/authorizer';
import { principalOf } from '../../../runtime/http/access';
import { sendJson, sendText } from '../../../runtime/http/json';
import { metricsPage } from '../../../runtime/http/metrics-page';
import { always, type Handler, type Request, type Route } from '../../../runtime/http/server';

import { filterState } from '../../views/filter-state';
import { EXECUTOR, READONLY, READWRITE } from './authentication';
import type { ExecutorDoor } from './executor-api';
import { endpoint } from './helper-routes';
import { type AgentOperatorDoor, handleOperator } from './operator-api';
import { statePage } from './state-page';

export interface AgentPages extends AgentOperatorDoor {
  readonly statistics: () => Promise<string>;
}

const NO_PROVIDERS = 'Resource providers are not supported by this agent';

export function agentRoutes(door: ExecutorDoor, pages: AgentPages): Route[] {
  const { acls } = pages;
  const json =
    (make: (request: Request) => string): Handler =>
    (request, reply) =>
      sendJson(request, reply, make(request));
  const mayViewFlags = (request: Request): boolean => isAllowed(acls, 'view_flags', principalOf(request));
  const state = json((request) => {
    const flags = mayViewFlags(request) ? pages.flags : undefined;
    return pages.read((all) => statePage(filterState(all, acls, principalOf(request)), flags));
  });
  const flags: Handler = (request, reply) =>
    mayViewFlags(request)
      ? sendJson(request, reply, JSON.stringify({ flags: pages.flags }))
      : sendText(reply, 403, '403 Forbidden.');
  const statistics = endpoint(acls, '/monitor/statistics', async (request, reply) =>
    sendJson(request, reply, await pages.statistics()),
  );
  const metrics = endpoint(acls, '/metrics/snapshot', metricsPage(pages.metrics));
  return [
    {
      path: '/api/v1/executor',
      realm: EXECUTOR,
      methods: { POST: (request, reply) => door.handle(request, reply) },
    },
    {
      path: '/api/v1',
      realm: READWRITE,
      methods: { POST: (request, reply) => handleOperator(pages, request, reply) },
    },
    {
      path: '/api/v1/resource_provider',
      methods: { POST: (_request, reply) => sendText(reply, 501, NO_PROVIDERS) },
    },
    {
      path: '/containers',
      realm: READONLY,
      methods: { GET: endpoint(acls, '/containers', pages.containers.page) },
      anyMethod: () => acls === undefined,
    },
    {
      path: '/containerizer/debug',
      realm: READONLY,
      methods: {
        GET: endpoint(
          acls,
          '/containerizer/debug',
          json(() => '{"pending":[]}'),
        ),
      },
      anyMethod: () => acls === undefined,
    },
    { path: '/state', realm: READONLY, methods: { GET: state }, anyMethod: always },
    {
      path: '/monitor/statistics',
      realm: READONLY,
      methods: { GET: statistics },
      anyMethod: () => acls === undefined,
    },
    { path: '/health', methods: { GET: (_request, reply) => reply.send() }, anyMethod: always },
    { path: '/flags', realm: READONLY, methods: { GET: flags }, anyMethod: () => acls === undefined },
    { path: '/metrics/snapshot', realm: READONLY, methods: { GET: metrics }, anyMethod: always },
  ];
}

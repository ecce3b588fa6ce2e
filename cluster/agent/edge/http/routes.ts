/**
 * Every HTTP path of the agent. A new endpoint is a row here.
 */

import {
  attributesJson,
  jsonArray,
  jsonObject,
  reservedJson,
  resourcesJson,
  taskJson,
} from '../../../api/state-json';
import type { Acls } from '../../../model/acls';
import { isAllowed } from '../../../model/authorizer';
import { principalOf } from '../../../runtime/http/access';
import { sendJson, sendText } from '../../../runtime/http/json';
import { always, type Handler, type Request, type Route } from '../../../runtime/http/server';
import { totalOf } from '../../core/checkpoint';
import { CAPABILITIES } from '../../core/registration';
import type { AgentFramework, AgentState, Executor } from '../../core/state';
import { pidOf } from '../../core/updates';
import { printTask } from '../../core/views/tasks';
import { READONLY } from '../authentication';
import { usedBy } from '../metrics';
import { agentSeenBy } from '../sight';
import type { ExecutorDoor } from './executor-api';
import { endpoint } from './helper-routes';

export interface AgentPages {
  readonly read: <T>(view: (state: AgentState) => T) => T;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
  readonly statistics: () => string;
  readonly acls: Acls | undefined;
}

export function agentRoutes(door: ExecutorDoor, pages: AgentPages): Route[] {
  const { acls } = pages;
  const json =
    (make: (request: Request) => string): Handler =>
    (request, reply) =>
      sendJson(request, reply, make(request));
  const seen = (request: Request) => (state: AgentState) => agentSeenBy(state, acls, principalOf(request));
  const seesFlags = (request: Request): boolean => isAllowed(acls, 'view_flags', principalOf(request));
  const state = json((request) => {
    const flags = seesFlags(request) ? pages.flags : undefined;
    return pages.read((all) => statePage(seen(request)(all), flags));
  });
  const flags: Handler = (request, reply) =>
    seesFlags(request)
      ? sendJson(request, reply, JSON.stringify({ flags: pages.flags }))
      : sendText(reply, 403, '403 Forbidden.');
  const statistics = endpoint(acls, '/monitor/statistics', json(pages.statistics));
  const metrics = endpoint(
    acls,
    '/metrics/snapshot',
    json(() => JSON.stringify(pages.metrics())),
  );
  return [
    { path: '/api/v1/executor', methods: { POST: (request, reply) => door.handle(request, reply) } },
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

/** The agent's state, keys as in Mesos 1.11. */
export function statePage(state: AgentState, flags: Record<string, string> | undefined): string {
  const { boot } = state;
  const resources = resourcesJson(boot.resources);
  const total = totalOf(state);
  const executors = [...state.frameworks.values()].flatMap((framework) => [...framework.executors.values()]);
  const allocated = reservedJson(usedBy(executors));
  return jsonObject({
    version: JSON.stringify(boot.version),
    build_date: '""',
    build_time: '0',
    build_user: '""',
    start_time: String(boot.startedAt / 1000),
    id: JSON.stringify(state.agentId ?? ''),
    pid: JSON.stringify(pidOf(state)),
    hostname: JSON.stringify(boot.hostname),
    capabilities: JSON.stringify(CAPABILITIES.map(({ type }) => type)),
    resources,
    ...reservedJson(total),
    reserved_resources_allocated: allocated.reserved_resources,
    unreserved_resources_allocated: allocated.unreserved_resources,
    resource_providers: '[]',
    attributes: attributesJson(boot.attributes),
    master_hostname: quoted(state.master && hostOf(state.master)),
    log_dir: quoted(flags?.['log_dir']),
    external_log_file: quoted(flags?.['external_log_file']),
    flags: flags && JSON.stringify(flags),
    frameworks: jsonArray([...state.frameworks.values()].map((framework) => frameworkPage(state, framework))),
    completed_frameworks: '[]',
  });
}

const quoted = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.stringify(text);

/** Where the master is, as far as its pid says: monitors go from agents to their master by it. */
function hostOf(pid: string): string {
  return pid.slice(pid.indexOf('@') + 1, pid.lastIndexOf(':'));
}

function frameworkPage(state: AgentState, { info, id, executors }: AgentFramework): string {
  return jsonObject({
    id: JSON.stringify(id),
    name: JSON.stringify(info.name),
    user: JSON.stringify(info.user),
    failover_timeout: String(info.failover_timeout ?? 0),
    checkpoint: String(info.checkpoint ?? false),
    hostname: JSON.stringify(info.hostname ?? ''),
    principal: quoted(info.principal),
    ...(info.roles ? { roles: JSON.stringify(info.roles) } : { role: JSON.stringify(info.role ?? '*') }),
    executors: jsonArray([...executors.values()].map((executor) => executorPage(state, executor))),
    completed_executors: '[]',
  });
}

/** Whose resources its tasks have. */
function roleOf({ tasks, queued }: Executor): string | undefined {
  const infos = [...[...tasks.values()].map(({ info }) => info), ...queued.values()];
  return infos.flatMap(({ resources }) => resources ?? []).find((one) => one.allocation_info)?.allocation_info
    ?.role;
}

function executorPage(state: AgentState, executor: Executor): string {
  const tasks = [...executor.tasks.values()];
  return jsonObject({
    id: JSON.stringify(executor.id),
    name: JSON.stringify(executor.info.name ?? ''),
    source: JSON.stringify(executor.info.source ?? ''),
    container: JSON.stringify(executor.containerId),
    directory: JSON.stringify(executor.directory),
    role: quoted(roleOf(executor)),
    resources: resourcesJson(tasks.flatMap(({ info }) => info.resources ?? [])),
    tasks: jsonArray(tasks.map((task) => taskJson(printTask(state, executor, task)))),
    queued_tasks: jsonArray(
      [...executor.queued.values()].map((info) =>
        jsonObject({
          id: JSON.stringify(info.task_id.value),
          name: JSON.stringify(info.name),
          slave_id: JSON.stringify(info.agent_id.value),
          resources: resourcesJson(info.resources),
        }),
      ),
    ),
    completed_tasks: '[]',
  });
}

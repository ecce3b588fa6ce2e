/**
 * Every HTTP path of the agent. A new endpoint is a row here.
 */

import { attributesJson, jsonArray, jsonObject, resourcesJson, taskJson } from '../../../api/state-json';
import type { Handler, Route } from '../../../runtime/http/server';
import { VERSION } from '../../../runtime/version';
import type { AgentFramework, AgentState, Executor } from '../../core/state';
import { pidOf } from '../../core/updates';
import { printTask } from '../../core/views/tasks';
import { READONLY } from '../authentication';
import type { ExecutorDoor } from './executor-api';

export interface AgentPages {
  readonly read: <T>(view: (state: AgentState) => T) => T;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
  readonly statistics: () => string;
}

export function agentRoutes(door: ExecutorDoor, pages: AgentPages): Route[] {
  const json =
    (make: () => string): Handler =>
    (_request, reply) =>
      reply.type('application/json').send(make());
  const version = { version: VERSION, build_date: '', build_time: 0, build_user: '' };
  return [
    { path: '/api/v1/executor', methods: { POST: (request, reply) => door.handle(request, reply) } },
    {
      path: '/state',
      realm: READONLY,
      methods: { GET: json(() => pages.read((state) => statePage(state, pages.flags))) },
    },
    { path: '/monitor/statistics', realm: READONLY, methods: { GET: json(() => pages.statistics()) } },
    { path: '/health', methods: { GET: (_request, reply) => reply.send() } },
    { path: '/version', methods: { GET: json(() => JSON.stringify(version)) } },
    { path: '/flags', realm: READONLY, methods: { GET: json(() => JSON.stringify({ flags: pages.flags })) } },
    {
      path: '/metrics/snapshot',
      realm: READONLY,
      methods: { GET: json(() => JSON.stringify(pages.metrics())) },
    },
  ];
}

/** The agent's state, keys as in Mesos 1.11. */
function statePage(state: AgentState, flags: Record<string, string>): string {
  const { boot } = state;
  const resources = resourcesJson(boot.resources);
  return jsonObject({
    version: JSON.stringify(boot.version),
    build_date: '""',
    build_time: '0',
    build_user: '""',
    start_time: String(boot.startedAt / 1000),
    id: JSON.stringify(state.agentId ?? ''),
    pid: JSON.stringify(pidOf(state)),
    hostname: JSON.stringify(boot.hostname),
    capabilities: '["MULTI_ROLE","HIERARCHICAL_ROLE","RESERVATION_REFINEMENT"]',
    resources,
    reserved_resources: '{}',
    unreserved_resources: resources,
    attributes: attributesJson(boot.attributes),
    flags: JSON.stringify(flags),
    frameworks: jsonArray([...state.frameworks.values()].map((framework) => frameworkPage(state, framework))),
    completed_frameworks: '[]',
  });
}

function frameworkPage(state: AgentState, { info, id, executors }: AgentFramework): string {
  return jsonObject({
    id: JSON.stringify(id),
    name: JSON.stringify(info.name),
    user: JSON.stringify(info.user),
    failover_timeout: String(info.failover_timeout ?? 0),
    checkpoint: String(info.checkpoint ?? false),
    hostname: JSON.stringify(info.hostname ?? ''),
    ...(info.roles ? { roles: JSON.stringify(info.roles) } : { role: JSON.stringify(info.role ?? '*') }),
    executors: jsonArray([...executors.values()].map((executor) => executorPage(state, executor))),
    completed_executors: '[]',
  });
}

function executorPage(state: AgentState, executor: Executor): string {
  const tasks = [...executor.tasks.values()];
  return jsonObject({
    id: JSON.stringify(executor.id),
    name: JSON.stringify(executor.info.name ?? ''),
    source: JSON.stringify(executor.info.source ?? ''),
    container: JSON.stringify(executor.containerId),
    directory: JSON.stringify(executor.directory),
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

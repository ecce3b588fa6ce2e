/**
 * The endpoint `/state` of an agent (keys as in Mesos 1.11).
 */

import type { FrameworkInfo, Resource, TaskInfo } from '../../../api/generated/mesos';
import { encodeJson, encodeNestedJson } from '../../../api/json-write';
import {
  attributesJson,
  commandJson,
  jsonArray,
  jsonObject,
  labelsJson,
  quantitiesJson,
  reservedFullJson,
  reservedJson,
  resourcesJson,
  taskJson,
} from '../../../api/state-json';
import { writeShownResources } from '../../../model/resources';
import { isTerminal } from '../../../model/task-state';
import { buildMembers } from '../../../runtime/build';
import { CAPABILITIES } from '../../core/registration/registration';
import { totalOf } from '../../core/resources/checkpointed-resources';
import { pidOf } from '../../core/state/agent-info';
import type { AgentFramework, AgentState, AgentTask, Executor } from '../../core/state/state';
import { printTask } from '../../core/tasks/print-task';
import { allocatedResources, allocatedSum, executorsOf } from '../../views/allocated';

/** The page of the state. Principals who may not view the flags do not see the path of the log either. */
export function statePage(state: AgentState, flags: Record<string, string> | undefined): string {
  const { boot } = state;
  const total = totalOf(state);
  const allocated = reservedJson(allocatedSum(executorsOf(state)));
  return jsonObject({
    version: JSON.stringify(boot.version),
    ...buildMembers(),
    start_time: String(boot.startedAt / 1000),
    id: JSON.stringify(state.agentId ?? ''),
    pid: JSON.stringify(pidOf(state)),
    hostname: JSON.stringify(boot.hostname),
    capabilities: JSON.stringify(CAPABILITIES.map(({ type }) => type)),
    domain: boot.domain && encodeNestedJson('mesos.v1.DomainInfo', boot.domain),
    drain_config: state.drain && encodeNestedJson('mesos.v1.DrainConfig', state.drain),
    estimated_drain_start_time_seconds:
      state.drainStartedAt === undefined ? undefined : String(Math.floor(state.drainStartedAt / 1000)),
    resources: quantitiesJson(total),
    ...reservedJson(total),
    ...reservedFullJson(writeShownResources(total) as Resource[]),
    reserved_resources_allocated: allocated.reserved_resources,
    unreserved_resources_allocated: allocated.unreserved_resources,
    resource_providers: '[]',
    attributes: attributesJson(boot.attributes),
    master_hostname: quoted(state.master && hostOf(state.master)),
    log_dir: quoted(flags?.['log_dir']),
    external_log_file: quoted(flags?.['external_log_file']),
    flags: flags && JSON.stringify(flags),
    frameworks: frameworkPages(state, state.frameworks.values()),
    completed_frameworks: frameworkPages(state, state.completedFrameworks.values()),
  });
}

const quoted = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.stringify(text);

/** The host of the master from its pid, by which monitors find the master of an agent. */
function hostOf(pid: string): string {
  return pid.slice(pid.indexOf('@') + 1, pid.lastIndexOf(':'));
}

function frameworkPages(state: AgentState, frameworks: Iterable<AgentFramework>): string {
  return jsonArray([...frameworks].map((framework) => frameworkPage(state, framework)));
}

function frameworkPage(
  state: AgentState,
  { info, id, executors, completedExecutors }: AgentFramework,
): string {
  return jsonObject({
    id: JSON.stringify(id),
    name: JSON.stringify(info.name),
    user: JSON.stringify(info.user),
    failover_timeout: String(info.failover_timeout ?? 0),
    checkpoint: String(info.checkpoint ?? false),
    hostname: JSON.stringify(info.hostname ?? ''),
    principal: quoted(info.principal),
    ...(isMultiRole(info)
      ? { roles: JSON.stringify(info.roles ?? []) }
      : { role: JSON.stringify(info.role ?? '*') }),
    executors: jsonArray([...executors.values()].map((executor) => executorPage(state, executor))),
    completed_executors: jsonArray(completedExecutors.map((executor) => executorPage(state, executor))),
  });
}

function isMultiRole({ capabilities }: FrameworkInfo): boolean {
  return capabilities?.some(({ type }) => type === 'MULTI_ROLE') ?? false;
}

/** Ended tasks whose end is not acknowledged are among the completed ones, as in the original. */
function executorPage(state: AgentState, executor: Executor): string {
  const tasks = [...executor.tasks.values()];
  const print = (shown: readonly AgentTask[]): string =>
    jsonArray(shown.map((task) => taskJson(printTask(state, executor, task))));
  const role = executor.info.resources?.[0]?.allocation_info?.role;
  return jsonObject({
    id: JSON.stringify(executor.id),
    name: JSON.stringify(executor.info.name ?? ''),
    source: JSON.stringify(executor.info.source ?? ''),
    container: JSON.stringify(executor.containerId),
    directory: JSON.stringify(executor.directory),
    resources: resourcesJson(allocatedResources(executor)),
    role: executor.info.resources?.length ? JSON.stringify(role ?? '*') : undefined,
    labels: labelsJson(executor.info.labels),
    type: quoted(executor.info.type),
    tasks: print(tasks.filter((task) => !isTerminal(task.state))),
    queued_tasks: jsonArray([...executor.queued.values()].map(queuedPage)),
    completed_tasks: print([...executor.completedTasks, ...tasks.filter((task) => isTerminal(task.state))]),
  });
}

function queuedPage({ task_id, name, agent_id, resources, command, executor, discovery }: TaskInfo): string {
  const role = resources?.find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
  return jsonObject({
    id: JSON.stringify(task_id.value),
    name: JSON.stringify(name),
    slave_id: JSON.stringify(agent_id.value),
    resources: resourcesJson(resources),
    role: JSON.stringify(role ?? '*'),
    command: command && commandJson(command),
    executor_id: quoted(executor?.executor_id.value),
    discovery: discovery && encodeJson('mesos.v1.DiscoveryInfo', discovery),
  });
}

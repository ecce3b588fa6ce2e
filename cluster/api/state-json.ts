/**
 * The v0 JSON of tasks, agents and frameworks in `/state` and the like (Mesos 1.11 src/common/http.cpp).
 *
 * It is the original's "model" style and not the protobuf mapping: old names, times in seconds, resources as
 * one object. All results are JSON text, so that they can be combined and cached.
 */

import { hideCommandSecrets, hideTaskSecrets } from '../model/hide-secrets';
import { addRanges, printRanges, type Ranges, rangeNumberError } from '../model/ranges';
import { printAmount, type Resource, type Resources, readResources, reservedRole } from '../model/resources';
import type { Response } from './generated/master';
import type * as mesos from './generated/mesos';
import { encodeJson, encodeNestedJson } from './json-write';

/** The members of an object, each already in JSON; undefined ones are left out. */
export type JsonMembers = Readonly<Record<string, string | undefined>>;

/** An object from its members; undefined ones are left out. */
export function jsonObject(members: JsonMembers): string {
  const parts = Object.entries(members).filter(([, text]) => text !== undefined);
  return `{${parts.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

export function jsonArray(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

const text = (value: string | number | boolean | undefined): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

/** Resources as one object: always cpus, gpus, mem and disk; ranges and sets as text; reservations merged. */
export function resourcesJson(wire: readonly mesos.Resource[] | undefined): string {
  return quantitiesJson(readWire(wire));
}

/** The same object from resources of the model. */
export function quantitiesJson(resources: Resources): string {
  const scalars = new Map([
    ['cpus', 0],
    ['gpus', 0],
    ['mem', 0],
    ['disk', 0],
  ]);
  const ranges = new Map<string, Ranges>();
  const others = new Map<string, string>();
  for (const resource of resources) {
    const { amount } = resource;
    const name = resource.meta.revocable ? `${resource.name}_revocable` : resource.name;
    if (amount.type === 'SCALAR') scalars.set(name, (scalars.get(name) ?? 0) + amount.milli);
    else if (amount.type === 'RANGES') ranges.set(name, addRanges(ranges.get(name) ?? [], amount.ranges));
    else others.set(name, JSON.stringify(printAmount(amount)));
  }
  const members: Record<string, string> = {};
  for (const [name, milli] of scalars) members[name] = String(milli / 1000);
  for (const [name, all] of ranges) members[name] = JSON.stringify(printRanges(all));
  return jsonObject({ ...members, ...Object.fromEntries(others) });
}

/** Reserved resources by role, for the roles that may be viewed, and unreserved ones. */
export function reservedJson(
  resources: Resources,
  seesRole: (role: string) => boolean = () => true,
): {
  readonly reserved_resources: string;
  readonly unreserved_resources: string;
} {
  const byRole = new Map<string, Resource[]>();
  for (const resource of resources) {
    const role = reservedRole(resource);
    byRole.set(role, [...(byRole.get(role) ?? []), resource]);
  }
  const reserved = [...byRole].filter(([role]) => role !== '*' && seesRole(role));
  return {
    reserved_resources: jsonObject(
      Object.fromEntries(reserved.map(([role, resourcesOfRole]) => [role, quantitiesJson(resourcesOfRole)])),
    ),
    unreserved_resources: quantitiesJson(byRole.get('*') ?? []),
  };
}

/** The same resources, each with its reservations. */
export function reservedFullJson(
  resources: readonly mesos.Resource[] | undefined,
  seesRole: (role: string) => boolean = () => true,
): { readonly reserved_resources_full: string; readonly unreserved_resources_full: string } {
  const byRole = new Map<string, string[]>();
  for (const resource of resources ?? []) {
    const role = resource.reservations?.at(-1)?.role ?? '*';
    byRole.set(role, [...(byRole.get(role) ?? []), encodeJson('mesos.v1.Resource', resource)]);
  }
  const reserved = [...byRole].filter(([role]) => role !== '*' && seesRole(role));
  return {
    reserved_resources_full: jsonObject(
      Object.fromEntries(reserved.map(([role, texts]) => [role, jsonArray(texts)])),
    ),
    unreserved_resources_full: jsonArray(byRole.get('*') ?? []),
  };
}

function readWire(wire: readonly mesos.Resource[] | undefined): Resources {
  return readResources(wire);
}

export function attributesJson(attributes: readonly mesos.Attribute[] | undefined): string {
  const members = (attributes ?? []).map(({ name, scalar, ranges, set, text: plain }): [string, string] => {
    if (scalar) return [name, String(scalar.value)];
    if (ranges) {
      const entries = ranges.range ?? [];
      // Numbers that are too large to count with are shown as they came, since attributes are only shown.
      if (entries.some(({ end }) => rangeNumberError(end) !== undefined))
        return [name, JSON.stringify(`[${entries.map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`)];
      const all = entries.map(({ begin, end }): [number, number] => [Number(begin), Number(end)]);
      return [name, JSON.stringify(printRanges(addRanges([], all)))];
    }
    if (set) return [name, JSON.stringify(`{${(set.item ?? []).join(', ')}}`)];
    return [name, JSON.stringify(plain?.value ?? '')];
  });
  return jsonObject(Object.fromEntries(members));
}

export function labelsJson(labels: mesos.Labels | undefined): string | undefined {
  return labels && JSON.stringify(labels.labels ?? []);
}

/** The container status of v0, without a process and with labels of networks as a plain list. */
function containerJson({ container_id, network_infos, cgroup_info }: mesos.ContainerStatus): string {
  return jsonObject({
    container_id: container_id && encodeNestedJson('mesos.v1.ContainerID', container_id),
    network_infos: network_infos?.length ? jsonArray(network_infos.map(networkJson)) : undefined,
    cgroup_info: cgroup_info && encodeNestedJson('mesos.v1.CgroupInfo', cgroup_info),
  });
}

function networkJson({ groups, labels, ip_addresses, name, port_mappings }: mesos.NetworkInfo): string {
  return jsonObject({
    groups: groups?.length ? JSON.stringify(groups) : undefined,
    labels: labelsJson(labels),
    ip_addresses: ip_addresses?.length
      ? jsonArray(ip_addresses.map((address) => encodeNestedJson('mesos.v1.NetworkInfo.IPAddress', address)))
      : undefined,
    name: text(name),
    port_mappings: port_mappings?.length
      ? jsonArray(
          port_mappings.map((mapping) => encodeNestedJson('mesos.v1.NetworkInfo.PortMapping', mapping)),
        )
      : undefined,
  });
}

/** A status in a task's `statuses`. */
function statusJson(status: mesos.TaskStatus): string {
  return jsonObject({
    state: text(status.state),
    timestamp: text(status.timestamp ?? 0),
    labels: labelsJson(status.labels),
    container_status: status.container_status && containerJson(status.container_status),
    healthy: text(status.healthy),
  });
}

export function taskJson(task: mesos.Task): string {
  const role = task.resources?.find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
  return taskJsonWith(task, { resources: resourcesJson(task.resources), role: role ?? '*' });
}

/** A task whose resources are JSON already. */
export function taskJsonWith(
  whole: Omit<mesos.Task, 'resources'>,
  { resources, role }: { resources: string; role: string },
): string {
  const task = hideTaskSecrets(whole);
  return jsonObject({
    id: text(task.task_id.value),
    name: text(task.name),
    framework_id: text(task.framework_id.value),
    executor_id: text(task.executor_id?.value ?? ''),
    slave_id: text(task.agent_id.value),
    state: text(task.state),
    resources,
    limits: task.limits && limitsJson(task.limits),
    role: text(role),
    statuses: jsonArray((task.statuses ?? []).map(statusJson)),
    user: text(task.user),
    labels: labelsJson(task.labels),
    discovery: task.discovery && encodeJson('mesos.v1.DiscoveryInfo', task.discovery),
    container: task.container && encodeJson('mesos.v1.ContainerInfo', task.container),
    health_check: task.health_check && encodeJson('mesos.v1.HealthCheck', task.health_check),
  });
}

function limitsJson(limits: Readonly<Record<string, mesos.Value.Scalar>>): string | undefined {
  const entries = Object.entries(limits).map(([name, { value }]): [string, string] => [
    name,
    Number.isFinite(value) ? String(value) : '"Infinity"',
  ]);
  return entries.length > 0 ? jsonObject(Object.fromEntries(entries)) : undefined;
}

/** An executor that a framework brought. */
export function executorJson(info: mesos.ExecutorInfo, agentId: string): string {
  const { command } = info;
  const role = (info.resources ?? []).find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
  return jsonObject({
    executor_id: text(info.executor_id.value),
    name: text(info.name ?? ''),
    framework_id: text(info.framework_id?.value),
    command: command ? commandJson(command) : '{}',
    resources: resourcesJson(info.resources),
    role: text(role),
    labels: labelsJson(info.labels),
    type: text(info.type),
    slave_id: text(agentId),
  });
}

export function commandJson(command: mesos.CommandInfo): string {
  const { shell, value, arguments: argv, environment, uris } = hideCommandSecrets(command);
  return jsonObject({
    shell: text(shell),
    value: text(value),
    argv: JSON.stringify(argv ?? []),
    environment: environment && encodeJson('mesos.v1.Environment', environment),
    uris: JSON.stringify(
      (uris ?? []).map((uri) => ({ value: uri.value, executable: uri.executable ?? false })),
    ),
  });
}

function seconds(time: mesos.TimeInfo | undefined): string | undefined {
  return time === undefined ? undefined : String(Number(time.nanoseconds) / 1e9);
}

/** An agent of `/state`; see `agentMembers`. */
export function agentJson(agent: Response.GetAgents.Agent, seesRole?: (role: string) => boolean): string {
  return jsonObject(agentMembers(agent, seesRole));
}

/**
 * The members of an agent. Sums include everything; reserved resources are shown for the roles that may be
 * viewed.
 */
export function agentMembers(
  agent: Response.GetAgents.Agent,
  seesRole?: (role: string) => boolean,
): JsonMembers {
  const { agent_info: info } = agent;
  return {
    id: text(info.id?.value),
    hostname: text(info.hostname),
    port: text(info.port ?? 5051),
    attributes: attributesJson(info.attributes),
    domain: info.domain && encodeJson('mesos.v1.DomainInfo', info.domain),
    pid: text(agent.pid),
    registered_time: seconds(agent.registered_time),
    reregistered_time: seconds(agent.reregistered_time),
    resources: resourcesJson(agent.total_resources),
    used_resources: resourcesJson(agent.allocated_resources),
    offered_resources: resourcesJson(agent.offered_resources),
    ...reservedJson(readWire(agent.total_resources), seesRole),
    active: text(agent.active),
    deactivated: text(agent.deactivated ?? false),
    version: text(agent.version),
    drain_info: agent.drain_info && encodeJson('mesos.v1.DrainInfo', agent.drain_info),
    estimated_drain_start_time_seconds: seconds(agent.estimated_drain_start_time),
    capabilities: JSON.stringify((agent.capabilities ?? []).map(({ type }) => type)),
  };
}

/** An agent of the registry that has not registered again. */
export function recoveredAgentJson(info: mesos.AgentInfo): string {
  return jsonObject({
    id: text(info.id?.value),
    hostname: text(info.hostname),
    port: text(info.port ?? 5051),
    attributes: attributesJson(info.attributes),
  });
}

/** The tasks, offers and executors of a framework, as JSON. */
export interface FrameworkParts {
  readonly tasks: readonly string[];
  readonly unreachable: readonly string[];
  readonly completed: readonly string[];
  readonly offers: readonly string[];
  readonly executors: readonly string[];
  /** The pid of the framework's driver; frameworks over HTTP have none. */
  readonly pid: string | undefined;
}

/** The members that `/state-summary` has of a framework, too; frameworks over HTTP have no pid. */
export function frameworkSummaryMembers(
  framework: Response.GetFrameworks.Framework,
  pid: string | undefined,
): JsonMembers {
  const { framework_info: info } = framework;
  return {
    id: text(info.id?.value),
    name: text(info.name),
    pid: text(pid),
    used_resources: resourcesJson(framework.allocated_resources),
    offered_resources: resourcesJson(framework.offered_resources),
    capabilities: JSON.stringify((info.capabilities ?? []).map(({ type }) => type)),
    hostname: text(info.hostname ?? ''),
    webui_url: text(info.webui_url ?? ''),
    active: text(framework.active),
    connected: text(framework.connected),
    recovered: text(framework.recovered),
  };
}

export function frameworkJson(framework: Response.GetFrameworks.Framework, parts: FrameworkParts): string {
  const { framework_info: info } = framework;
  const multiRole = info.capabilities?.some(({ type }) => type === 'MULTI_ROLE') ?? false;
  return jsonObject({
    ...frameworkSummaryMembers(framework, parts.pid),
    user: text(info.user),
    failover_timeout: text(info.failover_timeout ?? 0),
    checkpoint: text(info.checkpoint ?? false),
    registered_time: seconds(framework.registered_time) ?? '0',
    unregistered_time: seconds(framework.unregistered_time) ?? '0',
    principal: text(info.principal),
    resources: resourcesJson([
      ...(framework.allocated_resources ?? []),
      ...(framework.offered_resources ?? []),
    ]),
    reregistered_time: isReregistered(framework) ? seconds(framework.reregistered_time) : undefined,
    ...(multiRole ? { roles: JSON.stringify(info.roles ?? []) } : { role: text(info.role ?? '*') }),
    tasks: jsonArray(parts.tasks),
    unreachable_tasks: jsonArray(parts.unreachable),
    completed_tasks: jsonArray(parts.completed),
    offers: jsonArray(parts.offers),
    executors: jsonArray(parts.executors),
    labels: labelsJson(info.labels),
    offer_constraints: encodeNestedJson(
      'mesos.v1.scheduler.OfferConstraints',
      framework.offer_constraints ?? {},
    ),
  });
}

/**
 * True for a framework that registered again. In v1 the first registration sets both times, in v0 only the
 * first.
 */
function isReregistered({
  registered_time: first,
  reregistered_time: last,
}: Response.GetFrameworks.Framework): boolean {
  return String(first?.nanoseconds) !== String(last?.nanoseconds);
}

export function offerJson(offer: mesos.Offer): string {
  return jsonObject({
    id: text(offer.id.value),
    framework_id: text(offer.framework_id.value),
    allocation_info: JSON.stringify(offer.allocation_info ?? { role: '*' }),
    slave_id: text(offer.agent_id.value),
    resources: resourcesJson(offer.resources),
  });
}

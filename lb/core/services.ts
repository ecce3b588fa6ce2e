/**
 * Services: one per service port of each app that is ours, with its labels read and its servers named.
 *
 * Always true: ordered by app id, then port; no two have the same name or listen on the same place. A service that
 * cannot listen keeps its backend, its host names and its app id. What is made of an app that did not change is the same
 * object as before.
 */

import type { App, HealthCheck, Task } from './apps';
import type { Issue } from './issues';
import {
  type ClosablePart,
  type PortLabels,
  portLabels,
  readAppGroups,
  readPortLabels,
  unknownLabels,
} from './labels';
import { backendName, cookieValue, serverId, serverName } from './names';
import {
  type Bind,
  type BuildContext,
  bindsCollide,
  isSameBind,
  isWildcard,
  type ModelOptions,
  printBind,
} from './options';
import { type Overrides, readOverrides } from './overrides';
import { appOfRefusal, type RefusedPart, refusalKey, templateLabelKey } from './refusals';

export type Mode = 'http' | 'tcp';

export interface Server {
  readonly name: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly id: number;
  readonly cookie: string;
  readonly taskId: string;
  /** The app the task is of, which differs from the service's in a deployment group, and its version. */
  readonly app: string;
  readonly version: string;
  /** The port of its health check; undefined for its own. */
  readonly checkPort: number | undefined;
  readonly weight: number | undefined;
  /** Takes no new requests. */
  readonly draining: boolean;
}

export interface Service {
  readonly app: string;
  readonly name: string;
  readonly index: number;
  readonly bind: Bind;
  readonly mode: Mode;
  readonly labels: PortLabels;
  readonly overrides: Overrides;
  readonly check: HealthCheck | undefined;
  readonly servers: readonly Server[];
  /** True when it has a listener of its own, at `bind`. */
  readonly listens: boolean;
  /** True when requests for its host names may come. */
  readonly routesHosts: boolean;
  /** The service as its app asked for it, where this one stands in for it under another name or without a listener. */
  readonly requested?: Service;
}

/** The result of one app alone: its services, before they are kept clear of those of others. */
export interface AppServices {
  readonly key: string;
  readonly services: readonly Service[];
  readonly issues: readonly Issue[];
}
export type ServiceCache = WeakMap<App, AppServices>;

/** All services, and what was wrong on the way. */
export function buildServices(
  apps: readonly App[],
  options: ModelOptions,
  context: BuildContext,
  cache: ServiceCache = new WeakMap(),
): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  for (const app of apps) {
    const compiled = buildAppServices(app, options, context, cache);
    issues.push(...compiled.issues);
    services.push(...compiled.services);
  }
  return { services: resolveConflicts(services, options, context, issues), issues };
}

/** The services of an app; the same object as before when nothing it depends on changed. */
export function buildAppServices(
  app: App,
  options: ModelOptions,
  context: BuildContext,
  cache: ServiceCache,
): AppServices {
  const key = contextKey(app, context);
  const before = cache.get(app);
  const compiled = before?.key === key ? before : { key, ...servicesOf(app, options, context) };
  cache.set(app, compiled);
  return compiled;
}

/** All that the front, the frontend and the rules of a service are made of: everything but its servers. */
export function structureKey(service: Service): string {
  const { labels, overrides, mode, bind, app, index, check, listens, routesHosts } = service;
  return JSON.stringify([labels, overrides, mode, bind, app, index, check?.givenPath, listens, routesHosts]);
}

interface AppDependencies {
  readonly hosts: readonly string[];
  readonly withoutResult: readonly string[];
}
const dependencyCache = new WeakMap<App, AppDependencies>();

/** The hosts and tasks on whose addresses and remembered health an app depends. */
function dependenciesOf(app: App): AppDependencies {
  const cached = dependencyCache.get(app);
  if (cached) return cached;
  const dependencies: AppDependencies = {
    hosts: [...new Set(app.tasks.flatMap(({ ip, host }) => (ip === undefined ? [host] : [])))],
    withoutResult:
      app.healthChecks.length === 0
        ? []
        : app.tasks.flatMap((task) => (task.alive === undefined ? [task.id] : [])),
  };
  dependencyCache.set(app, dependencies);
  return dependencies;
}

/** All that the services of an app depend on beside the app and the options. */
function contextKey(
  app: App,
  { addresses, aliveByTask, refused, drained, weights, refusedTemplates }: BuildContext,
): string {
  const { hosts, withoutResult } = dependenciesOf(app);
  let key = `${refused.get(app.id) ?? ''} ${refusedTemplates?.get(app.id) ?? ''}`;
  for (const map of refusedTemplates ? [refused, refusedTemplates] : [refused])
    for (const [what, why] of map)
      if (what !== app.id && appOfRefusal(what) === app.id) key += ` ${what} ${why}`;
  for (const host of hosts) key += ` ${addresses.get(host) ?? ''}`;
  for (const task of withoutResult) key += ` ${aliveByTask.get(task) ?? ''}`;
  if (drained && drained.size > 0) for (const { id } of app.tasks) if (drained.has(id)) key += ` out ${id}`;
  if (weights && weights.size > 0) {
    const owners = new Set([app.id, ...app.tasks.map((task) => task.app ?? app.id)]);
    for (const owner of owners) key += ` weight ${weights.get(owner) ?? ''}`;
  }
  return key;
}

function servicesOf(
  app: App,
  options: ModelOptions,
  context: BuildContext,
): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  let ours = false;
  app.servicePorts.forEach((servicePort, index) => {
    const read = readPortLabels(app.id, app.labels, index);
    const groups = read.labels.GROUP ?? readAppGroups(app.labels);
    if (!isOurs(groups, options.groups)) return;
    ours = true;
    issues.push(...read.issues);
    const templates = readOverrides(app, index, groups, options.templateLabels);
    issues.push(...templates.issues);
    const overrides = usableOverrides(app, index, templates.overrides, context, issues);
    issues.push(...checkIndexIssues(app, index, read.labels));
    if (read.closed.has('port')) return;
    const { labels, closed } = read;
    const service = serviceOf(app, { index, servicePort, labels, overrides, closed }, options, context);
    if (service) services.push(withoutRefused(service, context, issues));
  });
  if (!ours) return { services: [], issues: [] };
  issues.push(...unknownLabels(app.id, app.labels, app.servicePorts.length));
  const templateRefusal = context.refusedTemplates?.get(app.id);
  if (templateRefusal !== undefined)
    issues.push({
      app: app.id,
      text: `its template labels are not used, HAProxy refuses them: ${templateRefusal}`,
    });
  const refused = context.refused.get(app.id);
  if (refused === undefined) return { services, issues };
  issues.push({ app: app.id, text: `HAProxy refuses this app's part of the configuration: ${refused}` });
  return { services: [], issues };
}

/** The template labels of a port that HAProxy did not refuse. */
function usableOverrides(
  app: App,
  index: number,
  overrides: Overrides,
  { refusedTemplates }: BuildContext,
  issues: Issue[],
): Overrides {
  if (refusedTemplates === undefined || refusedTemplates.size === 0) return overrides;
  if (refusedTemplates.has(app.id)) return {};
  const usable = Object.entries(overrides).filter(([name]) => {
    const label = `HAPROXY_${index}_${name}`;
    const why = refusedTemplates.get(templateLabelKey(app.id, label));
    if (why !== undefined)
      issues.push({ app: app.id, label, text: `it is not used, HAProxy refuses it: ${why}` });
    return why === undefined;
  });
  return Object.fromEntries(usable);
}

/** The service without those of its parts that HAProxy refused. */
function withoutRefused(service: Service, { refused }: BuildContext, issues: Issue[]): Service {
  if (refused.size === 0) return service;
  const { app, index } = service;
  const whyOf = (part: RefusedPart): string | undefined => refused.get(refusalKey(app, part, index));
  const [listener, hosts] = [whyOf('listener'), whyOf('hosts')];
  if (listener !== undefined)
    issues.push({ app, text: `port ${index} has no listener of its own, HAProxy refuses it: ${listener}` });
  if (hosts !== undefined)
    issues.push({
      app,
      text: `the host names of port ${index} are not served, HAProxy refuses them: ${hosts}`,
    });
  return {
    ...service,
    listens: service.listens && listener === undefined,
    routesHosts: service.routesHosts && hosts === undefined,
  };
}

function isOurs(appGroups: readonly string[], groups: readonly string[]): boolean {
  return groups.includes('*') || appGroups.some((group) => groups.includes(group));
}

interface PortRequest {
  readonly index: number;
  readonly servicePort: number | undefined;
  readonly labels: PortLabels;
  readonly overrides: Overrides;
  readonly closed: ReadonlySet<ClosablePart>;
}

function serviceOf(
  app: App,
  request: PortRequest,
  options: ModelOptions,
  context: BuildContext,
): Service | undefined {
  const { index, labels, overrides, servicePort, closed } = request;
  const port = labels.PORT ?? servicePort;
  if (!(labels.ENABLED ?? !options.strict) || servicePort === undefined || !port) return undefined;
  const checkIndex = checkPortIndex(app, labels);
  const ownCheck = findCheck(app, index);
  const other = labels.BACKEND_HEALTHCHECK_PORT_INDEX;
  const borrowed = ownCheck === undefined && other !== undefined ? findCheck(app, other) : undefined;
  const check = ownCheck ?? borrowed;
  const servers = serversOf(app, { index, labels, check, checkIndex }, options, context);
  if (servers.length === 0) return undefined;
  const implied: Mode = ownCheck?.protocol === 'HTTP' || labels.VHOST ? 'http' : 'tcp';
  const forced = borrowed && /^(MESOS_)?HTTPS?$/.test(borrowed.protocol);
  // With one front per host name these options guard it; wrong ones must not leave it unguarded.
  const unguarded =
    options.groupHttps &&
    labels.BIND_OPTIONS === undefined &&
    Object.hasOwn(app.labels, `HAPROXY_${index}_BIND_OPTIONS`);
  return {
    app: app.id,
    name: backendName(app.id, port),
    index,
    bind: { address: labels.BIND_ADDR ?? options.serviceAddress, port },
    mode: forced ? 'http' : (labels.MODE ?? implied),
    labels,
    overrides,
    check,
    servers,
    listens: !closed.has('listener'),
    routesHosts: !closed.has('hosts') && !unguarded,
  };
}

/** The first check with a port of its own, or of this port. */
function findCheck(app: App, index: number): HealthCheck | undefined {
  return app.healthChecks.find((check) => check.port !== undefined || check.portIndex === index);
}

/** The declared position that BACKEND_HEALTHCHECK_PORT_INDEX means; undefined when it is not set or no port. */
function checkPortIndex(app: App, labels: PortLabels): number | undefined {
  const position = labels.BACKEND_HEALTHCHECK_PORT_INDEX;
  if (position === undefined) return undefined;
  return position < 0 ? app.servicePorts.length + position : position;
}

function checkIndexIssues(app: App, index: number, labels: PortLabels): Issue[] {
  const other = labels.BACKEND_HEALTHCHECK_PORT_INDEX;
  const count = app.servicePorts.length;
  if (other === undefined) return [];
  const label = `HAPROXY_${index}_BACKEND_HEALTHCHECK_PORT_INDEX`;
  if (other >= count || other < -count)
    return [{ app: app.id, label, text: `the app has no port ${other}: it has ${count}, counted from 0` }];
  if (findCheck(app, index) ?? findCheck(app, other)) return [];
  return [{ app: app.id, label, text: 'does nothing: no health check is about this port' }];
}

interface ServerSettings {
  readonly index: number;
  readonly labels: PortLabels;
  readonly check: HealthCheck | undefined;
  readonly checkIndex: number | undefined;
}

function serversOf(app: App, wanted: ServerSettings, options: ModelOptions, context: BuildContext): Server[] {
  const places = app.tasks
    .filter((task) => !options.healthCheck || app.healthChecks.length === 0 || isAlive(task, context))
    .flatMap((task) => {
      const address = task.ip ?? context.addresses.get(task.host);
      const port = task.ports[wanted.index];
      return address && port ? [{ task, host: task.host, address, port }] : [];
    })
    .sort(byHostAndPort);
  const ids = new Set<number>();
  const names = new Set<string>();
  return places.flatMap(({ task, host, address, port }): Server[] => {
    const name = serverName(host, address, port);
    if (names.has(name)) return [];
    names.add(name);
    const id = serverId(name, ids, options.digests);
    ids.add(id);
    return [
      {
        name,
        host,
        address,
        port,
        id,
        cookie: cookieValue(name, options.digests),
        taskId: task.id,
        app: task.app ?? app.id,
        version: task.version,
        checkPort: checkPort(task, port, wanted),
        weight: weightOf(app, task, wanted.index, context),
        draining: task.draining === true || (context.drained?.has(task.id) ?? false),
      },
    ];
  });
}

interface HostPort {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

function byHostAndPort(a: HostPort, b: HostPort): number {
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  return a.port - b.port || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0);
}

/** A port for the health check to be named on the server's line. */
function checkPort(
  task: Task,
  serverPort: number,
  { labels, check, checkIndex }: ServerSettings,
): number | undefined {
  if (check === undefined) return undefined;
  if (labels.BACKEND_HEALTHCHECK_PORT_INDEX === undefined) return check.port;
  return (checkIndex === undefined ? undefined : task.ports[checkIndex]) ?? serverPort;
}

/** The weight set over the API, else the one the task's own app asks for. */
function weightOf(app: App, task: Task, index: number, context: BuildContext): number | undefined {
  const set = context.weights?.get(task.app ?? app.id);
  if (set !== undefined) return set;
  const text = (task.labels ?? app.labels)[`HAPROXY_${index}_SERVER_WEIGHT`];
  const read = text === undefined ? undefined : portLabels.SERVER_WEIGHT.read(text);
  return read && 'value' in read ? read.value : undefined;
}

function isAlive(task: Task, context: BuildContext): boolean {
  return task.alive ?? context.aliveByTask.get(task.id) ?? false;
}

/** A place to listen on, its owner, and whether another place takes it away from whoever asks for it. */
interface ListenerClaim {
  readonly bind: Bind;
  readonly owner: string | Service;
  readonly blocks: (bind: Bind) => boolean;
}

/** Services with names of their own. One whose place is another's does not listen; listeners of the load balancer win. */
function resolveConflicts(
  services: readonly Service[],
  options: ModelOptions,
  context: BuildContext,
  issues: Issue[],
): Service[] {
  const held = new Map<number, ListenerClaim[]>();
  const names = new Set<string>();
  const hold = (holder: ListenerClaim): void => {
    const holders = held.get(holder.bind.port);
    if (holders) holders.push(holder);
    else held.set(holder.bind.port, [holder]);
  };
  for (const [owner, bind] of reservedListeners(options))
    hold({ owner, bind, blocks: reservedBlocks(bind, options) });
  const ordered = [...services].sort((a, b) => (a.app === b.app ? a.bind.port - b.bind.port : 0));
  return ordered.map((service) => {
    const { app, index, bind, labels } = service;
    const name = uniqueName(service, names);
    names.add(name);
    if (!service.listens) return placedService(service, name, false);
    const holders = held.get(bind.port) ?? [];
    const blocking = holders.find(({ blocks }) => blocks(bind));
    const why =
      (blocking && `it belongs to ${printOwner(blocking.owner)}`) ??
      (context.unbindable.size > 0 ? context.unbindable.get(printBind(bind)) : undefined);
    if (why === undefined) {
      issues.push(...holders.flatMap((holder) => shadowIssues({ owner: service, bind }, holder)));
      hold({ bind, owner: service, blocks: (other) => isSameBind(bind, other) });
      return placedService(service, name, true);
    }
    const label = labels.PORT === undefined ? undefined : `HAPROXY_${index}_PORT`;
    const text = `port ${index} cannot listen on ${printBind(bind)}: ${why}; ${remainingRoutes(service, options)}`;
    issues.push({ app, label, text });
    return placedService(service, name, false);
  });
}

/** Binds that one of the load balancer's own listeners keeps from services: its API is another process than HAProxy. */
function reservedBlocks(bind: Bind, { admin, stats }: ModelOptions): (other: Bind) => boolean {
  if (bind === admin) return (other) => bindsCollide(bind, other);
  if (bind === stats && isWildcard(bind)) return (other) => other.port === bind.port;
  return (other) => isSameBind(bind, other);
}

/** Of two that share a port, the one with a single address takes connections from the one with all. */
function shadowIssues(
  left: Pick<ListenerClaim, 'owner' | 'bind'>,
  right: Pick<ListenerClaim, 'owner' | 'bind'>,
): Issue[] {
  const [single, wild] = isWildcard(left.bind) ? [right, left] : [left, right];
  if (!isWildcard(wild.bind) || isWildcard(single.bind) || typeof single.owner === 'string') return [];
  const { app, index } = single.owner;
  const text = `takes the connections to ${printBind(single.bind)} from ${printOwner(wild.owner)}`;
  return [{ app, label: `HAPROXY_${index}_BIND_ADDR`, text: `${text}, which has ${printBind(wild.bind)}` }];
}

/** The way of requests to a service without a listener. */
function remainingRoutes({ mode, labels, index, routesHosts }: Service, { httpIn }: ModelOptions): string {
  if (mode !== 'http') return `nothing leads to it; HAPROXY_${index}_PORT gives it another port`;
  const hosts = httpIn !== undefined && routesHosts && (labels.VHOST ?? []).length > 0;
  return hosts ? 'its host names and app id lead to it' : 'its app id leads to it';
}

/** The name of a service, with its index when another one of the same app has it. */
function uniqueName({ name, index }: Service, names: ReadonlySet<string>): string {
  let free = name;
  while (names.has(free)) free = `${free}_${index}`;
  return free;
}

const placements = new WeakMap<Service, Service>();

/** The service under this name, with or without a listener; the same object for the same wishes. */
function placedService(service: Service, name: string, listens: boolean): Service {
  if (service.name === name && service.listens === listens) return service;
  const before = placements.get(service);
  if (before?.name === name && before.listens === listens) return before;
  const changed: Service = { ...service, name, listens, requested: service };
  placements.set(service, changed);
  return changed;
}

/** The service that stands in for `fresh` as `before` did for an older state of it. */
export function placedLike(before: Service, fresh: Service): Service {
  return placedService(fresh, before.name, before.listens);
}

function printOwner(owner: string | Service): string {
  return typeof owner === 'string' ? owner : `${owner.app} port ${owner.index}`;
}

/** The load balancer's own listeners, with words for their owners. */
export function reservedListeners(options: ModelOptions): [string, Bind][] {
  const listeners: [string, Bind | undefined][] = [
    ['the HTTP front (--http-in-port)', options.httpIn],
    ['the HTTPS front (--https-in-port)', options.httpsIn],
    ['the app id front (--appid-port)', options.appIdIn],
    ['the statistics (--stats-port)', options.stats],
    ["the load balancer's API (--http-port)", options.admin],
  ];
  return listeners.flatMap(([who, bind]): [string, Bind][] => (bind ? [[who, bind]] : []));
}

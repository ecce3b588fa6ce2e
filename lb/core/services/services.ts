/**
 * Builds the services: one per service port of each app of our groups, with its labels read and its servers named.
 *
 * Always true: ordered by app id, then port; no two have the same name or bind the same address. A service that
 * cannot listen keeps its backend, its host names and its app id. An unchanged app gives services of the same versions.
 */

import type { App, HealthCheck, Task } from '../apps/apps';
import type { Issue } from '../issues/issues';
import { appOfRefusal, type RefusedPart, refusalKey, templateLabelKey } from '../issues/refusals';
import {
  type ClosablePart,
  type PortLabels,
  portLabels,
  readAppGroups,
  readPortLabels,
  unknownLabels,
} from '../labels/labels';
import { type Overrides, readOverrides } from '../labels/overrides';
import { createVersioned, NO_VERSION, UNVERSIONED, type Versioned } from '../versions/versioned';
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

export type Mode = 'http' | 'tcp';

export interface Server {
  readonly name: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly id: number;
  readonly cookie: string;
  readonly taskId: string;
  /** The app of the task, which differs from the service's app in a deployment group, and its version. */
  readonly app: string;
  readonly version: string;
  /** The port of the health check; undefined for the server's own port. */
  readonly checkPort: number | undefined;
  readonly weight: number | undefined;
  /** The server gets no new requests. */
  readonly draining: boolean;
}

export interface Service {
  /** Another one after each change of the service; `UNVERSIONED` for a changed copy. */
  readonly version: number;
  readonly app: string;
  readonly name: string;
  readonly index: number;
  readonly bind: Bind;
  readonly mode: Mode;
  readonly labels: PortLabels;
  readonly overrides: Overrides;
  readonly check: HealthCheck | undefined;
  readonly servers: readonly Server[];
  /** True when the service has its own listener, at `bind`. */
  readonly listens: boolean;
  /** True when the shared frontends route the host names. */
  readonly routesHosts: boolean;
  /** The service as its app requested it, when this one has another name or no listener because of a conflict. */
  readonly requested?: Service;
}

/** The services of one app alone, before conflicts with other apps are resolved. */
export interface AppServices {
  readonly services: readonly Service[];
  readonly issues: readonly Issue[];
}

export interface ServiceCache {
  readonly dependencies: Versioned<AppDependencies>;
  /** By app. */
  readonly services: Versioned<AppServices>;
  /** Services with another name or without a listener because of a conflict, by app and index. */
  readonly placed: Versioned<Service>;
  /** Makes the version of what is made anew. */
  readonly nextVersion: () => number;
}

export function createServiceCache(nextVersion: () => number = createCounter()): ServiceCache {
  return {
    dependencies: createVersioned(),
    services: createVersioned(),
    placed: createVersioned(),
    nextVersion,
  };
}

/** Counts from 1 on. */
export function createCounter(): () => number {
  let count = 0;
  return () => ++count;
}

/** Builds all services and collects the issues. */
export function buildServices(
  apps: readonly App[],
  options: ModelOptions,
  context: BuildContext,
  cache: ServiceCache = createServiceCache(),
): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  for (const app of apps) {
    const compiled = buildAppServices(app, options, context, cache);
    issues.push(...compiled.issues);
    services.push(...compiled.services);
  }
  const ids = (): string[] => apps.map(({ id }) => id);
  cache.services.trim(apps.length, ids);
  cache.dependencies.trim(apps.length, ids);
  cache.placed.trim(services.length, () => services.map(placedName));
  return { services: resolveConflicts(services, { options, context, issues, cache }), issues };
}

/** Builds the services of an app; what was built before is returned when nothing it depends on changed. */
export function buildAppServices(
  app: App,
  options: ModelOptions,
  context: BuildContext,
  cache: ServiceCache,
): AppServices {
  const key = contextKey(dependenciesOf(app, cache), app, context);
  const version = app.version === NO_VERSION ? NO_VERSION : `${app.version} ${key}`;
  return cache.services.of(app.id, version, () => {
    const { services, issues } = servicesOf(app, options, context);
    return { services: services.map((service) => ({ ...service, version: cache.nextVersion() })), issues };
  });
}

/** A key of everything but the servers of a service: its frontend, its rules and its backend's directives. */
export function structureKey(service: Service): string {
  const { labels, overrides, mode, bind, app, index, check, listens, routesHosts } = service;
  return JSON.stringify([labels, overrides, mode, bind, app, index, check?.givenPath, listens, routesHosts]);
}

interface AppDependencies {
  readonly hosts: readonly string[];
  readonly withoutResult: readonly string[];
}

/** Hosts whose addresses an app depends on, and tasks without a health result, for which the last known one counts. */
function dependenciesOf(app: App, cache: ServiceCache): AppDependencies {
  return cache.dependencies.of(app.id, app.version, () => ({
    hosts: [...new Set(app.tasks.flatMap(({ ip, host }) => (ip === undefined ? [host] : [])))],
    withoutResult:
      app.healthChecks.length === 0
        ? []
        : app.tasks.flatMap((task) => (task.alive === undefined ? [task.id] : [])),
  }));
}

/** A key of all facts that the services of an app depend on, beside the app and the options. */
function contextKey(
  { hosts, withoutResult }: AppDependencies,
  app: App,
  { addresses, aliveByTask, refused, drained, weights, refusedTemplates }: BuildContext,
): string {
  let key = `${refused.get(app.id) ?? ''} ${refusedTemplates?.get(app.id) ?? ''}`;
  for (const map of refusedTemplates ? [refused, refusedTemplates] : [refused])
    for (const [what, why] of map)
      if (what !== app.id && appOfRefusal(what) === app.id) key += ` ${what} ${why}`;
  for (const host of hosts) key += ` ${addresses.get(host) ?? ''}`;
  for (const task of withoutResult) key += ` ${aliveByTask.get(task) ?? ''}`;
  if (drained && drained.size > 0) for (const { id } of app.tasks) if (drained.has(id)) key += ` out ${id}`;
  if (weights && weights.size > 0) {
    const owners = new Set([app.id, ...app.tasks.map((task) => task.app ?? app.id)]);
    for (const owner of owners) if (weights.has(owner)) key += ` weight ${owner} ${weights.get(owner)}`;
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

/** Removes the parts of the service that HAProxy refused. */
function withoutRefused(service: Service, { refused }: BuildContext, issues: Issue[]): Service {
  if (refused.size === 0) return service;
  const { app, index } = service;
  const whyOf = (part: RefusedPart): string | undefined => refused.get(refusalKey(app, part, index));
  const listener = whyOf('listener');
  const hosts = whyOf('hosts');
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
  // With --group-https-by-vhost these options may restrict access (`verify`): a wrong value must not open it.
  const unguarded =
    options.groupHttps &&
    labels.BIND_OPTIONS === undefined &&
    Object.hasOwn(app.labels, `HAPROXY_${index}_BIND_OPTIONS`);
  return {
    version: UNVERSIONED,
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

/** The first health check with an explicit port, or with the index of this port. */
function findCheck(app: App, index: number): HealthCheck | undefined {
  return app.healthChecks.find((check) => check.port !== undefined || check.portIndex === index);
}

/** The index that BACKEND_HEALTHCHECK_PORT_INDEX means, counted from the end when negative; undefined when not set. */
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

/** The port of the health check for the server's line; undefined for the server's own port. */
function checkPort(
  task: Task,
  serverPort: number,
  { labels, check, checkIndex }: ServerSettings,
): number | undefined {
  if (check === undefined) return undefined;
  if (labels.BACKEND_HEALTHCHECK_PORT_INDEX === undefined) return check.port;
  return (checkIndex === undefined ? undefined : task.ports[checkIndex]) ?? serverPort;
}

/** The weight set over the API, else the SERVER_WEIGHT of the task's own app. */
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

/** An address with its owner, and a test for addresses that later services cannot bind because of it. */
interface ListenerClaim {
  readonly bind: Bind;
  readonly owner: string | Service;
  readonly blocks: (bind: Bind) => boolean;
}

/** Gives each service a unique name. A service whose address is taken gets no listener; the load balancer's own win. */
function resolveConflicts(
  services: readonly Service[],
  {
    options,
    context,
    issues,
    cache,
  }: {
    readonly options: ModelOptions;
    readonly context: BuildContext;
    readonly issues: Issue[];
    readonly cache: ServiceCache;
  },
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
    if (!service.listens) return placedService(service, { name, listens: false }, cache);
    const holders = held.get(bind.port) ?? [];
    const blocking = holders.find(({ blocks }) => blocks(bind));
    const why =
      (blocking && `it belongs to ${printOwner(blocking.owner)}`) ??
      (context.unbindable.size > 0 ? context.unbindable.get(printBind(bind)) : undefined);
    if (why === undefined) {
      issues.push(...holders.flatMap((holder) => shadowIssues({ owner: service, bind }, holder)));
      hold({ bind, owner: service, blocks: (other) => isSameBind(bind, other) });
      return placedService(service, { name, listens: true }, cache);
    }
    const label = labels.PORT === undefined ? undefined : `HAPROXY_${index}_PORT`;
    const text = `port ${index} cannot listen on ${printBind(bind)}: ${why}; ${remainingRoutes(service, options)}`;
    issues.push({ app, label, text });
    return placedService(service, { name, listens: false }, cache);
  });
}

/** Tests for addresses that a listener of the load balancer blocks. Its API is another process than HAProxy. */
function reservedBlocks(bind: Bind, { admin, stats }: ModelOptions): (other: Bind) => boolean {
  if (bind === admin) return (other) => bindsCollide(bind, other);
  if (bind === stats && isWildcard(bind)) return (other) => other.port === bind.port;
  return (other) => isSameBind(bind, other);
}

/** An issue for a listener on a single address that takes connections from a wildcard listener of the same port. */
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

/** Tells in the issue by which ways requests still reach a service without a listener. */
function remainingRoutes({ mode, labels, index, routesHosts }: Service, { httpIn }: ModelOptions): string {
  if (mode !== 'http') return `nothing leads to it; HAPROXY_${index}_PORT gives it another port`;
  const hosts = httpIn !== undefined && routesHosts && (labels.VHOST ?? []).length > 0;
  return hosts ? 'its host names and app id lead to it' : 'its app id leads to it';
}

/** The name of a service, with its index appended when the name is in use. */
function uniqueName({ name, index }: Service, names: ReadonlySet<string>): string {
  let free = name;
  while (names.has(free)) free = `${free}_${index}`;
  return free;
}

function placedName({ index, app }: Service): string {
  return `${index} ${app}`;
}

/** The service with this name and with or without a listener. */
function placedService(
  service: Service,
  { name, listens }: Pick<Service, 'name' | 'listens'>,
  cache: ServiceCache,
): Service {
  if (service.name === name && service.listens === listens) return service;
  const placement = service.version === UNVERSIONED ? UNVERSIONED : `${service.version} ${name} ${listens}`;
  return cache.placed.of(placedName(service), placement, () => ({
    ...service,
    version: cache.nextVersion(),
    name,
    listens,
    requested: service,
  }));
}

/** Gives `fresh` the name and listener that `before` has. */
export function placedLike(before: Service, fresh: Service, cache: ServiceCache): Service {
  return placedService(fresh, before, cache);
}

function printOwner(owner: string | Service): string {
  return typeof owner === 'string' ? owner : `${owner.app} port ${owner.index}`;
}

/** The load balancer's own listeners, with their names for issues and errors. */
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

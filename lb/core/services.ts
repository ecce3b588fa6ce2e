/**
 * Services: one per service port of each app that is ours, with its labels read and its servers named.
 *
 * Always true: ordered by app id, then port; no two have the same name or collide in where they listen. What is made of
 * an app that did not change is the same object as before.
 */

import type { App, HealthCheck, Task } from './apps';
import type { Issue } from './issues';
import { type PortLabels, portLabels, readAppGroups, readPortLabels, unknownLabels } from './labels';
import { backendName, cookieValue, serverId, serverName } from './names';
import { type Bind, bindsCollide, type ModelOptions, printBind, type World } from './options';
import { type Overrides, readOverrides } from './overrides';

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
  /** Where it is asked whether it is healthy; undefined: at its port. */
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
}

/** What one app alone comes to: its services, before they are kept clear of those of others. */
export interface Compiled {
  readonly key: string;
  readonly services: readonly Service[];
  readonly issues: readonly Issue[];
}
export type ServiceCache = WeakMap<App, Compiled>;

/** All services, and what was wrong on the way. */
export function buildServices(
  apps: readonly App[],
  options: ModelOptions,
  world: World,
  cache: ServiceCache = new WeakMap(),
): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  for (const app of apps) {
    const found = compileApp(app, options, world, cache);
    issues.push(...found.issues);
    services.push(...found.services);
  }
  return { services: keepClear(services, options, world, issues), issues };
}

/** What an app comes to; the same object as before when nothing it depends on changed. */
export function compileApp(app: App, options: ModelOptions, world: World, cache: ServiceCache): Compiled {
  const key = worldKey(app, world);
  const before = cache.get(app);
  const found = before?.key === key ? before : { key, ...servicesOf(app, options, world) };
  cache.set(app, found);
  return found;
}

/** All that the front, the frontend and the rules of a service are made of: everything but its servers. */
export function structureKey({ labels, overrides, mode, bind, app, index }: Service): string {
  return JSON.stringify([labels, overrides, mode, bind, app, index]);
}

interface Depends {
  readonly hosts: readonly string[];
  readonly waiting: readonly string[];
}
const dependsOf = new WeakMap<App, Depends>();

/** Which hosts' addresses and which tasks' remembered verdicts an app needs. */
function depends(app: App): Depends {
  const known = dependsOf.get(app);
  if (known) return known;
  const found: Depends = {
    hosts: [...new Set(app.tasks.flatMap(({ ip, host }) => (ip === undefined ? [host] : [])))],
    waiting:
      app.healthChecks.length === 0
        ? []
        : app.tasks.flatMap((task) => (task.alive === undefined ? [task.id] : [])),
  };
  dependsOf.set(app, found);
  return found;
}

/** All that the services of an app depend on beside the app and the options. */
function worldKey(app: App, { addresses, verdicts, refused, drained, weights, plain }: World): string {
  const { hosts, waiting } = depends(app);
  let key = `${refused.get(app.id) ?? ''} ${plain?.get(app.id) ?? ''}`;
  for (const host of hosts) key += ` ${addresses.get(host) ?? ''}`;
  for (const task of waiting) key += ` ${verdicts.get(task) ?? ''}`;
  if (drained && drained.size > 0) for (const { id } of app.tasks) if (drained.has(id)) key += ` out ${id}`;
  if (weights && weights.size > 0) {
    const owners = new Set([app.id, ...app.tasks.map((task) => task.app ?? app.id)]);
    for (const owner of owners) key += ` weight ${weights.get(owner) ?? ''}`;
  }
  return key;
}

function servicesOf(app: App, options: ModelOptions, world: World): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  let ours = false;
  app.servicePorts.forEach((servicePort, index) => {
    const read = readPortLabels(app.id, app.labels, index);
    const groups = read.labels.GROUP ?? readAppGroups(app.labels);
    if (!isOurs(groups, options.groups)) return;
    ours = true;
    issues.push(...read.issues);
    const why = world.plain?.get(app.id);
    const templates = readOverrides(app, index, groups, options.templateLabels);
    issues.push(...templates.issues);
    const overrides = why === undefined ? templates.overrides : {};
    const service = serviceOf(app, { index, servicePort, labels: read.labels, overrides }, options, world);
    if (service && !read.closed) services.push(service);
  });
  if (!ours) return { services: [], issues: [] };
  issues.push(...unknownLabels(app.id, app.labels, app.servicePorts.length));
  const plain = world.plain?.get(app.id);
  if (plain !== undefined)
    issues.push({ app: app.id, text: `its template labels are not used, HAProxy refuses them: ${plain}` });
  const refused = world.refused.get(app.id);
  if (refused === undefined) return { services, issues };
  issues.push({ app: app.id, text: `HAProxy refuses this app's part of the configuration: ${refused}` });
  return { services: [], issues };
}

function isOurs(asked: readonly string[], groups: readonly string[]): boolean {
  return groups.includes('*') || asked.some((group) => groups.includes(group));
}

interface Asked {
  readonly index: number;
  readonly servicePort: number | undefined;
  readonly labels: PortLabels;
  readonly overrides: Overrides;
}

function serviceOf(app: App, given: Asked, options: ModelOptions, world: World): Service | undefined {
  const { index, labels, overrides } = given;
  const port = labels.PORT ?? given.servicePort;
  if (!(labels.ENABLED ?? !options.strict) || given.servicePort === undefined || !port) return undefined;
  const checkIndex = checkPortIndex(app, labels);
  const own = findCheck(app, index);
  const asked = labels.BACKEND_HEALTHCHECK_PORT_INDEX;
  const borrowed = own === undefined && asked !== undefined ? findCheck(app, asked) : undefined;
  const check = own ?? borrowed;
  const servers = serversOf(app, { index, labels, check, checkIndex }, options, world);
  if (servers.length === 0) return undefined;
  const implied: Mode = own?.protocol === 'HTTP' || labels.VHOST ? 'http' : 'tcp';
  const forced = borrowed && /^(MESOS_)?HTTPS?$/.test(borrowed.protocol);
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
  };
}

/** The first check with a port of its own, or of this port. */
function findCheck(app: App, index: number): HealthCheck | undefined {
  return app.healthChecks.find((one) => one.port !== undefined || one.portIndex === index);
}

/** The declared position that BACKEND_HEALTHCHECK_PORT_INDEX means; undefined when it is not set or no port. */
function checkPortIndex(app: App, labels: PortLabels): number | undefined {
  const asked = labels.BACKEND_HEALTHCHECK_PORT_INDEX;
  if (asked === undefined) return undefined;
  return asked < 0 ? app.servicePorts.length + asked : asked;
}

interface Wanted {
  readonly index: number;
  readonly labels: PortLabels;
  readonly check: HealthCheck | undefined;
  readonly checkIndex: number | undefined;
}

function serversOf(app: App, wanted: Wanted, options: ModelOptions, world: World): Server[] {
  const places = app.tasks
    .filter((task) => !options.healthCheck || app.healthChecks.length === 0 || isAlive(task, world))
    .flatMap((task) => {
      const address = task.ip ?? world.addresses.get(task.host);
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
        weight: weightOf(app, task, wanted.index, world),
        draining: task.draining === true || (world.drained?.has(task.id) ?? false),
      },
    ];
  });
}

interface Place {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

function byHostAndPort(a: Place, b: Place): number {
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  return a.port - b.port || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0);
}

/** A port for the health check to be named on the server's line. */
function checkPort(task: Task, own: number, { labels, check, checkIndex }: Wanted): number | undefined {
  if (check === undefined) return undefined;
  if (labels.BACKEND_HEALTHCHECK_PORT_INDEX === undefined) return check.port;
  return (checkIndex === undefined ? undefined : task.ports[checkIndex]) ?? own;
}

/** The weight set over the API, else the one the task's own app asks for. */
function weightOf(app: App, task: Task, index: number, world: World): number | undefined {
  const set = world.weights?.get(task.app ?? app.id);
  if (set !== undefined) return set;
  const text = (task.labels ?? app.labels)[`HAPROXY_${index}_SERVER_WEIGHT`];
  const read = text === undefined ? undefined : portLabels.SERVER_WEIGHT.read(text);
  return read && 'value' in read ? read.value : undefined;
}

function isAlive(task: Task, world: World): boolean {
  return task.alive ?? world.verdicts.get(task.id) ?? false;
}

/** Drops services whose place is another's: the load balancer's own listeners win, then the first app. */
function keepClear(
  services: readonly Service[],
  options: ModelOptions,
  world: World,
  issues: Issue[],
): Service[] {
  const held = new Map<number, { bind: Bind; who: string | Service }[]>();
  const names = new Map<string, Service>();
  const hold = (bind: Bind, who: string | Service): void => {
    const there = held.get(bind.port);
    if (there) there.push({ bind, who });
    else held.set(bind.port, [{ bind, who }]);
  };
  for (const [who, bind] of ownListeners(options)) hold(bind, who);
  const ordered = [...services].sort((a, b) => (a.app === b.app ? a.bind.port - b.bind.port : 0));
  return ordered.filter((service) => {
    const { app, index, bind, name, labels } = service;
    const other = held.get(bind.port)?.find((one) => bindsCollide(one.bind, bind))?.who;
    const namesake = names.get(name);
    const why =
      (other && `it belongs to ${printOwner(other)}`) ??
      (namesake && `the name ${name} belongs to ${printOwner(namesake)}`) ??
      (world.taken.size > 0 ? world.taken.get(printBind(bind)) : undefined);
    if (why === undefined) {
      hold(bind, service);
      names.set(name, service);
      return true;
    }
    const label = labels.PORT === undefined ? undefined : `HAPROXY_${index}_PORT`;
    issues.push({ app, label, text: `port ${index} cannot listen on ${printBind(bind)}: ${why}` });
    return false;
  });
}

function printOwner(owner: string | Service): string {
  return typeof owner === 'string' ? owner : `${owner.app} port ${owner.index}`;
}

/** Where the load balancer itself listens, with words for whom it belongs to. */
export function ownListeners(options: ModelOptions): [string, Bind][] {
  const own: [string, Bind | undefined][] = [
    ['the HTTP front (--http-in-port)', options.httpIn],
    ['the HTTPS front (--https-in-port)', options.httpsIn],
    ['the app id front (--appid-port)', options.appIdIn],
    ['the statistics (--stats-port)', options.stats],
    ["the load balancer's API (--http-port)", options.admin],
  ];
  return own.flatMap(([who, bind]): [string, Bind][] => (bind ? [[who, bind]] : []));
}

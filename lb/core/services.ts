/**
 * Services: one per service port of each app that is ours, with its labels read and its servers named.
 *
 * Always true: ordered by app id, then port; no two have the same name or collide in where they listen.
 */

import type { App, HealthCheck, Task } from './apps';
import type { Issue } from './issues';
import { type PortLabels, readAppGroups, readPortLabels, unknownLabels } from './labels';
import { backendName, cookieValue, serverId, serverName } from './names';
import { type Bind, bindsCollide, type ModelOptions, printBind, type World } from './options';

export type Mode = 'http' | 'tcp';

export interface Server {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly id: number;
  readonly cookie: string;
  readonly taskId: string;
}

export interface Service {
  readonly app: string;
  readonly name: string;
  readonly index: number;
  readonly bind: Bind;
  readonly mode: Mode;
  readonly labels: PortLabels;
  readonly check: HealthCheck | undefined;
  readonly servers: readonly Server[];
}

/** All services, and what was wrong on the way. */
export function buildServices(
  apps: readonly App[],
  options: ModelOptions,
  world: World,
): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  for (const app of apps) {
    const found = servicesOf(app, options, world);
    issues.push(...found.issues);
    services.push(...found.services);
  }
  return { services: keepClear(services, options, world, issues), issues };
}

function servicesOf(app: App, options: ModelOptions, world: World): { services: Service[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const services: Service[] = [];
  let ours = false;
  app.servicePorts.forEach((servicePort, index) => {
    const read = readPortLabels(app.id, app.labels, index);
    if (!isOurs(read.labels.GROUP ?? readAppGroups(app.labels), options.groups)) return;
    ours = true;
    issues.push(...read.issues);
    const service = serviceOf(app, index, servicePort, read.labels, options, world);
    if (service && !read.closed) services.push(service);
  });
  if (!ours) return { services: [], issues: [] };
  issues.push(...unknownLabels(app.id, app.labels, app.servicePorts.length));
  const refused = world.refused.get(app.id);
  if (refused === undefined) return { services, issues };
  issues.push({ app: app.id, text: `HAProxy refuses this app's part of the configuration: ${refused}` });
  return { services: [], issues };
}

function isOurs(asked: readonly string[], groups: readonly string[]): boolean {
  return groups.includes('*') || asked.some((group) => groups.includes(group));
}

function serviceOf(
  app: App,
  index: number,
  servicePort: number | undefined,
  labels: PortLabels,
  options: ModelOptions,
  world: World,
): Service | undefined {
  const port = labels.PORT ?? servicePort;
  if (!(labels.ENABLED ?? !options.strict) || !port) return undefined;
  const servers = serversOf(app, index, options, world);
  if (servers.length === 0) return undefined;
  const check = app.healthChecks.find((one) => one.port !== undefined || one.portIndex === index);
  const implied: Mode = check?.protocol === 'HTTP' || labels.VHOST ? 'http' : 'tcp';
  return {
    app: app.id,
    name: backendName(app.id, port),
    index,
    bind: { address: labels.BIND_ADDR ?? options.serviceAddress, port },
    mode: labels.MODE ?? implied,
    labels,
    check,
    servers,
  };
}

function serversOf(app: App, index: number, options: ModelOptions, world: World): Server[] {
  const places = app.tasks
    .filter((task) => !options.healthCheck || app.healthChecks.length === 0 || isAlive(task, world))
    .flatMap((task) => {
      const address = task.ip ?? world.addresses.get(task.host);
      const port = task.ports[index];
      return address && port ? [{ host: task.host, address, port, taskId: task.id }] : [];
    })
    .sort((a, b) => (a.host === b.host ? a.port - b.port : a.host < b.host ? -1 : 1));
  const ids = new Set<number>();
  const names = new Set<string>();
  return places.flatMap(({ host, address, port, taskId }) => {
    const name = serverName(host, address, port);
    if (names.has(name)) return [];
    names.add(name);
    const id = serverId(name, ids, options.digests);
    ids.add(id);
    return [{ name, address, port, id, cookie: cookieValue(name, options.digests), taskId }];
  });
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
  const held = new Map<number, { bind: Bind; who: string }[]>();
  const names = new Map<string, string>();
  const hold = (bind: Bind, who: string): void => {
    held.set(bind.port, [...(held.get(bind.port) ?? []), { bind, who }]);
  };
  for (const [who, bind] of ownListeners(options)) hold(bind, who);
  const ordered = [...services].sort((a, b) => (a.app === b.app ? a.bind.port - b.bind.port : 0));
  return ordered.filter(({ app, index, bind, name, labels }) => {
    const other = held.get(bind.port)?.find((one) => bindsCollide(one.bind, bind))?.who;
    const namesake = names.get(name);
    const why =
      (other && `it belongs to ${other}`) ??
      (namesake && `the name ${name} belongs to ${namesake}`) ??
      world.taken.get(printBind(bind));
    if (why === undefined) {
      hold(bind, `${app} port ${index}`);
      names.set(name, `${app} port ${index}`);
      return true;
    }
    const label = labels.PORT === undefined ? undefined : `HAPROXY_${index}_PORT`;
    issues.push({ app, label, text: `port ${index} cannot listen on ${printBind(bind)}: ${why}` });
    return false;
  });
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

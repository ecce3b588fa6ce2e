/**
 * Reads Marathon's answer to `GET /v2/apps?embed=apps.tasks`, reduced to what a load balancer needs.
 *
 * Always true: an app that cannot be read is left out with an issue and does not touch the others; ids are safe words.
 */

import type { Issue } from '../issues/issues';
import { checkPath, isAddress, isSafeWord } from '../labels/label-values';
import { createVersioned, NO_VERSION, type Versioned } from '../versions/versioned';

export interface HealthCheck {
  readonly protocol: string;
  readonly path: string;
  /** The path as the app has it, when it had to be changed to stand in the configuration. */
  readonly givenPath?: string;
  readonly portIndex: number | undefined;
  readonly port: number | undefined;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly gracePeriodSeconds: number;
  readonly maxConsecutiveFailures: number;
}

export interface Task {
  readonly id: string;
  /** The agent's host name or address. */
  readonly host: string;
  /** The task's own address in container networking; undefined: the host's address. */
  readonly ip: string | undefined;
  readonly ports: readonly number[];
  /** The result of Marathon's health checks; undefined when there is none yet. */
  readonly alive: boolean | undefined;
  /** The app's version this task runs. */
  readonly version: string;
  /** The task gets no new requests: a task of a newer app of its deployment group has taken over. */
  readonly draining?: boolean;
  /** In a deployment group: the id and labels of the app the task is of. */
  readonly app?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface App {
  readonly id: string;
  /** Another one after each change, given by the store; `NO_VERSION` without a store. */
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `HAPROXY_{n}_...` is about the n-th entry. An entry that is undefined or 0 is not served. */
  readonly servicePorts: readonly (number | undefined)[];
  readonly healthChecks: readonly HealthCheck[];
  readonly tasks: readonly Task[];
  /** Tasks that get no requests, such as starting ones; they count when a deployment group is merged. */
  readonly notServing: readonly Pick<Task, 'id' | 'alive'>[];
  readonly instances: number;
  readonly lastScalingAt: string | undefined;
  /** True when the tasks have an address each (`USER` or container networking) and the app has no service ports. */
  readonly needsServicePorts: boolean;
  /** Container ports of each task when the app has no service ports; else empty. */
  readonly containerPorts: readonly number[];
}

type Json = Readonly<Record<string, unknown>>;
type Networking = 'host' | 'bridge' | 'container';

/** Task states in which a task gets no requests. */
const NOT_SERVING_STATES = new Set(
  'STAGING STARTING KILLING FINISHED FAILED KILLED ERROR DROPPED GONE GONE_BY_OPERATOR UNKNOWN'
    .split(' ')
    .map((state) => `TASK_${state}`),
);

const APP_ID = /^\/[A-Za-z0-9._/-]+$/;

/** Reads the answer, or returns an error when it is no list of apps. `portOrder` is for `assignServicePorts`. */
export function readApps(
  json: unknown,
): { apps: App[]; issues: Issue[]; portOrder: readonly string[] } | { error: string } {
  const list = object(json)['apps'];
  if (!Array.isArray(list)) return { error: 'the answer has no list "apps"' };
  const apps: App[] = [];
  const issues: Issue[] = [];
  for (const entry of list.map(object)) {
    const id = text(entry['id']) ?? '';
    if (APP_ID.test(id)) apps.push(readApp(id, entry));
    else issues.push({ app: JSON.stringify(id), text: 'this id cannot be used; the app is left out' });
  }
  const portOrder = apps.filter(affectsPortOrder).map(({ id }) => id);
  return { apps: apps.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)), issues, portOrder };
}

/** True when the app's position in Marathon's list affects which service ports are chosen. */
export function affectsPortOrder({ needsServicePorts, labels }: App): boolean {
  return needsServicePorts || labels['HAPROXY_DEPLOYMENT_GROUP'] !== undefined;
}

/** Reads the answer to `GET /v2/apps/ID`, `{"app": ...}`; undefined when it is none. */
export function readOneApp(json: unknown): App | undefined {
  const app = object(object(json)['app']);
  const id = text(app['id']) ?? '';
  return APP_ID.test(id) && Array.isArray(app['tasks']) ? readApp(id, app) : undefined;
}

/** Reads one app of Marathon's answer. */
function readApp(id: string, app: Json): App {
  const networking = readNetworking(app);
  const all = array(app['tasks']).map((task) => ({
    json: object(task),
    task: readTask(object(task), app, networking),
  }));
  const tasks = all.flatMap(({ task }) => task ?? []);
  const idle = all.filter(({ task }) => task === undefined).map(({ json }) => json);
  const servicePorts = readServicePorts(app, networking);
  const needsServicePorts = networking === 'container' && servicePorts.every((entry) => entry === undefined);
  const instances = app['instances'];
  return {
    id,
    version: NO_VERSION,
    labels: readLabels(app['labels']),
    servicePorts,
    instances: typeof instances === 'number' && instances >= 0 ? instances : tasks.length,
    lastScalingAt: text(object(app['versionInfo'])['lastScalingAt']),
    needsServicePorts,
    containerPorts: needsServicePorts ? taskPorts({}, app, networking) : [],
    healthChecks: array(app['healthChecks']).map((check) => readHealthCheck(object(check))),
    tasks,
    notServing: idle.map((task) => ({ id: text(task['id']) ?? '', alive: readAlive(task) })),
  };
}

function readLabels(json: unknown): Record<string, string> {
  const entries = Object.entries(object(json)).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(entries) as Record<string, string>;
}

/** `networks` decides; the older forms `docker.network` and `ipAddress` count when it is absent. */
function readNetworking(app: Json): Networking {
  const mode = text(object(array(app['networks']).at(-1))['mode']);
  if (array(app['networks']).length > 0) {
    if (mode === 'host') return 'host';
    return mode === 'container/bridge' ? 'bridge' : 'container';
  }
  const docker = text(object(object(app['container'])['docker'])['network']);
  if (docker === 'BRIDGE') return 'bridge';
  return docker === 'USER' || app['ipAddress'] ? 'container' : 'host';
}

function portMappings(app: Json): Json[] {
  const container = object(app['container']);
  const mappings = array(container['portMappings']);
  return (mappings.length > 0 ? mappings : array(object(container['docker'])['portMappings'])).map(object);
}

function readServicePorts(app: Json, networking: Networking): (number | undefined)[] {
  const mapped = networking === 'host' ? [] : portMappings(app).map((mapping) => mapping['servicePort']);
  if (mapped.some((value) => port(value) !== undefined)) return mapped.map(port);
  const defined = definedPorts(app);
  return defined.length > 0 ? defined : mapped.map(port);
}

function definedPorts(app: Json): (number | undefined)[] {
  const definitions = array(app['portDefinitions']).map((definition) => port(object(definition)['port']));
  return definitions.length > 0 ? definitions : array(app['ports']).map(port);
}

function readTask(task: Json, app: Json, networking: Networking): Task | undefined {
  const host = text(task['host']);
  if (!host || !isSafeWord(host) || NOT_SERVING_STATES.has(text(task['state']) ?? '')) return undefined;
  const ip = text(object(array(task['ipAddresses'])[0])['ipAddress']);
  if (networking === 'container' && (ip === undefined || !isAddress(ip))) return undefined;
  const ports = taskPorts(task, app, networking);
  if (ports.length === 0) return undefined;
  const id = text(task['id']) ?? '';
  const version = text(task['version']) ?? text(app['version']) ?? '';
  return {
    id,
    host,
    ip: networking === 'container' ? ip : undefined,
    ports,
    alive: readAlive(task),
    version,
  };
}

function taskPorts(task: Json, app: Json, networking: Networking): number[] {
  const numbers = (list: readonly unknown[]): number[] => list.flatMap((value) => port(value) ?? []);
  const inside = portMappings(app).map((mapping) => mapping['containerPort']);
  if (networking === 'container') {
    const discovery = array(object(object(app['ipAddress'])['discovery'])['ports']);
    const numbered = numbers(discovery.map((entry) => object(entry)['number']));
    return numbered.length > 0 ? numbered : numbers(inside);
  }
  const assigned = numbers(array(task['ports']));
  if (assigned.length > 0) return assigned;
  const defined = numbers(definedPorts(app));
  return defined.length > 0 || networking === 'host' ? defined : numbers(inside);
}

/** A task is alive when any of its health checks passes, even one of another port. */
function readAlive(task: Json): boolean | undefined {
  const results = array(task['healthCheckResults']).filter((result) => result !== null);
  return results.length === 0 ? undefined : results.some((result) => object(result)['alive'] === true);
}

function readHealthCheck(check: Json): HealthCheck {
  const portNumber = port(check['port']);
  const index = check['portIndex'];
  const givenPath = text(check['path']) ?? '/';
  const path = checkPath(givenPath);
  return {
    protocol: text(check['protocol']) ?? 'HTTP',
    path,
    ...(path === givenPath ? {} : { givenPath }),
    port: portNumber === 0 ? undefined : portNumber,
    portIndex: typeof index === 'number' ? index : undefined,
    intervalSeconds: seconds(check['intervalSeconds'], 60),
    timeoutSeconds: seconds(check['timeoutSeconds'], 20),
    gracePeriodSeconds: seconds(check['gracePeriodSeconds'], 300),
    maxConsecutiveFailures: seconds(check['maxConsecutiveFailures'], 3),
  };
}

/**
 * Remembers the last known health of each task, for times when Marathon has none, such as after a change of its leader.
 * Returns `before` itself when nothing changed. The results of apps of the versions in `seen` are in `before` already.
 */
export function rememberAlive(
  apps: readonly App[],
  before: ReadonlyMap<string, boolean>,
  seen: Versioned<true> = createVersioned(),
): ReadonlyMap<string, boolean> {
  let after: Map<string, boolean> | undefined;
  let tasks = 0;
  for (const app of apps) {
    tasks += app.tasks.length;
    if (seen.get(app.id, app.version)) continue;
    seen.set(app.id, app.version, true);
    for (const { id, alive } of app.tasks) {
      if (alive === undefined || (after ?? before).get(id) === alive) continue;
      after ??= new Map(before);
      after.set(id, alive);
    }
  }
  seen.trim(apps.length, () => apps.map(({ id }) => id));
  const health = after ?? before;
  return health.size > 2 * tasks + REMEMBERED_MIN ? withoutGoneTasks(apps, health) : health;
}

/** Results of tasks that are gone are forgotten once there are this many of them, and as many as of living tasks. */
const REMEMBERED_MIN = 1000;

function withoutGoneTasks(apps: readonly App[], health: ReadonlyMap<string, boolean>): Map<string, boolean> {
  const alive = new Set(apps.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  return new Map([...health].filter(([id]) => alive.has(id)));
}

function seconds(value: unknown, fallback: number): number {
  return typeof value === 'number' && value >= 0 && value <= 86_400 ? Math.trunc(value) : fallback;
}

function port(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535
    ? value
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

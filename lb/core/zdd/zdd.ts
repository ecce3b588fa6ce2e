/**
 * Decides the next step of a zero-downtime deployment (ZDD) from the two apps of a deployment group and the status of
 * their servers at the load balancers.
 *
 * Always true: the newer app grows only while the older one serves, and tasks of the older app are killed only after
 * every load balancer has put them into maintenance (and they have no request left, unless the wait took too long).
 */

import { backendName } from '../services/names';

type Json = Readonly<Record<string, unknown>>;

/** An app in Marathon's JSON, with the fields that a deployment needs. */
export interface ZddApp extends Json {
  readonly id: string;
  readonly instances: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** One server in the statistics of one load balancer (`listener` in marathon-lb's zdd.py). */
export interface Listener {
  readonly server: string;
  readonly status: string;
  readonly busy: boolean;
}

export interface ZddOptions {
  readonly initialInstances: number;
  readonly newInstances: number;
  readonly linearIncrease: number;
  readonly completeCurrent: boolean;
  readonly completePrevious: boolean;
}

/** Exit statuses of marathon-lb's zdd.py. */
export const ZDD_STATUS = {
  unknown: 2,
  argument: 3,
  field: 4,
  loadBalancer: 5,
  marathon: 6,
  create: 7,
  delete: 8,
  scale: 9,
} as const;

/** An error that ends the deployment, with its exit status. */
export interface ZddFailure {
  readonly status: number;
  readonly error: string;
}

/** Reads the app file: drops nulls and requires the labels of a deployment. */
export function readZddApp(json: unknown): ZddApp | ZddFailure {
  const app = withoutNulls(json);
  const missing = (what: string): ZddFailure => ({
    status: ZDD_STATUS.field,
    error: `the app has no ${what}`,
  });
  if (!isObject(app) || typeof app['id'] !== 'string' || app['id'] === '') return missing('id');
  const { labels } = app;
  if (!isObject(labels)) return missing('labels; HAPROXY_DEPLOYMENT_GROUP is needed');
  for (const name of ['HAPROXY_DEPLOYMENT_GROUP', 'HAPROXY_DEPLOYMENT_ALT_PORT'])
    if (typeof labels[name] !== 'string') return missing(`label ${name}`);
  const instances = typeof app['instances'] === 'number' ? app['instances'] : 1;
  return { ...app, id: app['id'], instances, labels: labels as Record<string, string> };
}

/** Apps of Marathon's list that belong to the same group, the oldest first. */
export function sameGroup(list: unknown, app: ZddApp): ZddApp[] {
  const apps = isObject(list) && Array.isArray(list['apps']) ? (list['apps'] as unknown[]) : [];
  return apps
    .map(withoutNulls)
    .filter(
      (candidate): candidate is ZddApp =>
        isObject(candidate) && isObject(candidate['labels']) && groupOf(candidate) === groupOf(app),
    )
    .sort((a, b) => (startedAt(a) < startedAt(b) ? -1 : 1));
}

function groupOf({ labels }: Json): unknown {
  return isObject(labels) ? labels['HAPROXY_DEPLOYMENT_GROUP'] : undefined;
}

function startedAt({ labels }: ZddApp): string {
  return labels['HAPROXY_DEPLOYMENT_STARTED_AT'] ?? '0';
}

/** The app to create: its colour, port, instances and labels follow from the app that runs now. */
export function prepareDeploy(
  app: ZddApp,
  last: ZddApp | undefined,
  options: ZddOptions,
  startedAtText: string,
): ZddApp | ZddFailure {
  const port = servicePort(app);
  if (port === undefined) return { status: ZDD_STATUS.field, error: 'the app has no service port' };
  const colour = last?.labels['HAPROXY_DEPLOYMENT_COLOUR'] === 'blue' ? 'green' : 'blue';
  const target = last?.instances ?? app.instances;
  const fresh = last ? Math.min(options.newInstances, target) : 0;
  const wanted = Math.min(options.initialInstances, fresh > 0 ? fresh : target);
  const prepared: ZddApp = {
    ...app,
    id: `${app.id.startsWith('/') ? '' : '/'}${app.id}-${colour}`,
    instances: last ? wanted : app.instances,
    labels: {
      ...app.labels,
      HAPROXY_APP_ID: app.id,
      HAPROXY_0_PORT: String(port),
      HAPROXY_DEPLOYMENT_TARGET_INSTANCES: String(target),
      HAPROXY_DEPLOYMENT_NEW_INSTANCES: String(fresh),
      HAPROXY_DEPLOYMENT_COLOUR: colour,
      HAPROXY_DEPLOYMENT_STARTED_AT: startedAtText,
    },
  };
  return withServicePort(prepared, last ? nextPort(app, last) : port);
}

function nextPort(app: ZddApp, last: ZddApp): number {
  const other = Number(
    (last.labels['HAPROXY_DEPLOYMENT_ALT_PORT'] ?? app.labels['HAPROXY_DEPLOYMENT_ALT_PORT']) || 0,
  );
  return servicePort(last) === other ? Number(last.labels['HAPROXY_0_PORT']) : other;
}

function portMappings(app: Json): { where: 'docker' | 'container'; list: Json[] } | undefined {
  const container = isObject(app['container']) ? app['container'] : {};
  const docker = isObject(container['docker']) ? container['docker'] : {};
  for (const [where, holder] of [
    ['container', container],
    ['docker', docker],
  ] as const) {
    const list = holder['portMappings'];
    if (Array.isArray(list) && list.length > 0) return { where, list: list as Json[] };
  }
  return undefined;
}

function servicePort(app: Json): number | undefined {
  const mapped = portMappings(app)?.list[0]?.['servicePort'];
  if (typeof mapped === 'number' && mapped > 0) return mapped;
  const defined = Array.isArray(app['portDefinitions'])
    ? (app['portDefinitions'] as Json[])[0]?.['port']
    : undefined;
  if (typeof defined === 'number' && defined > 0) return defined;
  const plain = Array.isArray(app['ports']) ? (app['ports'] as unknown[])[0] : undefined;
  return typeof plain === 'number' && plain > 0 ? plain : undefined;
}

function withServicePort(app: ZddApp, port: number): ZddApp {
  const first = (list: unknown, key: string): unknown[] => {
    const [head, ...rest] = Array.isArray(list) ? (list as Json[]) : [];
    return [{ ...head, [key]: port }, ...rest];
  };
  const mappings = portMappings(app);
  const container = isObject(app['container']) ? app['container'] : {};
  if (mappings?.where === 'container')
    return { ...app, container: { ...container, portMappings: first(mappings.list, 'servicePort') } };
  if (mappings) {
    const docker = isObject(container['docker']) ? container['docker'] : {};
    return {
      ...app,
      container: { ...container, docker: { ...docker, portMappings: first(mappings.list, 'servicePort') } },
    };
  }
  if (Array.isArray(app['portDefinitions']) && app['portDefinitions'].length > 0)
    return { ...app, portDefinitions: first(app['portDefinitions'], 'port') };
  const [, ...rest] = Array.isArray(app['ports']) ? (app['ports'] as unknown[]) : [];
  return { ...app, ports: [port, ...rest] };
}

/** The name of the group's backend in the load balancers. */
export function zddBackend({ labels }: ZddApp): string {
  const group = (labels['HAPROXY_DEPLOYMENT_GROUP'] ?? '').replace(/^\//, '');
  return backendName(`/${group}`, Number(labels['HAPROXY_0_PORT']));
}

export function targetOf(app: ZddApp): number {
  return whole(app.labels['HAPROXY_DEPLOYMENT_TARGET_INSTANCES']) ?? app.instances;
}

function newInstancesOf({ labels }: ZddApp): number {
  return whole(labels['HAPROXY_DEPLOYMENT_NEW_INSTANCES']) ?? 0;
}

function isHybrid(app: ZddApp, options: ZddOptions): boolean {
  return newInstancesOf(app) !== 0 && !options.completeCurrent && !options.completePrevious;
}

/**
 * True when the load balancers agree with the two apps: all servers are listed, enough are up, one is drained.
 */
export function settled(
  fresh: ZddApp,
  old: ZddApp,
  listeners: readonly Listener[],
  balancers: number,
): boolean {
  const up = listeners.filter(({ status }) => status.startsWith('UP') || status === 'no check').length;
  return (
    listeners.length / balancers === fresh.instances + old.instances &&
    up / balancers >= targetOf(fresh) &&
    listeners.some(isDrained)
  );
}

/** True when there are so few instances that none is going to be drained, so that waiting is useless. */
export function nothingToDrain(fresh: ZddApp, old: ZddApp): boolean {
  return fresh.instances + old.instances <= targetOf(fresh);
}

function isDrained({ status, busy }: Listener): boolean {
  return status.startsWith('MAINT') && !busy;
}

/** Tasks that are in maintenance at every load balancer; with `patient` they also have no request left. */
export function drainedTasks(
  tasks: readonly { readonly id: string; readonly server: string }[],
  listeners: readonly Listener[],
  balancers: number,
  patient: boolean,
): string[] {
  const out = listeners.filter((listener) =>
    patient ? isDrained(listener) : listener.status.startsWith('MAINT'),
  );
  return tasks
    .filter(({ server }) => out.filter((listener) => listener.server === server).length === balancers)
    .map(({ id }) => id);
}

/** True when the older app can be deleted (or, in a hybrid deployment, when both have their final size). */
export function isFinished(
  fresh: ZddApp,
  old: ZddApp,
  drained: readonly string[],
  options: ZddOptions,
): boolean {
  if (isHybrid(fresh, options)) {
    const wanted = newInstancesOf(fresh);
    return fresh.instances === wanted && old.instances === targetOf(old) - wanted;
  }
  return fresh.instances === targetOf(fresh) && drained.length === old.instances;
}

/** True when the older app is deleted in the end: always but in a hybrid deployment. */
export function deletesOld(fresh: ZddApp, options: ZddOptions): boolean {
  return !isHybrid(fresh, options);
}

/** The next number of instances of the newer app; undefined when it has enough. */
export function nextInstances(fresh: ZddApp, old: ZddApp, options: ZddOptions): number | undefined {
  const linear = options.linearIncrease > 0;
  const { instances } = fresh;
  const more = linear ? instances + options.linearIncrease : Math.floor(instances + (instances + 1) / 2);
  if (isHybrid(fresh, options)) {
    const most = newInstancesOf(fresh);
    return instances < most ? Math.min(more, most) : undefined;
  }
  const target = targetOf(fresh);
  if (instances >= target) return undefined;
  if (linear) return Math.min(more, target);
  return more >= old.instances ? target : more;
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry !== null).map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([key, field]) => [key, withoutNulls(field)]));
}

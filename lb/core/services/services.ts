/**
 * Builds the services: one per service port of each app of our groups, with its labels read and its servers named.
 *
 * Always true: ordered by app id, then port; no two have the same name or bind the same address. A service that
 * cannot listen keeps its backend, its host names and its app id. An unchanged app gives services of the same versions.
 */

import type { App, HealthCheck } from '../apps/apps';
import type { Issue } from '../issues/issues';
import { type RefusedPart, refusalKey, templateLabelKey } from '../issues/refusals';
import {
  type ClosablePart,
  type PortLabels,
  readAppGroups,
  readPortLabels,
  unknownLabels,
} from '../labels/labels';
import { type Overrides, readOverrides } from '../labels/overrides';
import { NO_VERSION, UNVERSIONED } from '../versions/versioned';
import { placedName, resolveConflicts } from './conflicts';
import { backendName } from './names';
import type { BuildContext, ModelOptions } from './options';
import { serversOf } from './servers';
import type { Mode, Service } from './service';
import { type AppServices, contextKey, createServiceCache, type ServiceCache } from './service-cache';

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
  const key = contextKey(app, context, cache);
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

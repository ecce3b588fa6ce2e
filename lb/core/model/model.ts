/**
 * Builds the model: the whole configuration as plain values, ready for the templates.
 *
 * In: apps, options, facts of the machine and the network      Out: Model
 * Always true: sorted; equal input gives an equal model; every text in it is safe in the configuration.
 */

import type { App } from '../apps/apps';
import { mergeDeployments } from '../apps/deployments';
import type { Issue } from '../issues/issues';
import { placedLike } from '../services/conflicts';
import {
  type Bind,
  type BuildContext,
  type ModelOptions,
  type ProcessOptions,
  printBind,
} from '../services/options';
import type { Mode, Service } from '../services/service';
import { createCounter, createServiceCache, type ServiceCache } from '../services/service-cache';
import { assignServicePorts } from '../services/service-ports';
import { buildAppServices, buildServices, structureKey } from '../services/services';
import type { Snippet } from '../templates/template-table';
import { createVersioned, NO_VERSION, UNVERSIONED } from '../versions/versioned';
import { buildGroupedVhosts, type GroupedVhost } from '../vhosts/grouped-vhosts';
import { ineffectiveLabels } from '../vhosts/ineffective-labels';
import {
  type AppIdRule,
  buildAppIdRules,
  buildVhostRules,
  createRuleCache,
  type VhostRule,
} from '../vhosts/vhosts';
import { type Backend, buildBackend } from './backends';

export interface HeadValues extends ProcessOptions {
  readonly statsBind: string;
  readonly adminBind: string;
  readonly connectionsDefault: number;
}

export interface SharedFrontend {
  /** Another one after each change of the rules; `UNVERSIONED` for a copy with other rules. */
  readonly version: number;
  readonly bind: string;
  readonly rules: readonly VhostRule[];
}

export interface HttpsFrontend extends SharedFrontend {
  readonly certificates: readonly string[];
  readonly http2: boolean;
  /** The frontends by host name with `--group-https-by-vhost`; else undefined. */
  readonly grouped: readonly GroupedVhost[] | undefined;
}

export interface AppIdFrontend {
  /** Another one after each change of the rules; `UNVERSIONED` for a copy with other rules. */
  readonly version: number;
  readonly bind: string;
  readonly rules: readonly AppIdRule[];
}

/** The frontend and the userlist of one service, both optional. */
export interface Frontend {
  /** That of its service. */
  readonly version: number;
  readonly name: string;
  readonly app: string;
  /** Index of the port in its app. */
  readonly index: number;
  /** `address:port` of the listener; undefined without one. */
  readonly bind: string | undefined;
  readonly bindAddress: Bind | undefined;
  readonly mode: Mode;
  readonly snippets: readonly Snippet[];
  readonly userlist: Snippet | undefined;
  /** Certificates of the service port itself. */
  readonly certificates: readonly string[];
}

export interface Model {
  readonly head: HeadValues;
  readonly httpIn: SharedFrontend | undefined;
  readonly appIdIn: AppIdFrontend;
  readonly httpsIn: HttpsFrontend | undefined;
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly mapFolder: string | undefined;
  readonly issues: readonly Issue[];
}

interface ServiceParts {
  readonly frontend: Frontend;
  readonly backend: Backend;
  readonly issues: readonly Issue[];
}

/**
 * A builder that rebuilds only what changed since its last call. Its arguments must not be changed afterwards, and the apps
 * are those of one store, which gives them their versions.
 */
export function createModelBuilder(
  options: ModelOptions,
  nextVersion: () => number = createCounter(),
): (apps: readonly App[], context: BuildContext) => Model {
  const services = createServiceCache(nextVersion);
  const vhostCache = createRuleCache<VhostRule>(nextVersion);
  const appIdCache = createRuleCache<AppIdRule>(nextVersion);
  const parts = createVersioned<ServiceParts>();
  const merges = createVersioned<App>();
  const fronts = createVersioned<number>();
  const head = buildHead(options);
  const partsOf = (service: Service): ServiceParts =>
    parts.of(service.name, service.version, () => ({
      frontend: buildFrontend(service),
      backend: buildBackend(service, options),
      issues: ineffectiveLabels(service, options),
    }));
  const versionOfFront: FrontVersion = (name, rules, more = '') => {
    const versions = rules.map(({ version }) => version).join(' ');
    return fronts.of(name, `${versions}/${more}`, nextVersion);
  };
  let last: LastBuild | undefined;
  return (apps, context) => {
    const patched = last && patch(last, { apps, context, options, services });
    if (patched) {
      last = patched;
      return patched.model;
    }
    const merged = mergeDeployments(withoutSelf(apps, options.ownName), merges);
    const { portRange, digests } = options;
    const ported = assignServicePorts(merged.apps, portRange, digests, context.portOrder, merged.members);
    const built = buildServices(ported.apps, options, context, services);
    const vhosts = buildVhostRules(built.services, options, vhostCache);
    const each = built.services.map(partsOf);
    parts.trim(each.length, () => built.services.map(({ name }) => name));
    const model: Model = {
      head,
      ...buildSharedFrontends(
        built.services,
        vhosts.rules,
        buildAppIdRules(built.services, appIdCache),
        options,
        versionOfFront,
      ),
      frontends: each.map(({ frontend }) => frontend),
      backends: each.map(({ backend }) => backend),
      mapFolder: options.mapFolder,
      issues: [
        ...merged.issues,
        ...ported.issues,
        ...built.issues,
        ...(options.httpIn !== undefined ? vhosts.issues : []),
        ...each.flatMap((part) => part.issues),
      ],
    };
    last = { apps, context, services: built.services, model };
    return model;
  };
}

/** The last model, with what it was built from. */
interface LastBuild {
  readonly apps: readonly App[];
  readonly context: BuildContext;
  /** In the order of the model's frontends and backends, and as many. */
  readonly services: readonly Service[];
  readonly model: Model;
}

/** With more changed apps than this the whole model is built. */
const PATCHED_MAX = 32;

/**
 * Replaces the backends of a few apps when nothing but their servers changed. Returns undefined when the whole model has
 * to be built.
 */
function patch(
  last: LastBuild,
  wanted: {
    readonly apps: readonly App[];
    readonly context: BuildContext;
    readonly options: ModelOptions;
    readonly services: ServiceCache;
  },
): LastBuild | undefined {
  const { apps, context, options } = wanted;
  if (apps.length !== last.apps.length || !sameContext(context, last.context)) return undefined;
  const replaced = new Map<number, Service>();
  let count = 0;
  for (const [appIndex, app] of apps.entries()) {
    const before = last.apps[appIndex];
    if (before !== undefined && isSameVersion(before, app)) continue;
    count++;
    if (before === undefined || count > PATCHED_MAX || !onlyServers(before, app)) return undefined;
    const old = buildAppServices(before, options, context, wanted.services);
    const fresh = buildAppServices(app, options, context, wanted.services);
    if (old.services.length !== fresh.services.length) return undefined;
    if (JSON.stringify(old.issues) !== JSON.stringify(fresh.issues)) return undefined;
    for (const [index, service] of fresh.services.entries()) {
      const previous = old.services[index];
      if (previous === undefined || structureKey(previous) !== structureKey(service)) return undefined;
      replaced.set(previous.version, service);
    }
  }
  const services = [...last.services];
  const backends = [...last.model.backends];
  for (const [position, service] of last.services.entries()) {
    const { version } = service.requested ?? service;
    const replacement = replaced.get(version);
    if (replacement === undefined) continue;
    replaced.delete(version);
    const fresh = placedLike(service, replacement, wanted.services);
    services[position] = fresh;
    backends[position] = buildBackend(fresh, options);
  }
  // A service that the last build did not have cannot be replaced in it.
  return replaced.size > 0 ? undefined : { apps, context, services, model: { ...last.model, backends } };
}

function isSameVersion(before: App, after: App): boolean {
  return before === after || (before.version !== NO_VERSION && before.version === after.version);
}

/** True when both readings have the same id, no deployment group and service ports of their own. */
function onlyServers(before: App, after: App): boolean {
  const alone = ({ labels, needsServicePorts }: App): boolean =>
    !needsServicePorts && labels['HAPROXY_DEPLOYMENT_GROUP'] === undefined;
  return before.id === after.id && alone(before) && alone(after);
}

const CONTEXT_PARTS = [
  'addresses',
  'aliveByTask',
  'unbindable',
  'refused',
  'refusedTemplates',
  'weights',
] as const;

/** True when the facts are unchanged. */
function sameContext(left: BuildContext, right: BuildContext): boolean {
  if (left === right) return true;
  if (!sameSet(left.drained, right.drained)) return false;
  if (left.portOrder?.join(' ') !== right.portOrder?.join(' ')) return false;
  return CONTEXT_PARTS.every((part) => sameMap(left[part], right[part]));
}

type AnyMap = ReadonlyMap<string, unknown>;

function sameMap(left: AnyMap = new Map(), right: AnyMap = new Map()): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [key, value] of left) if (right.get(key) !== value) return false;
  return true;
}

function sameSet(left: ReadonlySet<string> = new Set(), right: ReadonlySet<string> = new Set()): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const key of left) if (!right.has(key)) return false;
  return true;
}

/** The version of a shared frontend, by its rules and by what else its text is made of. */
type FrontVersion = (name: string, rules: readonly { readonly version: number }[], more?: string) => number;

function buildSharedFrontends(
  services: readonly Service[],
  rules: readonly VhostRule[],
  appIds: readonly AppIdRule[],
  options: ModelOptions,
  versionOf: FrontVersion,
): Pick<Model, 'httpIn' | 'appIdIn' | 'httpsIn'> {
  const { httpIn, httpsIn, appIdIn, groupHttps } = options;
  const names = new Set(services.map(({ name }) => name));
  const grouped = httpsIn && groupHttps ? buildGroupedVhosts(rules, httpsIn, names) : undefined;
  const groupedNames = grouped?.map(({ name }) => name).join(' ');
  return {
    httpIn: httpIn && { version: versionOf('http', rules), bind: printBind(httpIn), rules },
    appIdIn: { version: versionOf('app ids', appIds), bind: printBind(appIdIn), rules: appIds },
    httpsIn: httpsIn && {
      version: versionOf('https', rules, groupedNames),
      bind: printBind(httpsIn),
      rules,
      certificates: httpsIn.certificates,
      http2: httpsIn.http2,
      grouped,
    },
  };
}

function withoutSelf(apps: readonly App[], name: string | undefined): readonly App[] {
  return name === undefined ? apps : apps.filter(({ id }) => id.slice(1) !== name);
}

/** Builds the model of these apps without a cache, and without versions. */
export function buildModel(apps: readonly App[], options: ModelOptions, context: BuildContext): Model {
  return createModelBuilder(options, () => UNVERSIONED)(apps, context);
}

/** Apps with a part in the second model whose version is not in the first; both are of one builder. */
export function changedApps(before: Model, after: Model): Set<string> {
  const parts = ({ frontends, backends, httpIn, httpsIn, appIdIn }: Model): readonly VersionedPart[] => [
    ...frontends,
    ...backends,
    ...((httpIn ?? httpsIn)?.rules ?? []),
    ...appIdIn.rules,
  ];
  const previous = new Set(parts(before).map(({ version }) => version));
  previous.delete(UNVERSIONED);
  return new Set(parts(after).flatMap(({ version, app }) => (previous.has(version) ? [] : [app])));
}

interface VersionedPart {
  readonly app: string;
  readonly version: number;
}

/** The `maxconn` of the defaults section; the rest of the global limit is for health checks and statistics. */
const CONNECTIONS_DEFAULT = 10_000;

function buildHead(options: ModelOptions): HeadValues {
  return {
    ...options.process,
    statsBind: printBind(options.stats),
    adminBind: printBind(reachable(options.admin)),
    connectionsDefault: Math.min(CONNECTIONS_DEFAULT, options.process.connectionsMax),
  };
}

/** An address by which a listener on all addresses can be reached from this machine. */
function reachable(bind: Bind): Bind {
  return bind.address === '*' || bind.address === '0.0.0.0' ? { ...bind, address: '127.0.0.1' } : bind;
}

function buildFrontend(service: Service): Frontend {
  const { name, app, index, bind, mode, labels, overrides, listens } = service;
  const userlist: Snippet | undefined = labels.AUTH && {
    template: 'USERLIST_HEAD',
    values: { backend: name, user: labels.AUTH.user, passwd: labels.AUTH.password },
    override: overrides.USERLIST_HEAD,
  };
  return {
    version: service.version,
    name,
    app,
    index,
    bind: listens ? printBind(bind) : undefined,
    bindAddress: listens ? bind : undefined,
    mode,
    snippets: listens ? listenerSnippets(service) : [],
    userlist,
    certificates: listens ? (labels.SSL_CERT ?? []) : [],
  };
}

function listenerSnippets({ name, bind, mode, labels, overrides }: Service): Snippet[] {
  const head: Snippet = {
    template: 'FRONTEND_HEAD',
    values: {
      bindAddr: bind.address.includes(':') ? `[${bind.address}]` : bind.address,
      backend: name,
      servicePort: bind.port,
      mode,
      sslCert: labels.SSL_CERT ? ` ssl crt ${labels.SSL_CERT.join(' crt ')}` : '',
      bindOptions: labels.BIND_OPTIONS === undefined ? '' : ` ${labels.BIND_OPTIONS}`,
    },
    override: overrides.FRONTEND_HEAD,
  };
  const values = { backend: name };
  return [head, { template: 'FRONTEND_BACKEND_GLUE', values, override: overrides.FRONTEND_BACKEND_GLUE }];
}

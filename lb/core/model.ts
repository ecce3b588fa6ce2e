/**
 * The model: all that the configuration says, as plain values, ready for the templates.
 *
 * In: apps, options, what is known of the world      Out: Model
 * Always true: sorted; equal input gives an equal model; every text in it is safe in the configuration.
 */

import type { App } from './apps';
import { type Backend, buildBackend, modeIssues } from './backends';
import { type MergeCache, mergeDeployments } from './deployments';
import { buildGroupedFronts, type GroupedFront } from './grouped';
import type { Issue } from './issues';
import { type Bind, type ModelOptions, type ProcessOptions, printBind, type World } from './options';
import { assignServicePorts } from './service-ports';
import { buildServices, type Mode, type Service, type ServiceCache } from './services';
import type { Piece } from './template-table';
import {
  type AppIdCache,
  type AppIdRule,
  buildAppIdRules,
  buildVhostRules,
  createRuleCache,
  type VhostCache,
  type VhostRule,
} from './vhosts';

export interface Head extends ProcessOptions {
  readonly statsBind: string;
  readonly adminBind: string;
  readonly connectionsDefault: number;
}

export interface SharedFront {
  readonly bind: string;
  readonly rules: readonly VhostRule[];
}

export interface HttpsFront extends SharedFront {
  readonly certificates: readonly string[];
  readonly http2: boolean;
  /** With one front per host name; else undefined. */
  readonly grouped: readonly GroupedFront[] | undefined;
}

export interface AppIdFront {
  readonly bind: string;
  readonly rules: readonly AppIdRule[];
}

/** What one service brings: a place to listen on, and maybe a user list. */
export interface Frontend {
  readonly name: string;
  readonly app: string;
  readonly bind: string;
  readonly place: Bind;
  readonly mode: Mode;
  readonly pieces: readonly Piece[];
  readonly userlist: Piece | undefined;
  /** Of the service port itself. */
  readonly certificates: readonly string[];
}

export interface Model {
  readonly head: Head;
  readonly httpIn: SharedFront | undefined;
  readonly appIdIn: AppIdFront;
  readonly httpsIn: HttpsFront | undefined;
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly mapFolder: string | undefined;
  readonly issues: readonly Issue[];
}

interface PerService {
  readonly frontend: Frontend;
  readonly backend: Backend;
  readonly issues: readonly Issue[];
}

/** A builder that makes again only what changed since the time before. */
export function createModelBuilder(options: ModelOptions): (apps: readonly App[], world: World) => Model {
  const services: ServiceCache = new WeakMap();
  const vhosts: VhostCache = createRuleCache();
  const appIds: AppIdCache = createRuleCache();
  const parts = new WeakMap<Service, PerService>();
  const merges: MergeCache = new Map();
  const head = buildHead(options);
  const partsOf = (service: Service): PerService => {
    const known = parts.get(service) ?? {
      frontend: buildFrontend(service),
      backend: buildBackend(service, options),
      issues: modeIssues(service),
    };
    parts.set(service, known);
    return known;
  };
  return (apps, world) => {
    const merged = mergeDeployments(without(apps, options.ownName), merges);
    const ported = assignServicePorts(merged.apps, options.portRange, options.digests);
    const built = buildServices(ported.apps, options, world, services);
    const { rules, issues } = buildVhostRules(built.services, options, vhosts);
    const each = built.services.map(partsOf);
    const bound = options.httpIn !== undefined;
    return {
      head,
      httpIn: options.httpIn && { bind: printBind(options.httpIn), rules },
      appIdIn: { bind: printBind(options.appIdIn), rules: buildAppIdRules(built.services, appIds) },
      httpsIn: options.httpsIn && {
        bind: printBind(options.httpsIn),
        rules,
        certificates: options.httpsIn.certificates,
        http2: options.httpsIn.http2,
        grouped: options.groupHttps
          ? buildGroupedFronts(rules, options.httpsIn, new Set(built.services.map(({ name }) => name)))
          : undefined,
      },
      frontends: each.map(({ frontend }) => frontend),
      backends: each.map(({ backend }) => backend),
      mapFolder: options.mapFolder,
      issues: [
        ...merged.issues,
        ...ported.issues,
        ...built.issues,
        ...(bound ? issues : []),
        ...each.flatMap((part) => part.issues),
      ],
    };
  };
}

function without(apps: readonly App[], name: string | undefined): readonly App[] {
  return name === undefined ? apps : apps.filter(({ id }) => id.slice(1) !== name);
}

/** Everything the configuration says about these apps. */
export function buildModel(apps: readonly App[], options: ModelOptions, world: World): Model {
  return createModelBuilder(options)(apps, world);
}

/** Apps of which a part is not the same object in both models, and is in the second. */
export function changedApps(before: Model, after: Model): Set<string> {
  const parts = ({ frontends, backends, httpIn, httpsIn, appIdIn }: Model): { readonly app: string }[] => [
    ...frontends,
    ...backends,
    ...((httpIn ?? httpsIn)?.rules ?? []),
    ...appIdIn.rules,
  ];
  const known = new Set<object>(parts(before));
  return new Set(parts(after).flatMap((part) => (known.has(part) ? [] : [part.app])));
}

/** What HAProxy itself takes connections for before it is full; the rest is for health checks and statistics. */
const CONNECTIONS_DEFAULT = 10_000;

function buildHead(options: ModelOptions): Head {
  return {
    ...options.process,
    statsBind: printBind(options.stats),
    adminBind: printBind(reachable(options.admin)),
    connectionsDefault: Math.min(CONNECTIONS_DEFAULT, options.process.connectionsMax),
  };
}

/** Where something that listens everywhere can be reached from this machine. */
function reachable(bind: Bind): Bind {
  return bind.address === '*' || bind.address === '0.0.0.0' ? { ...bind, address: '127.0.0.1' } : bind;
}

function buildFrontend(service: Service): Frontend {
  const { name, app, bind, mode, labels, overrides } = service;
  const head: Piece = {
    template: 'FRONTEND_HEAD',
    values: {
      bindAddr: bind.address.includes(':') ? `[${bind.address}]` : bind.address,
      backend: name,
      servicePort: bind.port,
      mode,
      sslCert: labels.SSL_CERT ? ` ssl crt ${labels.SSL_CERT.join(' crt ')}` : '',
      bindOptions: labels.BIND_OPTIONS === undefined ? '' : ` ${labels.BIND_OPTIONS}`,
    },
    own: overrides.FRONTEND_HEAD,
  };
  const glue: Piece = {
    template: 'FRONTEND_BACKEND_GLUE',
    values: { backend: name },
    own: overrides.FRONTEND_BACKEND_GLUE,
  };
  const userlist: Piece | undefined = labels.AUTH && {
    template: 'USERLIST_HEAD',
    values: { backend: name, user: labels.AUTH.user, passwd: labels.AUTH.password },
    own: overrides.USERLIST_HEAD,
  };
  const certificates = labels.SSL_CERT ?? [];
  return {
    name,
    app,
    bind: printBind(bind),
    place: bind,
    mode,
    pieces: [head, glue],
    userlist,
    certificates,
  };
}

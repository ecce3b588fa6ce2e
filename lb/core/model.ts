/**
 * The model: all that the configuration says, as plain values, ready for the templates.
 *
 * In: apps, options, what is known of the world      Out: Model
 * Always true: sorted; equal input gives an equal model; every text in it is safe in the configuration.
 */

import type { App } from './apps';
import { type Backend, buildBackend, modeIssues } from './backends';
import type { Issue } from './issues';
import { type Bind, type ModelOptions, type ProcessOptions, printBind, type World } from './options';
import { buildServices, type Mode, type Service } from './services';
import { type AppIdRule, buildAppIdRules, buildVhostRules, type VhostRule } from './vhosts';

export interface Head extends ProcessOptions {
  readonly statsBind: string;
  readonly adminBind: string;
}

export interface Userlist {
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

export interface SharedFront {
  readonly bind: string;
  readonly rules: readonly VhostRule[];
}

export interface HttpFront extends SharedFront {
  /** Goes behind the host name in redirects: empty for 443. */
  readonly httpsPortSuffix: string;
}

export interface HttpsFront extends SharedFront {
  readonly certificates: readonly string[];
}

export interface AppIdFront {
  readonly bind: string;
  readonly rules: readonly AppIdRule[];
}

export interface Frontend {
  readonly name: string;
  readonly app: string;
  readonly bind: string;
  readonly place: Bind;
  readonly mode: Mode;
}

export interface Model {
  readonly head: Head;
  readonly userlists: readonly Userlist[];
  readonly httpIn: HttpFront | undefined;
  readonly appIdIn: AppIdFront;
  readonly httpsIn: HttpsFront | undefined;
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly issues: readonly Issue[];
}

/** Everything the configuration says about these apps. */
export function buildModel(apps: readonly App[], options: ModelOptions, world: World): Model {
  const { services, issues } = buildServices(apps, options, world);
  const vhosts = buildVhostRules(services, options.httpsIn !== undefined);
  const bound = options.httpIn !== undefined;
  return {
    head: {
      ...options.process,
      statsBind: printBind(options.stats),
      adminBind: printBind(reachable(options.admin)),
    },
    userlists: services.flatMap(buildUserlist),
    httpIn: options.httpIn && {
      bind: printBind(options.httpIn),
      rules: vhosts.rules,
      httpsPortSuffix: portSuffix(options.httpsIn),
    },
    appIdIn: { bind: printBind(options.appIdIn), rules: buildAppIdRules(services) },
    httpsIn: options.httpsIn && {
      bind: printBind(options.httpsIn),
      rules: vhosts.rules,
      certificates: options.httpsIn.certificates,
    },
    frontends: services.map(buildFrontend),
    backends: services.map(buildBackend),
    issues: [...issues, ...(bound ? vhosts.issues : []), ...services.flatMap(modeIssues)],
  };
}

/** Where something that listens everywhere can be reached from this machine. */
function reachable(bind: Bind): Bind {
  return bind.address === '*' || bind.address === '0.0.0.0' ? { ...bind, address: '127.0.0.1' } : bind;
}

function buildUserlist({ name, labels }: Service): Userlist[] {
  return labels.AUTH ? [{ name, user: labels.AUTH.user, password: labels.AUTH.password }] : [];
}

function buildFrontend({ name, app, bind, mode }: Service): Frontend {
  return { name, app, bind: printBind(bind), place: bind, mode };
}

function portSuffix(https: Bind | undefined): string {
  return https === undefined || https.port === 443 ? '' : `:${https.port}`;
}

/** Lines `host backend`, for those host names that have no path and no credentials (`/_haproxy_getvhostmap`). */
export function vhostMap({ httpIn, httpsIn }: Model): string {
  const rules = (httpIn ?? httpsIn)?.rules.filter(({ path, realm }) => !path && !realm) ?? [];
  const lines = rules.flatMap(({ hosts, backend }) => hosts.map((host) => `${host} ${backend}\n`));
  return [...new Set(lines)].join('');
}

/** Lines `app-id backend` (`/_haproxy_getappmap`). */
export function appIdMap({ appIdIn }: Model): string {
  return appIdIn.rules.map(({ app, backend }) => `${app} ${backend}\n`).join('');
}

/**
 * Builds the rules of the shared frontends: which host names, paths and app ids lead to which backend.
 *
 * Always true: sorted by weight, then (when asked for) longer paths first, then in the order of the services.
 */

import type { Issue } from '../issues/issues';
import type { PathTest } from '../labels/label-values';
import { appIdAcl, hostSuffix } from '../services/names';
import type { ModelOptions } from '../services/options';
import type { Service } from '../services/service';
import { createCounter } from '../services/service-cache';
import { structureKey } from '../services/services';
import type { Snippet } from '../templates/template-table';
import { UNVERSIONED } from '../versions/versioned';
import { findShadowed } from './shadowed-hosts';
import { type VhostSnippets, vhostSnippets } from './vhost-snippets';

export interface VhostRule extends VhostSnippets {
  /** Another one after each change of the rule. */
  readonly version: number;
  readonly app: string;
  readonly backend: string;
  readonly weight: number;
  /** Suffix of the ACLs that test the host and the credentials. */
  readonly suffix: string;
  readonly hosts: readonly string[];
  readonly path: PathTest | undefined;
  /** Realm of basic authentication with the userlist of the backend; undefined without. */
  readonly realm: string | undefined;
  /** HTTP requests are redirected to HTTPS. */
  readonly redirect: boolean;
  readonly certificates: readonly string[];
  readonly bindOptions: string | undefined;
}

export interface AppIdRule {
  /** Another one after each change of the rule. */
  readonly version: number;
  readonly acl: string;
  readonly app: string;
  readonly backend: string;
  readonly snippet: Snippet;
}

/** Earlier rules by the name of their service: when only servers change, a rule keeps its version. */
export interface RuleCache<T> {
  readonly rules: Map<string, CachedRule<T>>;
  /** Makes the version of what is made anew. */
  readonly nextVersion: () => number;
}
interface CachedRule<T> {
  readonly service: Service;
  readonly wanted: string;
  readonly name: string;
  readonly rule: T;
}
export type VhostCache = RuleCache<VhostRule>;
export type AppIdCache = RuleCache<AppIdRule>;

export function createRuleCache<T>(nextVersion: () => number = createCounter()): RuleCache<T> {
  return { rules: new Map(), nextVersion };
}

/** Builds or reuses the rule of a service. The name of its ACLs begins with the result of `wanted`. */
function ruleOf<T>(
  { rules }: RuleCache<T>,
  owners: Map<string, string>,
  service: Service,
  wanted: () => string,
  make: (name: string) => T,
): T {
  const previous = rules.get(service.name);
  const same = service.version !== UNVERSIONED && previous?.service.version === service.version;
  const base = same ? previous.wanted : wanted();
  const name = uniqueAclName(owners, base, service);
  if (same && previous.name === name) return previous.rule;
  const alike = previous?.name === name && structureKey(previous.service) === structureKey(service);
  const rule = alike ? previous.rule : make(name);
  rules.set(service.name, { service, wanted: base, name, rule });
  return rule;
}

/** Forgets removed services once there are too many of them. */
function forgetRemoved<T>({ rules }: RuleCache<T>, services: readonly Service[]): void {
  if (rules.size <= 2 * services.length + 100) return;
  const names = new Set(services.map(({ name }) => name));
  for (const name of rules.keys()) if (!names.has(name)) rules.delete(name);
}

/** The rules by host name. */
export function buildVhostRules(
  services: readonly Service[],
  options: ModelOptions,
  cache: VhostCache = createRuleCache(),
): { rules: VhostRule[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const rules: VhostRule[] = [];
  const owners = new Map<string, string>();
  const https = options.httpsIn !== undefined;
  for (const service of services) {
    const { VHOST: hosts, PATH: path, AUTH: auth, REDIRECT_TO_HTTPS: redirect } = service.labels;
    const addIssue = (label: string, text: string): void => {
      issues.push({ app: service.app, label: `HAPROXY_${service.index}_${label}`, text });
    };
    if (!hosts?.[0]) {
      if (path && !hosts) addIssue('PATH', 'does nothing without VHOST');
      if (auth && !hosts) addIssue('AUTH', 'does nothing without VHOST');
      continue;
    }
    if (service.mode === 'tcp') {
      addIssue('VHOST', 'needs mode http, and this port is tcp');
      continue;
    }
    if (redirect && !https) addIssue('REDIRECT_TO_HTTPS', 'there is no HTTPS front; set --ssl-certs');
    if (!service.routesHosts) continue;
    const [first] = hosts;
    const wanted = (): string => hostSuffix(service.app, first);
    rules.push(
      ruleOf(cache, owners, service, wanted, (suffix) => ({
        ...buildRule(service, hosts, suffix, options),
        version: cache.nextVersion(),
      })),
    );
  }
  forgetRemoved(cache, services);
  rules.sort(options.longestPathFirst ? byWeightAndPath : byWeight);
  return { rules, issues: [...issues, ...shadowIssues(rules, services)] };
}

function buildRule(
  service: Service,
  hosts: readonly string[],
  suffix: string,
  options: ModelOptions,
): Omit<VhostRule, 'version'> {
  const {
    PATH: path,
    AUTH: auth,
    REDIRECT_TO_HTTPS,
    BACKEND_WEIGHT,
    SSL_CERT,
    BIND_OPTIONS,
  } = service.labels;
  const redirect = REDIRECT_TO_HTTPS && options.httpsIn !== undefined;
  return {
    app: service.app,
    backend: service.name,
    weight: BACKEND_WEIGHT ?? (path ? 1 : 0),
    suffix,
    hosts,
    path,
    realm: auth?.realm,
    redirect,
    certificates: SSL_CERT ?? [],
    bindOptions: BIND_OPTIONS,
    ...vhostSnippets({ service, hosts, suffix, redirect }, options),
  };
}

/** HAProxy merges ACLs of one name, so a name that another app has (`/a/b` and `/a.b`) is extended. */
function uniqueAclName(
  owners: Map<string, string>,
  wanted: string,
  service: Pick<Service, 'app' | 'name'>,
): string {
  const owner = owners.get(wanted);
  if (owner !== undefined && owner !== service.app)
    return uniqueAclName(owners, `${wanted}_${service.name}`, service);
  owners.set(wanted, service.app);
  return wanted;
}

function byWeight(a: VhostRule, b: VhostRule): number {
  return b.weight - a.weight;
}

function byWeightAndPath(a: VhostRule, b: VhostRule): number {
  const length = ({ path }: VhostRule): number =>
    Math.max(0, ...(path?.paths ?? []).map((pattern) => pattern.length));
  return b.weight - a.weight || length(b) - length(a);
}

/** Issues for host names that never lead to their app. */
function shadowIssues(rules: readonly VhostRule[], services: readonly Service[]): Issue[] {
  const shadowed = findShadowed(rules);
  if (shadowed.length === 0) return [];
  const indices = new Map(services.map(({ name, index }) => [name, index]));
  return shadowed.map(({ rule, host, by }) => ({
    app: rule.app,
    label: `HAPROXY_${indices.get(rule.backend) ?? 0}_VHOST`,
    text:
      `requests for ${host} go to ${by.app} port ${indices.get(by.backend) ?? 0}, whose rule comes first; ` +
      'another PATH, or a higher BACKEND_WEIGHT, brings them here',
  }));
}

/** The rules by app id, for the lowest http port of each app. */
export function buildAppIdRules(
  services: readonly Service[],
  cache: AppIdCache = createRuleCache(),
): AppIdRule[] {
  const rules = new Map<string, AppIdRule>();
  const owners = new Map<string, string>();
  for (const service of services) {
    const { app, mode, name, overrides, labels } = service;
    if (mode !== 'http' || rules.has(app)) continue;
    const make = (acl: string): AppIdRule => {
      const values = {
        cleanedUpAppId: acl.slice('app_'.length),
        appId: app,
        backend: name,
        hostname: labels.VHOST?.join(',') ?? '',
      };
      const override = overrides.HTTP_FRONTEND_APPID_ACL;
      return {
        version: cache.nextVersion(),
        acl,
        app,
        backend: name,
        snippet: { template: 'HTTP_FRONTEND_APPID_ACL', values, override },
      };
    };
    const rule = ruleOf(cache, owners, service, () => appIdAcl(app), make);
    rules.set(app, rule);
  }
  forgetRemoved(cache, services);
  return [...rules.values()];
}

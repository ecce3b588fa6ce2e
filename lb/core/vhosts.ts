/**
 * Rules of the shared fronts: which host names, paths and app ids lead to which backend.
 *
 * Always true: sorted by weight, then longer paths first, then in the order of the services.
 */

import type { Issue } from './issues';
import { appIdAcl, hostSuffix } from './names';
import type { Service } from './services';

export interface VhostRule {
  readonly app: string;
  readonly backend: string;
  readonly weight: number;
  /** Suffix of the ACLs that test the host and the credentials. */
  readonly suffix: string;
  readonly hosts: readonly string[];
  readonly path: { readonly ignoreCase: boolean; readonly paths: readonly string[] } | undefined;
  /** Asks for credentials from the userlist of the backend. */
  readonly realm: string | undefined;
  /** Plain requests are sent to HTTPS. */
  readonly redirect: boolean;
}

export interface AppIdRule {
  readonly acl: string;
  readonly app: string;
  readonly backend: string;
}

/** The rules by host name. `https`: whether there is an HTTPS front to redirect to. */
export function buildVhostRules(
  services: readonly Service[],
  https: boolean,
): { rules: VhostRule[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const rules: VhostRule[] = [];
  const owners = new Map<string, string>();
  for (const service of services) {
    const { VHOST: hosts, PATH: path, AUTH: auth, REDIRECT_TO_HTTPS: redirect } = service.labels;
    const complain = (label: string, text: string): void => {
      issues.push({ app: service.app, label: `HAPROXY_${service.index}_${label}`, text });
    };
    if (!hosts?.[0]) {
      if (path) complain('PATH', 'does nothing without VHOST');
      if (auth) complain('AUTH', 'does nothing without VHOST');
      continue;
    }
    if (service.mode === 'tcp') {
      complain('VHOST', 'needs mode http, and this port is tcp');
      continue;
    }
    if (redirect && !https) complain('REDIRECT_TO_HTTPS', 'there is no HTTPS front; set --ssl-certs');
    rules.push({
      app: service.app,
      backend: service.name,
      weight: service.labels.BACKEND_WEIGHT ?? (path ? 1 : 0),
      suffix: ownName(owners, hostSuffix(service.app, hosts[0]), service),
      hosts,
      path,
      realm: auth?.realm,
      redirect: redirect && https,
    });
  }
  return { rules: rules.sort(byWeight), issues };
}

/** ACLs of one name are tested together, so a name that another app has (`/a/b` and `/a.b`) gets an addition. */
function ownName(
  owners: Map<string, string>,
  wanted: string,
  service: Pick<Service, 'app' | 'name'>,
): string {
  const owner = owners.get(wanted);
  if (owner !== undefined && owner !== service.app)
    return ownName(owners, `${wanted}_${service.name}`, service);
  owners.set(wanted, service.app);
  return wanted;
}

function byWeight(a: VhostRule, b: VhostRule): number {
  const length = ({ path }: VhostRule): number =>
    Math.max(0, ...(path?.paths ?? []).map((one) => one.length));
  return b.weight - a.weight || length(b) - length(a);
}

/** The rules by app id: the lowest http port of each app. */
export function buildAppIdRules(services: readonly Service[]): AppIdRule[] {
  const rules = new Map<string, AppIdRule>();
  const owners = new Map<string, string>();
  for (const { app, mode, name } of services) {
    if (mode !== 'http' || rules.has(app)) continue;
    rules.set(app, { acl: ownName(owners, appIdAcl(app), { app, name }), app, backend: name });
  }
  return [...rules.values()];
}

/**
 * Chooses the templates for the rules of one service on the shared frontends, as marathon-lb does: for one host name and
 * for several, with and without path, redirect, credentials and maps.
 */

import type { PathTest } from '../labels/label-values';
import type { ModelOptions } from '../services/options';
import type { Service } from '../services/service';
import type { Snippet, TemplateName, TemplateValues } from '../templates/template-table';

export interface VhostSnippets {
  readonly http: readonly Snippet[];
  /** ACLs that all host names share; `httpsHosts` has the rules of each host name. */
  readonly httpsHead: readonly Snippet[];
  readonly httpsHosts: readonly { readonly host: string; readonly snippets: readonly Snippet[] }[];
  /** True when the map replaces the rules on port 80, and on port 443. */
  readonly httpMapped: boolean;
  readonly httpsMapped: boolean;
}

interface VhostRequest {
  readonly service: Service;
  readonly hosts: readonly string[];
  readonly suffix: string;
  readonly redirect: boolean;
}

const HTTP_MAPPED: readonly TemplateName[] = [
  'HTTP_FRONTEND_ACL',
  'HTTP_FRONTEND_ACL_ONLY',
  'HTTP_FRONTEND_ROUTING_ONLY',
];

export function vhostSnippets(
  { service, hosts, suffix, redirect }: VhostRequest,
  options: ModelOptions,
): VhostSnippets {
  const { PATH: path, AUTH: auth } = service.labels;
  const make = snippetMaker(service, suffix, options);
  const plain = options.mapFolder !== undefined && !path && !auth && hosts.every(isMappable);
  const free = (names: readonly TemplateName[]): boolean => !names.some((name) => name in service.overrides);
  const httpMapped = plain && !redirect && free(HTTP_MAPPED);
  const httpsMapped = plain && free(['HTTPS_FRONTEND_ACL']);
  const kind = { path: path !== undefined, auth: auth !== undefined, redirect };
  const [first = ''] = hosts;
  const http = httpMapped
    ? []
    : hosts.length === 1
      ? oneHost(kind).map((name) => make(name, first))
      : severalHosts(kind).flatMap((name) =>
          name === 'HTTP_FRONTEND_ACL_ONLY' ? hosts.map((host) => make(name, host)) : [make(name, first)],
        );
  const rule = httpsRule(kind);
  return {
    http,
    httpsHead: kind.path ? [make('HTTPS_FRONTEND_ACL_ONLY_WITH_PATH', first)] : [],
    httpsHosts: hosts.map((host) => ({ host, snippets: httpsMapped ? [] : [make(rule, host)] })),
    httpMapped,
    httpsMapped,
  };
}

interface RuleKind {
  readonly path: boolean;
  readonly auth: boolean;
  readonly redirect: boolean;
}

/** Port 80, one host name. */
function oneHost({ path, auth, redirect }: RuleKind): TemplateName[] {
  if (path && redirect)
    return [
      'HTTP_FRONTEND_ACL_ONLY',
      'HTTP_FRONTEND_ACL_ONLY_WITH_PATH',
      'BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH',
    ];
  if (path) return [auth ? 'HTTP_FRONTEND_ACL_WITH_AUTH_AND_PATH' : 'HTTP_FRONTEND_ACL_WITH_PATH'];
  if (redirect) return ['HTTP_FRONTEND_ACL', 'BACKEND_REDIRECT_HTTP_TO_HTTPS'];
  return [auth ? 'HTTP_FRONTEND_ACL_WITH_AUTH' : 'HTTP_FRONTEND_ACL'];
}

/** Port 80, several host names: HTTP_FRONTEND_ACL_ONLY is repeated for each. */
function severalHosts({ path, auth, redirect }: RuleKind): TemplateName[] {
  if (path) {
    const tests = auth ? 'HTTP_FRONTEND_ACL_ONLY_WITH_PATH_AND_AUTH' : 'HTTP_FRONTEND_ACL_ONLY_WITH_PATH';
    const routing = auth
      ? 'HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH_AND_AUTH'
      : 'HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH';
    const last = redirect ? 'BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH' : routing;
    return [tests, 'HTTP_FRONTEND_ACL_ONLY', last];
  }
  if (redirect) return ['HTTP_FRONTEND_ACL_ONLY', 'BACKEND_REDIRECT_HTTP_TO_HTTPS'];
  return [
    'HTTP_FRONTEND_ACL_ONLY',
    auth ? 'HTTP_FRONTEND_ROUTING_ONLY_WITH_AUTH' : 'HTTP_FRONTEND_ROUTING_ONLY',
  ];
}

/** Port 443, each host name. */
function httpsRule({ path, auth }: RuleKind): TemplateName {
  if (path) return auth ? 'HTTPS_FRONTEND_ACL_WITH_AUTH_AND_PATH' : 'HTTPS_FRONTEND_ACL_WITH_PATH';
  return auth ? 'HTTPS_FRONTEND_ACL_WITH_AUTH' : 'HTTPS_FRONTEND_ACL';
}

function snippetMaker(
  service: Service,
  suffix: string,
  options: ModelOptions,
): (name: TemplateName, host: string) => Snippet {
  const { PATH: path, AUTH: auth } = service.labels;
  const shared: TemplateValues = {
    backend: service.name,
    cleanedUpHostname: suffix,
    appId: service.app,
    bindAddr: service.bind.address,
    realm: auth?.realm ?? '',
    path: path === undefined ? '' : pathArguments(path),
    httpsPortSuffix: options.httpsIn && options.httpsIn.port !== 443 ? `:${options.httpsIn.port}` : '',
  };
  return (template, host) => ({
    template,
    values: { ...shared, hostname: host, hosts: hostHeaders(host, options) },
    override: service.overrides[template],
  });
}

function pathArguments({ ignoreCase, method, paths }: PathTest): string {
  const options = [...(ignoreCase ? ['-i'] : []), ...(method === undefined ? [] : ['-m', method])];
  return [...options, ...paths].join(' ');
}

/** The lookup in the map cuts the Host header at the first colon. */
function isMappable(host: string): boolean {
  return !host.includes(':');
}

/** The host name without its port. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** Host headers that match a host name: also with the port when a frontend has another one than 80 or 443. */
export function hostHeaders(host: string, { httpIn, httpsIn }: ModelOptions): string {
  if (withoutPort(host) !== host) return host;
  const unusual = [
    httpIn?.port === 80 ? undefined : httpIn?.port,
    httpsIn?.port === 443 ? undefined : httpsIn?.port,
  ];
  return [host, ...unusual.flatMap((port) => (port === undefined ? [] : [`${host}:${port}`]))].join(' ');
}

/** True for a rule that comes after the lookup in the map, because its weight is negative. */
export function comesAfterMap({ weight }: { readonly weight: number }): boolean {
  return weight < 0;
}

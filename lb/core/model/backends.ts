/**
 * Builds the snippets of one backend and of its servers from the labels and the health check of the service.
 */

import type { HealthCheck } from '../apps/apps';
import type { ModelOptions } from '../services/options';
import type { Mode, Server, Service } from '../services/service';
import type { Snippet, TemplateName, TemplateValues } from '../templates/template-table';
import { hostHeaders, withoutPort } from '../vhosts/vhost-snippets';

export interface Backend {
  /** That of its service; `UNVERSIONED` for a copy with other servers. */
  readonly version: number;
  readonly name: string;
  readonly app: string;
  readonly mode: Mode;
  /** Everything before the servers. */
  readonly directives: readonly Snippet[];
  readonly servers: readonly BackendServer[];
  /** True when servers can be added and deleted while HAProxy runs. */
  readonly dynamic: boolean;
}

export interface BackendServer extends Server {
  /** `address:port`, an IPv6 address in brackets. */
  readonly endpoint: string;
  /** The server's line without the options of its health check. */
  readonly line: Snippet;
  readonly health: Snippet | undefined;
}

/** Algorithms that allow dynamic servers; the others need a table that HAProxy makes at its start. */
const DYNAMIC_BALANCE = /^(roundrobin|leastconn|first|random)/;
const SERVER_TEMPLATES: readonly TemplateName[] = [
  'BACKEND_SERVER_OPTIONS',
  'BACKEND_SERVER_HTTP_HEALTHCHECK_OPTIONS',
  'BACKEND_SERVER_TCP_HEALTHCHECK_OPTIONS',
];

/** The backend of one service. */
export function buildBackend(service: Service, options: ModelOptions): Backend {
  const { labels, mode, name, overrides } = service;
  const custom = SERVER_TEMPLATES.some((template) => template in overrides);
  return {
    version: service.version,
    name,
    app: service.app,
    mode,
    directives: mode === 'http' ? httpDirectives(service, options) : tcpDirectives(service),
    servers: buildServers(service),
    dynamic: DYNAMIC_BALANCE.test(labels.BALANCE) && !labels.STICKY && !custom,
  };
}

type MakeSnippet = (template: TemplateName, values?: TemplateValues) => Snippet;

function snippetMaker({ overrides }: Service): MakeSnippet {
  return (template, values = {}) => ({ template, values, override: overrides[template] });
}

function head(service: Service, make: MakeSnippet): Snippet {
  const { name, labels, mode } = service;
  return make('BACKEND_HEAD', { backend: name, balance: labels.BALANCE, mode });
}

function httpDirectives(service: Service, options: ModelOptions): Snippet[] {
  const { labels } = service;
  const make = snippetMaker(service);
  const check = checkSnippet(service, make);
  return [
    head(service, make),
    ...(labels.USE_HSTS ? [make('BACKEND_HSTS_OPTIONS')] : []),
    make('BACKEND_HTTP_OPTIONS'),
    ...rewrites(service, options, make),
    ...networkRules(service, make, 'HTTP'),
    ...(labels.STICKY ? [make('BACKEND_STICKY_OPTIONS')] : []),
    ...(check ? [check] : []),
  ];
}

function tcpDirectives(service: Service): Snippet[] {
  const make = snippetMaker(service);
  const check = checkSnippet(service, make);
  return [
    head(service, make),
    ...networkRules(service, make, 'TCP'),
    ...(service.labels.STICKY ? [make('BACKEND_STICKY_OPTIONS')] : []),
    ...(check ? [check] : []),
  ];
}

/**
 * Rewrites of paths and hosts in requests and answers. The Host header is set only when the service has exactly one host
 * name: with several, none of them is right for every request.
 */
function rewrites({ labels }: Service, options: ModelOptions, make: MakeSnippet): Snippet[] {
  const hosts = labels.VHOST ?? [];
  const [hostname] = hosts;
  const snippets: Snippet[] = [];
  const proxypath = labels.HTTP_BACKEND_PROXYPASS_PATH?.replace(/\/+$/, '');
  if (proxypath !== undefined) {
    const ignoreCase = labels.PATH?.ignoreCase ?? false;
    const hostHeader = hosts.length === 1 ? hostname : undefined;
    const values = { hostname, hostHeader, proxypath, pathPattern: pattern(proxypath), ignoreCase };
    snippets.push(make('HTTP_BACKEND_PROXYPASS_GLUE', values));
  }
  const rootpath = labels.HTTP_BACKEND_REVPROXY_PATH;
  if (rootpath !== undefined) {
    const values = {
      hostname,
      rootpath,
      prefix: rootpath.replace(/\/+$/, ''),
      hostPattern: hostPatternOf(hosts),
    };
    snippets.push(make('HTTP_BACKEND_REVPROXY_GLUE', values));
  }
  const redirpath = labels.HTTP_BACKEND_REDIR;
  if (redirpath !== undefined && hostname !== undefined) {
    const words = hosts.map((host) => hostHeaders(host, options)).join(' ');
    snippets.push(make('HTTP_BACKEND_REDIR', { hostname, hosts: words, redirpath }));
  }
  return snippets;
}

/** A regular expression that matches these host names; undefined when there is none. */
function hostPatternOf(hosts: readonly string[]): string | undefined {
  const patterns = hosts.map((host) => pattern(withoutPort(host)));
  return patterns.length > 1 ? `(?:${patterns.join('|')})` : patterns[0];
}

function networkRules({ labels }: Service, make: MakeSnippet, kind: 'HTTP' | 'TCP'): Snippet[] {
  const allowed = labels.BACKEND_NETWORK_ALLOWED_ACL ?? [];
  if (allowed.length === 0) return [];
  return [
    ...allowed.map((network) => make(`${kind}_BACKEND_NETWORK_ALLOWED_ACL`, { network_allowed: network })),
    make(`${kind}_BACKEND_ACL_ALLOW_DENY`),
  ];
}

/** True when HAProxy checks the servers by HTTP requests, and not by connections alone. */
function checksByHttp({ check, mode }: Service): boolean {
  return check !== undefined && mode === 'http' && !/^((MESOS_)?TCP|COMMAND)$/.test(check.protocol);
}

function checkSnippet(service: Service, make: MakeSnippet): Snippet | undefined {
  const { check, servers } = service;
  if (!check) return undefined;
  const template = checksByHttp(service)
    ? 'BACKEND_HTTP_HEALTHCHECK_OPTIONS'
    : 'BACKEND_TCP_HEALTHCHECK_OPTIONS';
  const port =
    service.labels.BACKEND_HEALTHCHECK_PORT_INDEX === undefined ? undefined : servers[0]?.checkPort;
  return make(template, checkValues(check, port ?? servers[0]?.port, service));
}

function checkValues(check: HealthCheck, port: number | undefined, service: Service): TemplateValues {
  const tls = checksByHttp(service) && /HTTPS$/.test(check.protocol);
  return {
    healthCheck: JSON.stringify(check),
    healthCheckPortIndex: check.portIndex ?? 'None',
    healthCheckPort: port ?? 'None',
    healthCheckProtocol: check.protocol,
    healthCheckPath: check.path,
    healthCheckTimeoutSeconds: Math.max(1, check.timeoutSeconds),
    healthCheckIntervalSeconds: Math.max(1, check.intervalSeconds),
    healthCheckGracePeriodSeconds: check.gracePeriodSeconds,
    healthCheckMaxConsecutiveFailures: check.maxConsecutiveFailures,
    healthCheckFalls: check.maxConsecutiveFailures + 1,
    healthCheckPortOptions: port === undefined ? '' : ` port ${port}`,
    healthCheckTlsOptions: tls ? ' check-ssl verify none' : '',
  };
}

function buildServers(service: Service): BackendServer[] {
  const make = snippetMaker(service);
  const health = new Map<number | undefined, Snippet>();
  const { check, labels } = service;
  const template = checksByHttp(service)
    ? 'BACKEND_SERVER_HTTP_HEALTHCHECK_OPTIONS'
    : 'BACKEND_SERVER_TCP_HEALTHCHECK_OPTIONS';
  return service.servers.map((server) => {
    const address = server.address.includes(':') ? `[${server.address}]` : server.address;
    const snippet =
      check &&
      (health.get(server.checkPort) ?? make(template, checkValues(check, server.checkPort, service)));
    if (snippet) health.set(server.checkPort, snippet);
    const weight = server.weight === undefined ? '' : ` weight ${server.weight}`;
    const line = make('BACKEND_SERVER_OPTIONS', {
      host: server.host,
      host_ipv4: address,
      port: server.port,
      serverName: server.name,
      serverId: server.id,
      cookieOptions: labels.STICKY ? ` check cookie ${server.cookie}` : '',
      otherOptions: weight + (server.draining ? ' disabled' : ''),
    });
    return { ...server, endpoint: `${address}:${server.port}`, line, health: snippet };
  });
}

/** Escapes a safe word, so that the regular expression matches only that word. */
function pattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Backends: the pieces of one backend and its servers, decided from the service's labels and health check.
 */

import type { HealthCheck } from './apps';
import type { ModelOptions } from './options';
import type { Mode, Server, Service } from './services';
import type { Piece, TemplateName, Values } from './template-table';
import { hostWords, withoutPort } from './vhost-pieces';

export interface Backend {
  readonly name: string;
  readonly app: string;
  readonly mode: Mode;
  /** All before the servers. */
  readonly frame: readonly Piece[];
  readonly servers: readonly BackendServer[];
  /** True when servers can come and go while HAProxy runs. */
  readonly dynamic: boolean;
}

export interface BackendServer extends Server {
  /** The address with brackets when it needs them, and the port. */
  readonly place: string;
  /** The server's line, but for the options of its health check. */
  readonly line: Piece;
  readonly health: Piece | undefined;
}

/** Ways of balancing that let servers come and go; the others need a table made at the start. */
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
    name,
    app: service.app,
    mode,
    frame: mode === 'http' ? httpFrame(service, options) : tcpFrame(service),
    servers: buildServers(service),
    dynamic: DYNAMIC_BALANCE.test(labels.BALANCE) && !labels.STICKY && !custom,
  };
}

type Maker = (template: TemplateName, values?: Values) => Piece;

function maker({ overrides }: Service): Maker {
  return (template, values = {}) => ({ template, values, override: overrides[template] });
}

function head(service: Service, make: Maker): Piece {
  const { name, labels, mode } = service;
  return make('BACKEND_HEAD', { backend: name, balance: labels.BALANCE, mode });
}

function httpFrame(service: Service, options: ModelOptions): Piece[] {
  const { labels } = service;
  const make = maker(service);
  const check = checkPiece(service, make);
  return [
    head(service, make),
    ...(labels.USE_HSTS ? [make('BACKEND_HSTS_OPTIONS')] : []),
    make('BACKEND_HTTP_OPTIONS'),
    ...rewrites(service, options, make),
    ...networks(service, make, 'HTTP'),
    ...(labels.STICKY ? [make('BACKEND_STICKY_OPTIONS')] : []),
    ...(check ? [check] : []),
  ];
}

function tcpFrame(service: Service): Piece[] {
  const make = maker(service);
  const check = checkPiece(service, make);
  return [
    head(service, make),
    ...networks(service, make, 'TCP'),
    ...(service.labels.STICKY ? [make('BACKEND_STICKY_OPTIONS')] : []),
    ...(check ? [check] : []),
  ];
}

/**
 * Paths and hosts that are rewritten on the way there and back. A Host header is set only when there is one host name to
 * set it to.
 */
function rewrites({ labels }: Service, options: ModelOptions, make: Maker): Piece[] {
  const hosts = labels.VHOST ?? [];
  const [hostname] = hosts;
  const pieces: Piece[] = [];
  const proxypath = labels.HTTP_BACKEND_PROXYPASS_PATH?.replace(/\/+$/, '');
  if (proxypath !== undefined) {
    const ignoreCase = labels.PATH?.ignoreCase ?? false;
    const hostHeader = hosts.length === 1 ? hostname : undefined;
    const values = { hostname, hostHeader, proxypath, pathPattern: pattern(proxypath), ignoreCase };
    pieces.push(make('HTTP_BACKEND_PROXYPASS_GLUE', values));
  }
  const rootpath = labels.HTTP_BACKEND_REVPROXY_PATH;
  if (rootpath !== undefined) {
    const values = { hostname, rootpath, prefix: rootpath.replace(/\/+$/, ''), hostPattern: anyOf(hosts) };
    pieces.push(make('HTTP_BACKEND_REVPROXY_GLUE', values));
  }
  const redirpath = labels.HTTP_BACKEND_REDIR;
  if (redirpath !== undefined && hostname !== undefined) {
    const words = hosts.map((host) => hostWords(host, options)).join(' ');
    pieces.push(make('HTTP_BACKEND_REDIR', { hostname, hosts: words, redirpath }));
  }
  return pieces;
}

/** A regular expression that matches these host names; undefined when there is none. */
function anyOf(hosts: readonly string[]): string | undefined {
  const patterns = hosts.map((host) => pattern(withoutPort(host)));
  return patterns.length > 1 ? `(?:${patterns.join('|')})` : patterns[0];
}

function networks({ labels }: Service, make: Maker, kind: 'HTTP' | 'TCP'): Piece[] {
  const allowed = labels.BACKEND_NETWORK_ALLOWED_ACL ?? [];
  if (allowed.length === 0) return [];
  return [
    ...allowed.map((network) => make(`${kind}_BACKEND_NETWORK_ALLOWED_ACL`, { network_allowed: network })),
    make(`${kind}_BACKEND_ACL_ALLOW_DENY`),
  ];
}

/** True when HAProxy checks by HTTP, and not by a connection alone. */
function asksHttp({ check, mode }: Service): boolean {
  return check !== undefined && mode === 'http' && !/^((MESOS_)?TCP|COMMAND)$/.test(check.protocol);
}

function checkPiece(service: Service, make: Maker): Piece | undefined {
  const { check, servers } = service;
  if (!check) return undefined;
  const template = asksHttp(service) ? 'BACKEND_HTTP_HEALTHCHECK_OPTIONS' : 'BACKEND_TCP_HEALTHCHECK_OPTIONS';
  const port =
    service.labels.BACKEND_HEALTHCHECK_PORT_INDEX === undefined ? undefined : servers[0]?.checkPort;
  return make(template, checkValues(check, port ?? servers[0]?.port, service));
}

function checkValues(check: HealthCheck, port: number | undefined, service: Service): Values {
  const tls = asksHttp(service) && /HTTPS$/.test(check.protocol);
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
  const make = maker(service);
  const health = new Map<number | undefined, Piece>();
  const { check, labels } = service;
  const template = asksHttp(service)
    ? 'BACKEND_SERVER_HTTP_HEALTHCHECK_OPTIONS'
    : 'BACKEND_SERVER_TCP_HEALTHCHECK_OPTIONS';
  return service.servers.map((server) => {
    const address = server.address.includes(':') ? `[${server.address}]` : server.address;
    const piece =
      check &&
      (health.get(server.checkPort) ?? make(template, checkValues(check, server.checkPort, service)));
    if (piece) health.set(server.checkPort, piece);
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
    return { ...server, place: `${address}:${server.port}`, line, health: piece };
  });
}

/** A safe word as a regular expression that matches just it. */
function pattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

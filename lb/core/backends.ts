/**
 * Backends: what the template of one backend needs, decided from the service's labels and health check.
 */

import type { HealthCheck } from './apps';
import type { Issue } from './issues';
import type { PortLabelName } from './labels';
import type { Mode, Server, Service } from './services';

export interface Backend {
  readonly name: string;
  readonly app: string;
  readonly mode: Mode;
  readonly http: boolean;
  readonly balance: string;
  readonly hsts: boolean;
  /** The first host name, for rewriting Host and Location. */
  readonly host: string | undefined;
  readonly hostPattern: string | undefined;
  readonly proxyPathPattern: string | undefined;
  readonly reversePath: string | undefined;
  readonly redirectPath: string | undefined;
  readonly networks: readonly string[];
  readonly sticky: boolean;
  readonly check: BackendCheck | undefined;
  readonly servers: readonly BackendServer[];
}

/** HAProxy's own health check. `http` undefined: only a connection is made. */
export interface BackendCheck {
  readonly http: { readonly path: string; readonly timeoutSeconds: number } | undefined;
  readonly intervalSeconds: number;
  readonly falls: number;
  readonly port: number | undefined;
}

export interface BackendServer extends Server {
  /** The address with brackets when it needs them, and the port. */
  readonly place: string;
}

const HTTP_ONLY: readonly PortLabelName[] = [
  'STICKY',
  'USE_HSTS',
  'HTTP_BACKEND_PROXYPASS_PATH',
  'HTTP_BACKEND_REVPROXY_PATH',
  'HTTP_BACKEND_REDIR',
];

/** The backend of one service. */
export function buildBackend(service: Service): Backend {
  const { labels, mode } = service;
  const http = mode === 'http';
  const host = labels.VHOST?.[0];
  const path = (text: string | undefined): string | undefined =>
    http ? text?.replace(/\/+$/, '') : undefined;
  const proxyPath = path(labels.HTTP_BACKEND_PROXYPASS_PATH);
  return {
    name: service.name,
    app: service.app,
    mode,
    http,
    balance: labels.BALANCE,
    hsts: http && labels.USE_HSTS,
    host,
    hostPattern: host && pattern(host),
    proxyPathPattern: proxyPath === undefined ? undefined : pattern(proxyPath),
    reversePath: path(labels.HTTP_BACKEND_REVPROXY_PATH),
    redirectPath: http && host ? labels.HTTP_BACKEND_REDIR : undefined,
    networks: labels.BACKEND_NETWORK_ALLOWED_ACL ?? [],
    sticky: http && labels.STICKY,
    check: service.check && buildCheck(service.check, mode),
    servers: service.servers.map((server) => ({ ...server, place: place(server) })),
  };
}

/** Complaints about labels that need mode http on a port that is tcp. */
export function modeIssues({ app, index, mode, labels }: Service): Issue[] {
  if (mode === 'http') return [];
  const set = HTTP_ONLY.filter((name) => labels[name]);
  return set.map((name) => ({
    app,
    label: `HAPROXY_${index}_${name}`,
    text: 'needs mode http, and this port is tcp',
  }));
}

function buildCheck(check: HealthCheck, mode: Mode): BackendCheck {
  const asks = mode === 'http' && !['TCP', 'MESOS_TCP'].includes(check.protocol);
  return {
    http: asks ? { path: check.path, timeoutSeconds: Math.max(1, check.timeoutSeconds) } : undefined,
    intervalSeconds: Math.max(1, check.intervalSeconds),
    falls: check.maxConsecutiveFailures + 1,
    port: check.port,
  };
}

function place({ address, port }: Server): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A safe word as a regular expression that matches just it. */
function pattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

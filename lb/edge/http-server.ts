/**
 * The server of the load balancer's own API: its routes, and the place and access of its port.
 */

import { bearerOf } from '../../cluster/runtime/auth/flags';
import { hostRule } from '../../cluster/runtime/http/hosts';
import { type HttpServer, startHttpServer } from '../../cluster/runtime/http/server';
import type { ProcessDeps } from '../../cluster/runtime/process';
import { tlsSettings } from '../../cluster/runtime/tls/settings';
import type { LbConfig } from '../config';
import { type AdminDeps, adminRoutes } from './admin-api';

/** Listens on the port that was chosen for the API. */
export function startApi(
  config: LbConfig,
  deps: ProcessDeps,
  { admin, port }: { readonly admin: AdminDeps; readonly port: number },
): Promise<HttpServer> {
  return startHttpServer({
    what: 'The load balancer',
    about: 'The configuration is at /_haproxy_getconfig, what is wrong at /issues, and how it is at /health.',
    address: config.httpAddress === '*' ? '0.0.0.0' : config.httpAddress,
    port,
    addressFlag: '--http-address',
    portFlag: '--http-port',
    log: deps.log,
    routes: adminRoutes(admin),
    insecure: config.insecure,
    hosts: hostRule({ allowed: config.allowedHosts }),
    credentials: config.apiCredentials,
    bearer: bearerOf(config.apiBearer, deps),
    tls: tlsSettings(process.env),
    credentialsFlag: '--api-credentials',
    realm: 'meseta lb',
    openPaths: ['/health', '/metrics'],
  });
}

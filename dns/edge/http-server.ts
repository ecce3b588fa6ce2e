/**
 * The server of the HTTP interface: its routes, and the place and access of its port.
 */

import { bearerOf } from '../../cluster/runtime/auth/flags';
import type { HttpServer } from '../../cluster/runtime/http/server';
import { tlsSettings } from '../../cluster/runtime/tls/settings';
import type { DnsConfig } from '../config';
import { viewConfig } from './config-view';
import { httpRoutes, methodNotAllowed, notFound } from './http';
import type { DnsDeps, DnsParts } from './parts';

export async function startHttp(
  config: DnsConfig,
  { log, clock, metrics }: DnsDeps,
  parts: DnsParts,
): Promise<HttpServer> {
  const { startHttpServer } = await import('../../cluster/runtime/http/server');
  const { hostRule } = await import('../../cluster/runtime/http/hosts');
  const { responder, expired } = parts.answerer;
  return await startHttpServer({
    what: 'the DNS HTTP interface',
    about: 'Names of the cluster over HTTP: /v1/hosts/NAME, /v1/services/NAME, /v1/explain/NAME, /health.',
    address: config.httpListener,
    port: config.httpPort,
    addressFlag: '--http-listener',
    portFlag: '--http-port',
    insecure: config.insecure,
    hosts: hostRule({ domain: config.domain, allowed: config.allowedHosts }),
    credentials: config.httpCredentials,
    bearer: bearerOf(config.httpBearer, { clock, log }),
    tls: tlsSettings(process.env),
    credentialsFlag: '--http-credentials',
    openPaths: ['/health'],
    log,
    notFound,
    methodNotAllowed,
    routes: httpRoutes({
      zone: () => responder.current(),
      source: { ask: async (what, name) => (await parts.source?.ask(what, name)) ?? Buffer.from('null') },
      status: () => parts.status,
      expired: () => config.staleMaxMs > 0 && expired(),
      config: () => viewConfig(config, responder.current()?.authority.serial ?? 0),
      watchers: parts.watchers,
      metrics,
      version: config.version,
      enumeration: config.enumeration,
    }),
  });
}

/**
 * The DNS process: sources -> facts -> zone -> answers over UDP and TCP, and the HTTP interface beside them.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { bearerOf } from '../cluster/runtime/auth/flags';
import type { Clock } from '../cluster/runtime/clock';
import type { HttpServer } from '../cluster/runtime/http/server';
import { Lifetime, type Running, StartError } from '../cluster/runtime/lifecycle';
import type { Logger } from '../cluster/runtime/log';
import { Metrics } from '../cluster/runtime/metrics';
import { tlsSettings } from '../cluster/runtime/tls/settings';
import type { DnsConfig } from './config';
import { type BuilderStatus, NO_STATUS } from './core/supervisor/supervisor';
import type { ZoneChange } from './core/zone/zone';
import { startThread, threadFile } from './edge/builder-supervisor';
import { type Children, childFile, startChildren } from './edge/child-processes';
import { viewConfig } from './edge/config-view';
import { createDnsServer, type DnsServer } from './edge/dns-server';
import { httpRoutes, methodNotAllowed, notFound } from './edge/http';
import { bindSockets } from './edge/listen';
import { inFileNames } from './edge/settings-file';
import { Watchers } from './edge/watch';
import type { BuilderListener, ZoneBuilder } from './edge/zone-builder';

export interface DnsDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
  /** Called when the process should end: no leader in ZooKeeper for too long. */
  readonly onEnd?: ((reason: string) => void) | undefined;
}

/** The addresses at which a started process listens. */
export interface DnsPlaces {
  readonly dns: { readonly address: string; readonly port: number };
  readonly http: { readonly address: string; readonly port: number };
}

type Deps = DnsDeps & { readonly metrics: Metrics };

/** The parts of a process. */
interface Parts {
  readonly answerer: DnsServer;
  readonly watchers: Watchers;
  children: Children | undefined;
  status: BuilderStatus;
  source: ZoneBuilder | undefined;
}

/** Starts everything. Comes up without any master: names of the domain are SERVFAIL until the first facts. */
export async function startDns(config: DnsConfig, options: DnsDeps): Promise<Running & DnsPlaces> {
  const deps = { ...options, metrics: options.metrics ?? new Metrics() };
  for (const notice of config.notices) deps.log.warn({}, notice);
  try {
    return await start(config, deps);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new StartError(inFileNames(error.message, config.settingNames));
  }
}

function start(config: DnsConfig, deps: Deps): Promise<Running & DnsPlaces> {
  return Lifetime.start(async (life) => {
    const secret = randomBytes(32);
    const parts = createParts(config, deps, secret);
    life.add(() => parts.answerer.stop());
    // First of all: the builder thread takes longest, and what it loads need not be loaded here, too.
    const source = await startSource(config, deps, parts);
    parts.source = source;
    life.add(() => source.stop());
    const port = config.dnsOn ? await listen(config, deps, parts, life, secret) : 0;
    const http = config.httpOn ? await startHttp(config, deps, parts) : undefined;
    if (http) {
      life.add(() => http.close());
      life.add(() => parts.watchers.close());
    }
    const [address = ''] = config.listeners;
    const { domain, compat } = config;
    deps.log.info(
      { address: config.listeners.join(','), port, httpPort: http?.port, domain, compat },
      'DNS is up',
    );
    return { dns: { address, port }, http: { address: http?.address ?? '', port: http?.port ?? 0 } };
  });
}

function createParts(config: DnsConfig, { log, clock, metrics }: Deps, secret: Buffer): Parts {
  const why = async (name: string): Promise<readonly string[]> => {
    const body = await parts.source?.ask('why', name);
    const lines: unknown = JSON.parse(body ? Buffer.from(body).toString() : '[]');
    return Array.isArray(lines) ? lines.map(String) : [];
  };
  const answerer = createDnsServer(config, {
    log,
    clock,
    metrics,
    secret,
    seed: randomInt(2 ** 32),
    why,
    heardAt: () => parts.status.heardAt,
  });
  const parts: Parts = {
    answerer,
    watchers: new Watchers(),
    children: undefined,
    status: NO_STATUS,
    source: undefined,
  };
  addGauges(metrics, clock, parts);
  return parts;
}

async function listen(
  config: DnsConfig,
  deps: Deps,
  parts: Parts,
  life: Lifetime,
  secret: Buffer,
): Promise<number> {
  const sockets = await bindSockets(config, deps.log);
  parts.answerer.serve(sockets);
  const file = config.processes > 1 ? childFile() : undefined;
  if (config.processes > 1 && file === undefined)
    deps.log.warn({}, 'this build cannot start more processes: one answers');
  if (file !== undefined) {
    const zone = (): Iterable<ZoneChange> => parts.answerer.responder.parts();
    const { log, metrics } = deps;
    const children = startChildren({ file, config, sockets, secret, zone, log, metrics });
    parts.children = children;
    life.add(() => children.stop());
  }
  return sockets.port;
}

async function startSource(config: DnsConfig, deps: Deps, parts: Parts): Promise<ZoneBuilder> {
  const { log, clock } = deps;
  const change = (part: ZoneChange): void => {
    const { responder } = parts.answerer;
    const touched = responder.apply(part);
    parts.children?.apply(part);
    parts.watchers.tell(touched, responder.current());
  };
  const events: BuilderListener = {
    change,
    status: (status) => {
      parts.status = status;
      parts.children?.heard(status.heardAt);
    },
    lost: (text) => {
      const reason = inFileNames(text, config.settingNames);
      log.error({ reason }, 'the source of names is lost');
      deps.onEnd?.(reason);
    },
  };
  const file = threadFile();
  if (file !== undefined) return startThread({ file, config, clock, log }, events);
  const publish = async (part: ZoneChange): Promise<void> => {
    change(part);
    // Questions are answered between the parts of a large zone.
    if (part.fresh && !part.last) await new Promise((resolve) => setImmediate(resolve));
  };
  const { startBuilder } = await import('./edge/builder');
  const onBroken = (error: Error): void => {
    log.error({ error: error.stack ?? error.message }, 'the zone builder failed');
    events.lost(`the zone builder failed: ${error.message}`);
  };
  return startBuilder(config, { log, clock, publish, onBroken, number: 1 }, events);
}

function addGauges(metrics: Metrics, clock: Clock, parts: Parts): void {
  const { responder } = parts.answerer;
  metrics.gauge('dns/names', 'Names in the zone', () => responder.size());
  metrics.gauge('dns/answers_kept', 'Prepared answers that are kept', () => responder.kept());
  metrics.gauge('dns/serial', 'Serial of the zone', () => responder.current()?.authority.serial ?? 0);
  metrics.gauge('dns/tasks', 'Tasks of the cluster', () => parts.status.tasks);
  metrics.gauge('dns/streaming', 'Whether changes are pushed by a master', () =>
    parts.status.source === 'stream' ? 1 : 0,
  );
  metrics.gauge('dns/source_failures', 'Loads and streams that failed', () => parts.status.failures);
  metrics.gauge('dns/stale_seconds', 'Time since a master was heard', () => {
    const { heardAt } = parts.status;
    return heardAt === 0 ? 0 : Math.max(0, Math.round((clock.now() - heardAt) / 1000));
  });
}

async function startHttp(
  config: DnsConfig,
  { log, clock, metrics }: Deps,
  parts: Parts,
): Promise<HttpServer> {
  const { startHttpServer } = await import('../cluster/runtime/http/server');
  const { hostRule } = await import('../cluster/runtime/http/hosts');
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

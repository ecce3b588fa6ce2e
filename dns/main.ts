/**
 * Starts DNS: sources -> facts -> zone -> answers over UDP and TCP, and the HTTP interface beside them.
 */

import { Lifetime, type Running, StartError } from '../cluster/runtime/lifecycle';
import { Metrics } from '../cluster/runtime/metrics';
import type { ProcessDeps } from '../cluster/runtime/process';
import type { DnsConfig } from './config';
import { startHttp } from './edge/http-server';
import { startSource } from './edge/names-source';
import { type DnsDeps, dnsParts } from './edge/parts';
import { openSockets } from './edge/question-sockets';
import { inFileNames } from './edge/settings-file';

/** The addresses at which a started process listens. */
export interface DnsPlaces {
  readonly dns: { readonly address: string; readonly port: number };
  readonly http: { readonly address: string; readonly port: number };
}

/** The surroundings of DNS; its flags say what is recorded. */
type Surroundings = Omit<ProcessDeps, 'record'>;

/** Starts everything. Comes up without any master: names of the domain are SERVFAIL until the first facts. */
export async function startDns(config: DnsConfig, options: Surroundings): Promise<Running & DnsPlaces> {
  const deps = { ...options, metrics: options.metrics ?? new Metrics() };
  for (const notice of config.notices) deps.log.warn({}, notice);
  try {
    return await start(config, deps);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new StartError(inFileNames(error.message, config.settingNames));
  }
}

function start(config: DnsConfig, deps: DnsDeps): Promise<Running & DnsPlaces> {
  return Lifetime.start(async (life) => {
    const parts = dnsParts(config, deps);
    life.add(() => parts.answerer.stop());
    // First of all: the builder thread takes longest, and what it loads need not be loaded here, too.
    const source = await startSource(config, deps, parts);
    parts.source = source;
    life.add(() => source.stop());
    const port = config.dnsOn ? await openSockets(config, deps, parts, life) : 0;
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

/**
 * The DNS process: sources -> facts -> zone -> answers over UDP and TCP, and the HTTP interface beside them.
 */

import { randomInt } from 'node:crypto';
import type { Clock } from '../cluster/runtime/clock';
import { HttpClient } from '../cluster/runtime/http/client';
import { listenError, startHttpServer } from '../cluster/runtime/http/server';
import { Lifetime, type Running } from '../cluster/runtime/lifecycle';
import type { Logger } from '../cluster/runtime/log';
import { Metrics } from '../cluster/runtime/metrics';
import type { DnsConfig } from './config';
import type { ZoneOptions } from './core/book';
import { Follower } from './edge/follow';
import { Forwarder, nowhere } from './edge/forward';
import { Hosts } from './edge/hosts';
import { httpRoutes, notFound } from './edge/http';
import { listenerAddresses, systemResolvers } from './edge/machine';
import { noteOnce } from './edge/notes';
import { Publisher } from './edge/publisher';
import { type Elsewhere, Responder } from './edge/responder';
import { startTcp } from './edge/tcp';
import { startUdp } from './edge/udp';

export interface DnsDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
}

/** Where a started process listens. */
export interface DnsPlaces {
  readonly dns: { readonly address: string; readonly port: number };
  readonly http: { readonly address: string; readonly port: number };
}

type Deps = DnsDeps & { readonly metrics: Metrics };

/** Starts everything. Comes up without any master: names of the domain are SERVFAIL until the first facts. */
export async function startDns(config: DnsConfig, given: DnsDeps): Promise<Running & DnsPlaces> {
  const deps = { ...given, metrics: given.metrics ?? new Metrics() };
  return await Lifetime.start(async (life) => {
    const elsewhere = startForwarder(config, deps, life);
    const { domain, udpPayloadBytes: payloadBytes } = config;
    const seed = randomInt(2 ** 32);
    const responder = new Responder({ domain, payloadBytes, elsewhere, metrics: deps.metrics, seed });
    const port = await startSockets(config, deps, life, responder);
    const follower = createFollower(config, deps, life, responder);
    const http = await startHttp(config, deps, responder, follower);
    life.add(() => http.close());
    follower.start();
    life.add(() => follower.stop());
    deps.log.info({ address: config.listener, port, httpPort: http.port, domain }, 'DNS is up');
    return {
      dns: { address: config.listener, port },
      http: { address: http.address, port: http.port },
    };
  });
}

function startForwarder(config: DnsConfig, { clock, log }: Deps, life: Lifetime): Elsewhere {
  const resolvers = config.resolvers ?? systemResolvers({ host: config.listener, port: config.port });
  if (!config.external) return nowhere;
  if (resolvers.length === 0) {
    log.warn({}, 'no resolver is known: questions for other names are refused. Set --resolvers');
    return nowhere;
  }
  const forwarder = new Forwarder({
    resolvers,
    networks: config.recursionNetworks,
    timeoutMs: config.forwardTimeoutMs,
    clock,
  });
  life.add(() => forwarder.stop());
  return forwarder;
}

/** How often a port that is free for TCP may turn out to be taken for UDP, when the system chooses it. */
const PORT_TRIES = 20;

/** Binds UDP and TCP to one port number and returns it. */
async function startSockets(
  config: DnsConfig,
  { log }: Deps,
  life: Lifetime,
  responder: Responder,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startPair(config, log, life, responder);
    } catch (error) {
      const failure = error as NodeJS.ErrnoException;
      if (config.port === 0 && failure.code === 'EADDRINUSE' && attempt < PORT_TRIES) continue;
      throw explain(failure, config);
    }
  }
}

async function startPair(
  { listener: address, port }: DnsConfig,
  log: Logger,
  life: Lifetime,
  responder: Responder,
): Promise<number> {
  const tcp = await startTcp({ address, port, responder });
  try {
    const udp = await startUdp({ address, port: tcp.port, responder, log });
    life.add(() => tcp.stop());
    life.add(() => udp.stop());
    return tcp.port;
  } catch (error) {
    await tcp.stop();
    throw error;
  }
}

/** What the system said about a socket, in words that name the flag. */
function explain(error: NodeJS.ErrnoException, { listener: address, port }: DnsConfig): Error {
  return listenError(error, { what: 'DNS', address, port, addressFlag: '--listener', portFlag: '--port' });
}

function createFollower(config: DnsConfig, deps: Deps, life: Lifetime, responder: Responder): Follower {
  const { log, clock, metrics } = deps;
  const { refreshMs, masters, stateTimeoutMs } = config;
  const note = noteOnce(log);
  const hosts = new Hosts({ refreshMs, clock, log, changed: () => publisher.changed() });
  const publisher = new Publisher({
    zone: zoneOptions(config),
    hosts,
    clock,
    log,
    note,
    publish: (zone) => responder.publish(zone),
  });
  life.add(() => hosts.stop());
  life.add(() => publisher.stop());
  const client = new HttpClient();
  life.add(() => client.close());
  const follower = new Follower({
    ...{ masters, refreshMs, stateTimeoutMs, client, clock, log, note },
    changed: (snapshot) => publisher.changed(snapshot),
  });
  metrics.gauge('dns/names', 'Names in the zone', () => responder.current()?.nodes.size ?? 0);
  metrics.gauge('dns/serial', 'Serial of the zone', () => responder.current()?.authority.serial ?? 0);
  metrics.gauge('dns/streaming', 'Whether changes are pushed by a master', () =>
    follower.source === 'stream' ? 1 : 0,
  );
  return follower;
}

function zoneOptions({ domain, authority, labelRule, ipSources, masters, listener }: DnsConfig): ZoneOptions {
  return { domain, authority, labelRule, ipSources, masters, ownAddresses: listenerAddresses(listener) };
}

function startHttp(
  config: DnsConfig,
  { log, metrics }: Deps,
  responder: Responder,
  follower: Follower,
): ReturnType<typeof startHttpServer> {
  return startHttpServer({
    what: 'the DNS HTTP interface',
    address: config.httpListener,
    port: config.httpPort,
    addressFlag: '--http-listener',
    portFlag: '--http-port',
    insecure: config.insecure,
    log,
    notFound,
    routes: httpRoutes({
      zone: () => responder.current(),
      source: () => follower.source,
      metrics,
      version: config.version,
      refreshSeconds: Math.round(config.refreshMs / 1000),
      enumeration: config.enumeration,
    }),
  });
}

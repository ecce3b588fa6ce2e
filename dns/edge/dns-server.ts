/**
 * The answering side of one process: sockets, the responder, and the forwarding behind them.
 */

import type { Socket as UdpSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Clock } from '../../cluster/runtime/clock';
import { Lifetime, type Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { Metrics } from '../../cluster/runtime/metrics';
import type { DnsConfig } from '../config';
import { ClientLimits } from './client-limits';
import { noForwarding, ResolverForwarding } from './forward';
import { systemResolvers } from './local-system';
import { type Forwarding, Responder } from './responder';
import { serveTcp } from './tcp';
import { serveUdp } from './udp';

export interface Sockets {
  readonly udp: readonly UdpSocket[];
  readonly tcp: readonly Server[];
}

export interface DnsServerDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** The key of cookies (RFC 7873). */
  readonly secret: Buffer;
  readonly seed: number;
  /** The time at which a master was heard last. */
  readonly heardAt: () => number;
  readonly why: ((name: string) => Promise<readonly string[]>) | undefined;
}

export interface DnsServer extends Running {
  readonly responder: Responder;
  readonly expired: () => boolean;
  /** Answers on these sockets from now on. */
  serve(sockets: Sockets): void;
}

export function createDnsServer(config: DnsConfig, deps: DnsServerDeps): DnsServer {
  const { log, clock, metrics, heardAt } = deps;
  const life = new Lifetime();
  const forwarding = startForwarding(config, deps, life);
  const clientLimits = new ClientLimits({
    trusted: config.trustedNetworks,
    perSecond: config.clientQueriesPerSecond,
    secret: deps.secret,
    clock,
  });
  const { staleMaxMs } = config;
  const expired = (): boolean => staleMaxMs > 0 && clock.now() - heardAt() > staleMaxMs;
  const responder = new Responder({
    domain: config.domain,
    compat: config.compat,
    payloadBytes: config.udpPayloadBytes,
    recursion: config.compat === 'mesos-dns' ? config.recurseOn : config.recurseOn && forwarding.available,
    setsTruncateBit: config.truncateBit,
    seed: deps.seed,
    why: config.why ? deps.why : undefined,
    forwarding,
    clientLimits,
    metrics,
    log,
    expired: staleMaxMs > 0 ? expired : () => false,
  });
  const tcpOptions = {
    responder,
    perClient: config.clientConnections,
    spoke: (address: string) => clientLimits.spokeOverTcp(address),
  };
  const serve = ({ udp, tcp }: Sockets): void => {
    for (const socket of udp) {
      const serving = serveUdp(socket, responder, log);
      life.add(() => serving.stop());
    }
    for (const server of tcp) {
      const serving = serveTcp(server, tcpOptions);
      life.add(() => serving.stop());
    }
  };
  return { responder, expired, serve, stop: () => life.stop() };
}

function startForwarding(
  config: DnsConfig,
  { clock, log, metrics }: DnsServerDeps,
  life: Lifetime,
): Forwarding {
  if (!config.external) return noForwarding;
  const listeners = config.listeners.map((host) => ({ host, port: config.port }));
  const resolvers = config.resolvers ?? systemResolvers(listeners);
  if (resolvers.length === 0 && config.zoneResolvers.length === 0) {
    log.warn({}, 'no resolver is known: questions for other names are refused. Set --resolvers');
    return noForwarding;
  }
  const forwarding = new ResolverForwarding({
    resolvers,
    zones: config.zoneResolvers,
    networks: config.recursionNetworks,
    timeoutMs: config.forwardTimeoutMs,
    cacheEntries: config.forwardCache,
    clock,
  });
  metrics.gauge('dns/forward_cached', 'Replies of resolvers that are kept', () => forwarding.cached());
  life.add(() => forwarding.stop());
  return forwarding;
}

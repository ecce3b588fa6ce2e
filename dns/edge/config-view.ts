/**
 * The settings as `/v1/config` shows them: the original's names in the original's order, secrets starred out.
 */

import type { DnsConfig } from '../config';
import type { HostPort } from '../core/facts/cluster-facts';

const SECRET = '***';

export function viewConfig(config: DnsConfig, serial: number): object {
  const { authority, access } = config;
  const { login } = access;
  return {
    RefreshSeconds: seconds(config.refreshMs),
    Port: config.port,
    Timeout: seconds(config.forwardTimeoutMs),
    StateTimeoutSeconds: seconds(config.stateTimeoutMs),
    ZkDetectionTimeout: seconds(config.zkDetectionMs),
    HttpPort: config.httpPort,
    TTL: authority.ttl,
    SRVRecordDefaultWeight: authority.srvWeight,
    SOASerial: serial,
    SOARefresh: authority.refresh,
    SOARetry: authority.retry,
    SOAExpire: authority.expire,
    SOAMinttl: authority.minimum,
    SOAMname: `${authority.mname}.`,
    SOARname: `${authority.rname}.`,
    Masters: config.masters.length > 0 ? config.masters.map(print) : null,
    ZoneResolvers: Object.fromEntries(
      config.zoneResolvers.map(({ zone, resolvers }) => [zone, resolvers.map(printResolver)]),
    ),
    Resolvers: config.resolversGiven ?? [],
    IPSources: config.ipSources,
    Zk: (config.zk ?? '').replace(/^(zk:\/\/[^:/]*):.*@/, `$1:${SECRET}@`),
    Domain: config.domain,
    File: config.file ?? '',
    Listener: config.listeners.join(','),
    HTTPListener: config.httpListener,
    RecurseOn: config.recurseOn,
    DnsOn: config.dnsOn,
    HttpOn: config.httpOn,
    ExternalOn: config.external,
    EnforceRFC952: config.labelRule === 'rfc952',
    SetTruncateBit: config.truncateBit,
    EnumerationOn: config.enumeration,
    MesosHTTPSOn: access.https,
    CACertFile: access.caFile,
    CertFile: access.certFile,
    KeyFile: access.keyFile,
    MesosCredentials: {
      Principal: login.kind === 'basic' ? login.principal : '',
      Secret: login.kind === 'basic' ? SECRET : '',
    },
    IAMConfigFile: access.iamFile,
    MesosAuthentication: login.kind === 'none' ? '' : login.kind,
    Compat: config.compat,
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

/** Prints a resolver as most people write it: without the port of DNS. */
function printResolver(place: HostPort): string {
  return place.port === 53 ? place.host : print(place);
}

function print({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The settings of `meseta dns`: one table of flags, and the frozen object that the rest of the component reads.
 */

import { isIP } from 'node:net';
import {
  choice,
  type Flag,
  integer,
  list,
  port,
  text,
  toggle,
  UsageError,
  type Values,
} from '../cluster/runtime/config/flags';
import { readAddress } from './core/address';
import { isUsableName, type LabelRule } from './core/labels';
import { type HostPort, IP_SOURCES, type IpSource } from './core/snapshot';
import { isNetwork, PRIVATE_NETWORKS } from './edge/networks';

const SECONDS_MAX = 2 ** 31 - 1;
/** Above this, packets are cut into fragments on common networks (DNS flag day 2020). */
const PAYLOAD_BYTES = 1232;
const DNS_PORT = 53;

/** The flags, in the order of the help text. */
export const dnsFlags = {
  masters: list({
    value: 'HOST:PORT',
    help: 'a Mesos master; may be given several times or as a list with commas',
  }),
  domain: text({
    value: 'NAME',
    fallback: 'mesos',
    help: 'the domain whose names are made from the cluster',
  }),
  listener: text({ value: 'ADDRESS', fallback: '127.0.0.1', help: 'address of the DNS sockets' }),
  port: port({ fallback: DNS_PORT, help: 'port of the DNS sockets, UDP and TCP' }),
  'http-listener': text({ value: 'ADDRESS', fallback: '127.0.0.1', help: 'address of the HTTP interface' }),
  'http-port': port({ fallback: 8123, help: 'port of the HTTP interface' }),
  insecure: toggle({ fallback: false, help: 'let the HTTP interface listen where others can reach it' }),
  'refresh-seconds': seconds(1, 60, 'between two loads of the state while no master has an event stream'),
  'state-timeout-seconds': seconds(1, 300, 'limit for loading the state'),
  ttl: seconds(0, 60, 'how long records may be kept by others'),
  'ip-sources': text({
    value: 'LIST',
    fallback: 'netinfo,mesos,host',
    help: `where task addresses come from, first that has one: ${IP_SOURCES.join(', ')}`,
  }),
  'enforce-rfc952': toggle({
    fallback: false,
    help: 'labels of at most 24 characters that begin with a letter',
  }),
  'srv-default-weight': integer({ min: 0, max: 65_535, fallback: 1, help: 'weight of SRV records' }),
  external: onOff({ fallback: true, help: 'pass questions for other names to the resolvers' }),
  resolvers: text({
    value: 'LIST',
    help: 'addresses (with :port if not 53) that are asked for other names',
    fallbackText: 'those of /etc/resolv.conf',
  }),
  'recursion-networks': text({
    value: 'LIST',
    fallback: PRIVATE_NETWORKS.join(','),
    fallbackText: 'private networks and this machine',
    help: 'who may ask for other names',
  }),
  'timeout-seconds': seconds(1, 5, 'limit for the answer of a resolver'),
  'udp-payload-bytes': integer({
    min: 512,
    max: 65_535,
    fallback: PAYLOAD_BYTES,
    help: 'longest UDP reply to askers with EDNS',
  }),
  'soa-mname': text({ value: 'NAME', help: 'name of this server', fallbackText: 'ns1.DOMAIN' }),
  'soa-rname': text({ value: 'NAME', help: 'mailbox of its operator', fallbackText: 'root.ns1.DOMAIN' }),
  'soa-refresh': seconds(1, 60, 'refresh value of the SOA record'),
  'soa-retry': seconds(1, 600, 'retry value of the SOA record'),
  'soa-expire': seconds(1, 86_400, 'expire value of the SOA record'),
  'soa-minttl': seconds(0, 60, 'how long others may remember that a name does not exist'),
  enumeration: toggle({ fallback: true, help: 'serve /v1/enumerate and /v1/axfr' }),
  'log-level': choice({
    words: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
    help: 'least severe log lines',
  }),
};

export type DnsFlags = Values<typeof dnsFlags>;

/** Everything a DNS process needs to know. */
export interface DnsConfig {
  readonly masters: readonly HostPort[];
  readonly domain: string;
  readonly listener: string;
  /** 0 lets the system choose one number for UDP and TCP. */
  readonly port: number;
  readonly httpListener: string;
  readonly httpPort: number;
  readonly insecure: boolean;
  readonly refreshMs: number;
  readonly stateTimeoutMs: number;
  readonly labelRule: LabelRule;
  readonly ipSources: readonly IpSource[];
  readonly external: boolean;
  /** Undefined: those of /etc/resolv.conf. */
  readonly resolvers: readonly HostPort[] | undefined;
  readonly recursionNetworks: readonly string[];
  readonly forwardTimeoutMs: number;
  readonly udpPayloadBytes: number;
  /** What all records share; times in seconds. */
  readonly authority: {
    readonly primary: string;
    readonly admin: string;
    readonly refresh: number;
    readonly retry: number;
    readonly expire: number;
    readonly minimum: number;
    readonly ttl: number;
    readonly srvWeight: number;
  };
  readonly enumeration: boolean;
  /** What `/v1/version` says. */
  readonly version: string;
}

/** Checks the flags and computes what follows from them. Throws UsageError with the flag and the fix. */
export function readDnsConfig(flags: DnsFlags, { version = 'dev' }: { version?: string } = {}): DnsConfig {
  const domain = readDomain(flags.domain);
  return Object.freeze({
    masters: readMasters(flags.masters),
    domain,
    listener: readListener('listener', flags.listener),
    port: flags.port,
    httpListener: readListener('http-listener', flags['http-listener']),
    httpPort: flags['http-port'],
    insecure: flags.insecure,
    refreshMs: flags['refresh-seconds'] * 1000,
    stateTimeoutMs: flags['state-timeout-seconds'] * 1000,
    labelRule: flags['enforce-rfc952'] ? 'rfc952' : 'rfc1123',
    ipSources: readIpSources(flags['ip-sources']),
    external: flags.external,
    resolvers: flags.resolvers === undefined ? undefined : readResolvers(flags.resolvers),
    recursionNetworks: readNetworks(flags['recursion-networks']),
    forwardTimeoutMs: flags['timeout-seconds'] * 1000,
    udpPayloadBytes: flags['udp-payload-bytes'],
    authority: {
      primary: readName('soa-mname', flags['soa-mname'] ?? `ns1.${domain}`),
      admin: readName('soa-rname', (flags['soa-rname'] ?? `root.ns1.${domain}`).replace('@', '.')),
      refresh: flags['soa-refresh'],
      retry: flags['soa-retry'],
      expire: flags['soa-expire'],
      minimum: flags['soa-minttl'],
      ttl: flags.ttl,
      srvWeight: flags['srv-default-weight'],
    },
    enumeration: flags.enumeration,
    version,
  });
}

function seconds(min: number, fallback: number, help: string): Flag<number> {
  return integer({ value: 'SECONDS', min, max: SECONDS_MAX, fallback, help });
}

/** A switch that also takes the words on and off. */
function onOff(o: { fallback: boolean; help: string }): Flag<boolean> {
  const plain = toggle(o);
  const words: Readonly<Record<string, string>> = { on: 'true', off: 'false' };
  return { ...plain, read: (given, previous) => plain.read(words[given] ?? given, previous) };
}

function wrong(flag: string, given: string, expected: string): UsageError {
  return new UsageError(`--${flag}: ${JSON.stringify(given)} cannot be used: expected ${expected}`);
}

function items(given: string): string[] {
  return given
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Reads `host:port` and `[address]:port`; the port may be left out when there is a default. */
function readHostPort(given: string, defaultPort?: number): HostPort | undefined {
  if (defaultPort !== undefined && isIP(given) !== 0) return { host: given, port: defaultPort };
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/@]+))(?::(\d{1,5}))?$/i.exec(given);
  const host = match?.[1] ?? match?.[2];
  const number = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || number === undefined || number < 1 || number > 65_535) return undefined;
  return { host, port: number };
}

function readMasters(given: readonly string[]): HostPort[] {
  const masters = given.flatMap(items).map((item) => {
    const master = readHostPort(item);
    if (!master) throw wrong('masters', item, 'HOST:PORT such as 10.0.0.1:5050');
    return { ...master, host: readAddress(master.host)?.text ?? master.host };
  });
  if (masters.length === 0)
    throw new UsageError('--masters is missing: give at least one, as --masters 10.0.0.1:5050');
  const twice = masters.find(
    (master, index) =>
      masters.findIndex(({ host, port }) => host === master.host && port === master.port) < index,
  );
  if (twice) throw wrong('masters', `${twice.host}:${twice.port}`, 'each master once');
  return masters;
}

function readResolvers(given: string): HostPort[] {
  const resolvers = items(given).map((item) => {
    const resolver = readHostPort(item, DNS_PORT);
    if (!resolver || isIP(resolver.host) === 0) {
      throw wrong('resolvers', item, 'an address such as 9.9.9.9, 10.0.0.2:5353 or [fd00::1]:53');
    }
    return resolver;
  });
  if (resolvers.length === 0)
    throw wrong('resolvers', given, 'at least one address, or --external off for none');
  return resolvers;
}

function readDomain(given: string): string {
  const domain = given.toLowerCase();
  const usable = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain) && isUsableName(domain);
  if (!usable) throw wrong('domain', given, 'letters, digits, dashes and single dots inside, such as mesos');
  return domain;
}

function readName(flag: string, given: string): string {
  const name = given.toLowerCase().replace(/\.$/, '');
  if (!isUsableName(name)) throw wrong(flag, given, 'a domain name such as ns1.mesos');
  return name;
}

function readListener(flag: string, given: string): string {
  if (isIP(given) === 0)
    throw wrong(flag, given, 'an address of this machine such as 127.0.0.1, or 0.0.0.0 for all');
  return given;
}

function readNetworks(given: string): string[] {
  const networks = items(given);
  for (const network of networks) {
    if (!isNetwork(network)) throw wrong('recursion-networks', network, 'a network such as 10.0.0.0/8');
  }
  return networks;
}

function readIpSources(given: string): IpSource[] {
  const sources = items(given).map((item) => {
    const source = IP_SOURCES.find((candidate) => candidate === item);
    if (source === undefined) throw wrong('ip-sources', item, `a list out of ${IP_SOURCES.join(', ')}`);
    return source;
  });
  if (sources.length === 0) throw wrong('ip-sources', given, 'at least one source');
  if (new Set(sources).size < sources.length) throw wrong('ip-sources', given, 'each source once');
  return sources;
}

/**
 * The settings of `meseta dns`: one table of flags, and the frozen object that the rest of the component reads.
 *
 * A settings file of the original (`--config`) fills in the same flags with the original's names and defaults; a flag on
 * the command line that is not at its default wins over the file.
 */

import { existsSync } from 'node:fs';
import { type BearerFlags, bearerFlags } from '../cluster/runtime/auth/flags';
import { refused, unused, unusedSwitches } from '../cluster/runtime/config/classes';
import {
  choice,
  type Flag,
  flagFolder,
  integer,
  list,
  path,
  port,
  text,
  toggle,
  UsageError,
  type Values,
  versionFlag,
} from '../cluster/runtime/config/flags';

import type { Credentials } from '../cluster/runtime/http/guard';
import { allowedHostsFlag } from '../cluster/runtime/http/hosts';
import { StartError } from '../cluster/runtime/lifecycle';
import { type HostPort, IP_SOURCES, type IpSource } from './core/facts/cluster-facts';
import type { LabelRule } from './core/names/labels';
import { COMPATS, type Compat } from './core/zone/zone';
import { expandGoFlags } from './edge/go-flags';
import { type MasterAccess, readMasterAccess } from './edge/master-access';
import { PRIVATE_NETWORKS } from './edge/networks';
import {
  readAddressSetting,
  readCredentials,
  readDomain,
  readIpSources,
  readMasters,
  readName,
  readNetworks,
  readResolvers,
  readZk,
  readZoneResolvers,
  type ZoneResolvers,
} from './edge/settings';
import { inFileNames, readSettingsFile, type SettingNames, type SettingsFile } from './edge/settings-file';

const SECONDS_MAX = 2 ** 31 - 1;
/** The longest UDP payload that is not cut into fragments on common networks (DNS flag day 2020). */
const PAYLOAD_BYTES = 1232;

/** The flags, in the order of the help text. */
export const dnsFlags = {
  config: text({
    value: 'FILE',
    help: 'a settings file of the original, in JSON, with its names and defaults',
    fallbackText: 'config.json of this folder, where neither --masters nor --zk is there',
  }),
  masters: list({
    value: 'HOST:PORT',
    help: 'a Mesos master; may be given several times or as a list with commas',
  }),
  zk: text({
    value: 'URL',
    help: 'where the masters are found in ZooKeeper: zk://[user:password@]host:2181,.../path',
    secret: true,
  }),
  'zk-detection-timeout': seconds(
    0,
    30,
    'without a leader in ZooKeeper for so long the process ends; 0 for never',
  ),
  domain: text({
    value: 'NAME',
    fallback: 'mesos',
    help: 'the domain whose names are made from the cluster',
  }),
  compat: choice({
    words: COMPATS,
    fallback: 'mesos-dns',
    help: 'whose answers are given where the original and the standards differ',
  }),
  dns: onOff({ fallback: true, help: 'answer questions' }),
  listener: text({
    value: 'LIST',
    fallback: '127.0.0.1',
    help: 'addresses of the DNS sockets, with commas; 0.0.0.0 for all of IPv4, :: for all',
  }),
  port: port({ fallback: 53, help: 'port of the DNS sockets, UDP and TCP' }),
  processes: integer({ min: 1, max: 64, fallback: 1, help: 'processes that answer on the same sockets' }),
  http: onOff({ fallback: true, help: 'serve the HTTP interface' }),
  'http-listener': text({ value: 'ADDRESS', fallback: '127.0.0.1', help: 'address of the HTTP interface' }),
  'http-port': port({ fallback: 8123, help: 'port of the HTTP interface' }),
  'http-credentials': text({
    value: 'USER:PASSWORD',
    help: 'who may use the HTTP interface; file:///PATH reads it from a file',
    secret: true,
  }),
  'http-tokens': path({ help: 'JSON file of bearer tokens: {"tokens": [{"principal", "token"}]}' }),
  'http-jwt-key': path({ help: 'file with the key of signed bearer tokens (HS256)' }),
  insecure: toggle({ fallback: false, help: 'let the HTTP interface listen where others can reach it' }),
  allowed_hosts: allowedHostsFlag('allowed-hosts'),
  'refresh-seconds': seconds(
    1,
    60,
    'between two loads of the state while no master has an event stream; the first follow sooner',
  ),
  'state-timeout-seconds': seconds(1, 300, 'limit for loading the state'),
  'stale-seconds-max': seconds(
    0,
    0,
    'how long names are answered without news from a master; 0 for any time',
  ),
  ttl: seconds(0, 60, 'how long records may be kept by others'),
  'ip-sources': text({
    value: 'LIST',
    fallback: 'netinfo,mesos,host',
    help: `where task addresses come from, first that has one: ${IP_SOURCES.join(', ')}`,
  }),
  'healthy-only': toggle({
    fallback: false,
    help: 'leave unhealthy instances out of a name that has healthy ones',
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
  'zone-resolvers': list({
    value: 'ZONE=LIST',
    help: 'resolvers for one zone, such as corp.example=10.0.0.2,10.0.0.3:5353; may be given several times',
  }),
  'recursion-networks': text({
    value: 'LIST',
    fallback: PRIVATE_NETWORKS.join(','),
    fallbackText: 'private networks and this machine',
    help: 'who may ask for other names',
  }),
  'trusted-networks': text({
    value: 'LIST',
    fallback: PRIVATE_NETWORKS.join(','),
    fallbackText: 'private networks and this machine',
    help: 'whose addresses are not forged: long UDP replies, any number of questions',
  }),
  'client-queries-per-second': integer({
    min: 0,
    max: 1_000_000,
    fallback: 1000,
    help: 'UDP questions of one address that is not trusted; 0 for any number',
  }),
  'client-connections': integer({
    min: 1,
    max: 10_000,
    fallback: 100,
    help: 'TCP connections of one address',
  }),
  'forward-cache': integer({
    min: 0,
    max: 1_000_000,
    fallback: 10_000,
    help: 'answers of resolvers that are kept for their TTL; 0 for none',
  }),
  'timeout-seconds': seconds(1, 5, 'limit for the answer of a resolver'),
  'recurse-on': onOff({
    fallback: true,
    help: 'say in replies about the domain that other names are resolved',
  }),
  'truncate-bit': onOff({ fallback: true, help: 'say in replies that they were cut' }),
  'udp-payload-bytes': integer({
    min: 512,
    max: 65_535,
    fallback: PAYLOAD_BYTES,
    help: 'longest UDP reply to clients with EDNS',
  }),
  'soa-mname': text({ value: 'NAME', help: 'name of this server', fallbackText: 'ns1.DOMAIN' }),
  'soa-rname': text({ value: 'NAME', help: 'mailbox of its operator', fallbackText: 'root.ns1.DOMAIN' }),
  'soa-refresh': seconds(0, 60, 'refresh value of the SOA record'),
  'soa-retry': seconds(0, 600, 'retry value of the SOA record'),
  'soa-expire': seconds(0, 86_400, 'expire value of the SOA record'),
  'soa-minttl': seconds(
    0,
    60,
    'with --compat standard: how long others may remember that a name does not exist',
  ),
  enumeration: toggle({ fallback: true, help: 'serve /v1/enumerate, /v1/axfr and /v1/watch' }),
  why: toggle({ fallback: false, help: 'answer TXT why.NAME with where the answers for NAME come from' }),
  'mesos-https': toggle({ fallback: false, help: 'ask the masters over TLS' }),
  'mesos-ca-file': text({ value: 'FILE', help: 'certificates that the masters are checked against' }),
  'mesos-cert-file': text({ value: 'FILE', help: 'our own certificate for the masters' }),
  'mesos-key-file': text({ value: 'FILE', help: 'the key of our own certificate' }),
  'mesos-authentication': choice({
    words: ['none', 'basic', 'iam'],
    fallback: 'none',
    help: 'how we authenticate to the masters',
  }),
  'mesos-principal': text({ value: 'NAME', help: 'the name for basic' }),
  'mesos-secret': text({
    value: 'TEXT',
    help: 'the secret for basic; file:///PATH reads it from a file',
    secret: true,
  }),
  'mesos-iam-file': text({ value: 'FILE', help: 'uid, private_key and login_endpoint for iam, in JSON' }),
  'config-dir': flagFolder({ formerly: 'config_dir' }),
  record: text({
    value: 'FOLDER',
    help: 'folder for recordings of every event about masters and the zone, for meseta replay',
  }),
  'log-level': choice({
    words: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
    help: 'least severe log lines',
  }),
  v: integer({ min: 0, max: 10, fallback: 0, help: 'from 1 on, log as with --log-level debug' }),
  version: versionFlag,
  ...unusedSwitches('log lines go to standard error', 'logtostderr', 'alsologtostderr'),
  ...unused('log lines go to standard error', 'stderrthreshold'),
  ...unused('--log-level decides for all parts', 'vmodule'),
  ...unused('there are no stacks of Go', 'log_backtrace_at'),
  ...refused(
    'log lines go to standard error, as JSON; leave it out, and have them collected there',
    'log_dir',
  ),
};

/** Arguments as Go's flags are written, in our form: `-config=FILE`, `-v=1`. */
export function expandDnsArgs(args: readonly string[]): string[] {
  return expandGoFlags(args, Object.keys(dnsFlags));
}

/** The least severe lines that are logged. */
export function dnsLogLevel(flags: Pick<DnsFlags, 'log-level' | 'v'>): DnsFlags['log-level'] {
  return flags.v > 0 && flags['log-level'] === 'info' ? 'debug' : flags['log-level'];
}

const DEFAULT_FILE = 'config.json';

/** The flags with the settings file of the current folder, when nothing says where the masters are. */
export function withDefaultFile(flags: DnsFlags): DnsFlags {
  const alone = flags.config === undefined && flags.masters.length === 0 && !flags.zk;
  return alone && existsSync(DEFAULT_FILE) ? { ...flags, config: DEFAULT_FILE } : flags;
}

export type DnsFlags = Values<typeof dnsFlags>;

/** Everything a DNS process needs to know. Plain data, so that it can be handed to another thread. */
export interface DnsConfig {
  readonly masters: readonly HostPort[];
  readonly zk: string | undefined;
  /** 0 for never. */
  readonly zkDetectionMs: number;
  readonly access: MasterAccess;
  readonly domain: string;
  readonly compat: Compat;
  readonly dnsOn: boolean;
  readonly listeners: readonly string[];
  /** 0 lets the system choose one number for UDP and TCP. */
  readonly port: number;
  readonly processes: number;
  readonly httpOn: boolean;
  readonly httpListener: string;
  readonly httpPort: number;
  readonly httpCredentials: Credentials | undefined;
  readonly httpBearer: BearerFlags;
  readonly insecure: boolean;
  readonly allowedHosts: readonly string[];
  readonly refreshMs: number;
  readonly stateTimeoutMs: number;
  /** 0 for any time. */
  readonly staleMaxMs: number;
  readonly labelRule: LabelRule;
  readonly ipSources: readonly IpSource[];
  readonly healthy: boolean;
  readonly external: boolean;
  /** Undefined: those of /etc/resolv.conf. */
  readonly resolvers: readonly HostPort[] | undefined;
  readonly zoneResolvers: ZoneResolvers;
  /** The value of `--resolvers`, used or not. */
  readonly resolversGiven: readonly string[] | undefined;
  readonly recursionNetworks: readonly string[];
  readonly trustedNetworks: readonly string[];
  readonly clientQueriesPerSecond: number;
  readonly clientConnections: number;
  readonly forwardCache: number;
  readonly forwardTimeoutMs: number;
  readonly recurseOn: boolean;
  readonly truncateBit: boolean;
  readonly udpPayloadBytes: number;
  /** The values of the SOA record, and those that all records share; times in seconds. */
  readonly authority: {
    readonly mname: string;
    readonly rname: string;
    readonly refresh: number;
    readonly retry: number;
    readonly expire: number;
    readonly minimum: number;
    readonly ttl: number;
    readonly srvWeight: number;
  };
  readonly enumeration: boolean;
  readonly why: boolean;
  /** The version that `/v1/version` shows. */
  readonly version: string;
  readonly logLevel: DnsFlags['log-level'];
  /** The folder for recordings. */
  readonly recordFolder: string | undefined;
  /** The settings file, when there is one. */
  readonly file: string | undefined;
  /** Keys of the settings file for flags that were not typed. */
  readonly settingNames: SettingNames;
  /** Sentences about the settings file, for the log. */
  readonly notices: readonly string[];
}

/**
 * Checks the flags and computes what follows from them. Throws UsageError with the flag and the fix, and StartError when
 * there is a settings file: such a start ends with status 1, as the original's.
 */
export function readDnsConfig(
  commandLine: DnsFlags,
  { version = 'dev' }: { version?: string } = {},
): DnsConfig {
  if (commandLine.config === undefined) return readFlags(commandLine, { version, names: {}, notices: [] });
  let names: SettingNames = {};
  try {
    const typed = typedFlags(commandLine);
    const file = readSettingsFile(commandLine.config);
    names = Object.fromEntries(Object.entries(file.names).filter(([flag]) => !(flag in typed)));
    const flags = { ...commandLine, ...file.flags, ...typed };
    return readFlags(flags, { version, names, notices: file.notices });
  } catch (error) {
    if (error instanceof UsageError) throw new StartError(inFileNames(error.message, names));
    throw error;
  }
}

interface Origin extends Pick<SettingsFile, 'names' | 'notices'> {
  readonly version: string;
}

function readFlags(flags: DnsFlags, { version, names, notices }: Origin): DnsConfig {
  const domain = readDomain(flags.domain);
  if (!flags.dns && !flags.http) throw new UsageError('--dns and --http are both off: nothing is left to do');
  return Object.freeze({
    ...readSources(flags, names),
    ...readServing(flags),
    ...readForwarding(flags, domain),
    domain,
    compat: flags.compat,
    labelRule: flags['enforce-rfc952'] ? 'rfc952' : 'rfc1123',
    ipSources: readIpSources(flags['ip-sources']),
    healthy: flags['healthy-only'],
    authority: {
      mname: readName('soa-mname', flags['soa-mname'] ?? `ns1.${domain}`),
      rname: readName('soa-rname', (flags['soa-rname'] ?? `root.ns1.${domain}`).replaceAll('@', '.')),
      refresh: flags['soa-refresh'],
      retry: flags['soa-retry'],
      expire: flags['soa-expire'],
      minimum: flags['soa-minttl'],
      ttl: flags.ttl,
      srvWeight: flags['srv-default-weight'],
    },
    enumeration: flags.enumeration,
    why: flags.why,
    version,
    logLevel: dnsLogLevel(flags),
    recordFolder: flags.record,
    file: flags.config,
    settingNames: names,
    notices,
  });
}

/** The flags of the command line that are not at their defaults: they win over the file. */
function typedFlags(flags: DnsFlags): Partial<DnsFlags> {
  const table: Readonly<Record<string, Flag<unknown>>> = dnsFlags;
  const typed = Object.entries(flags).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(table[name]?.fallback),
  );
  return Object.fromEntries(typed);
}

function readSources(flags: DnsFlags, names: SettingNames) {
  const masters = readMasters(flags.masters);
  const zk = flags.zk === undefined || flags.zk === '' ? undefined : readZk(flags.zk);
  if (masters.length === 0 && zk === undefined)
    throw new UsageError(
      flags.config === undefined
        ? '--masters is missing: give at least one, as --masters 10.0.0.1:5050, or --zk zk://10.0.0.1:2181/mesos, or a settings file with --config'
        : `--masters is missing in ${flags.config}: give at least one, as ["10.0.0.1:5050"], or --zk, as "zk://10.0.0.1:2181/mesos"`,
    );
  return {
    masters,
    zk,
    zkDetectionMs: flags['zk-detection-timeout'] * 1000,
    access: readMasterAccess({
      https: flags['mesos-https'],
      caFile: flags['mesos-ca-file'],
      certFile: flags['mesos-cert-file'],
      keyFile: flags['mesos-key-file'],
      authentication: flags['mesos-authentication'],
      principal: flags['mesos-principal'],
      secret: flags['mesos-secret'],
      iamFile: flags['mesos-iam-file'],
      names,
    }),
    refreshMs: flags['refresh-seconds'] * 1000,
    stateTimeoutMs: flags['state-timeout-seconds'] * 1000,
    staleMaxMs: flags['stale-seconds-max'] * 1000,
  };
}

function readServing(flags: DnsFlags) {
  return {
    dnsOn: flags.dns,
    listeners: readAddressSetting('listener', flags.listener),
    port: flags.port,
    processes: flags.processes,
    httpOn: flags.http,
    httpListener: readAddressSetting('http-listener', flags['http-listener'])[0] ?? '127.0.0.1',
    httpPort: flags['http-port'],
    httpBearer: bearerFlags(flags, 'http-tokens', 'http-jwt-key'),
    httpCredentials: readCredentials('http-credentials', flags['http-credentials']),
    insecure: flags.insecure,
    allowedHosts: flags.allowed_hosts,
    trustedNetworks: readNetworks('trusted-networks', flags['trusted-networks']),
    clientQueriesPerSecond: flags['client-queries-per-second'],
    clientConnections: flags['client-connections'],
    recurseOn: flags['recurse-on'],
    truncateBit: flags['truncate-bit'],
    udpPayloadBytes: flags['udp-payload-bytes'],
  };
}

function readForwarding(flags: DnsFlags, domain: string) {
  const { external } = flags;
  return {
    external,
    resolvers:
      flags.resolvers === undefined || !external ? undefined : readResolvers('resolvers', flags.resolvers),
    zoneResolvers: external ? readZoneResolvers(flags['zone-resolvers'], domain) : [],
    resolversGiven: flags.resolvers?.split(',').map((item) => item.trim()),
    recursionNetworks: readNetworks('recursion-networks', flags['recursion-networks']),
    forwardCache: flags['forward-cache'],
    forwardTimeoutMs: flags['timeout-seconds'] * 1000,
  };
}

function seconds(min: number, fallback: number, help: string): Flag<number> {
  return integer({ value: 'SECONDS', min, max: SECONDS_MAX, fallback, help });
}

/** A switch that also takes the words on and off. */
function onOff(o: { fallback: boolean; help: string }): Flag<boolean> {
  const plain = toggle(o);
  const words: Readonly<Record<string, string>> = { on: 'true', off: 'false' };
  return { ...plain, read: (value, previous) => plain.read(words[value] ?? value, previous) };
}

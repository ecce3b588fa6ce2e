/**
 * The original's settings file: JSON whose names match without regard to case, with the original's defaults.
 *
 * Unknown names are passed over, as in the original, so that old files keep working, and are named in a warning. Values of a
 * wrong type end the start. Our own flags may stand in the file too, in upper camel case (`RecursionNetworks`). The names are
 * the fields of `Config` in records/config.go of Mesos-DNS.
 */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { errorText } from '../../cluster/model/error-text';
import { nearest } from '../../cluster/model/nearest';
import { UsageError } from '../../cluster/runtime/config/flags';
import { warnOpenSecret } from '../../cluster/runtime/files/private';
import { allowedHostsFlag } from '../../cluster/runtime/http/hosts';

type Read = (value: unknown) => unknown;

/** One setting: its name in the file, the flag it fills in, and the original's default. */
interface Setting {
  readonly key: string;
  readonly flag: string;
  readonly read: Read;
  /** The original's default; undefined when it is the flag's own. */
  readonly fallback?: unknown;
  /** The value that a null in the file stands for; undefined when a null is like no value. */
  readonly none?: unknown;
}

const UINT32 = whole(0, 2 ** 32 - 1);

export const SETTINGS: readonly Setting[] = [
  { key: 'Masters', flag: 'masters', read: texts },
  { key: 'Zk', flag: 'zk', read: fileOrText },
  { key: 'ZkDetectionTimeout', flag: 'zk-detection-timeout', read: atLeast(0) },
  { key: 'RefreshSeconds', flag: 'refresh-seconds', read: atLeast(1) },
  { key: 'StateTimeoutSeconds', flag: 'state-timeout-seconds', read: atLeast(1) },
  { key: 'TTL', flag: 'ttl', read: atLeast(0) },
  { key: 'SRVRecordDefaultWeight', flag: 'srv-default-weight', read: whole(0, 65_535) },
  { key: 'Domain', flag: 'domain', read: word },
  { key: 'Listener', flag: 'listener', read: word, fallback: '0.0.0.0' },
  { key: 'Port', flag: 'port', read: whole(0, 65_535) },
  { key: 'DnsOn', flag: 'dns', read: truth },
  { key: 'HttpOn', flag: 'http', read: truth },
  // The original's default lets everyone in; here the file has to say so.
  { key: 'HTTPListener', flag: 'http-listener', read: word },
  { key: 'HttpPort', flag: 'http-port', read: whole(0, 65_535) },
  { key: 'ExternalOn', flag: 'external', read: truth },
  { key: 'Resolvers', flag: 'resolvers', read: resolvers, fallback: '8.8.8.8', none: [] },
  { key: 'ZoneResolvers', flag: 'zone-resolvers', read: zones },
  { key: 'Timeout', flag: 'timeout-seconds', read: (value) => Number(atLeast(0)(value)) || 5 },
  { key: 'RecurseOn', flag: 'recurse-on', read: truth },
  { key: 'SetTruncateBit', flag: 'truncate-bit', read: truth },
  { key: 'EnforceRFC952', flag: 'enforce-rfc952', read: truth },
  { key: 'IPSources', flag: 'ip-sources', read: (value) => texts(value).join(','), none: [] },
  { key: 'SOAMname', flag: 'soa-mname', read: word, fallback: 'ns1.mesos' },
  { key: 'SOARname', flag: 'soa-rname', read: word, fallback: 'root.ns1.mesos' },
  { key: 'SOARefresh', flag: 'soa-refresh', read: UINT32 },
  { key: 'SOARetry', flag: 'soa-retry', read: UINT32 },
  { key: 'SOAExpire', flag: 'soa-expire', read: UINT32 },
  { key: 'SOAMinttl', flag: 'soa-minttl', read: UINT32 },
  { key: 'EnumerationOn', flag: 'enumeration', read: truth },
  { key: 'MesosAuthentication', flag: 'mesos-authentication', read: authentication },
  { key: 'MesosHTTPSOn', flag: 'mesos-https', read: truth },
  { key: 'CACertFile', flag: 'mesos-ca-file', read: optional },
  { key: 'CertFile', flag: 'mesos-cert-file', read: optional },
  { key: 'KeyFile', flag: 'mesos-key-file', read: optional },
  { key: 'IAMConfigFile', flag: 'mesos-iam-file', read: optional },
  // Settings that the original does not have.
  { key: 'Compat', flag: 'compat', read: oneOf('mesos-dns', 'standard') },
  { key: 'Processes', flag: 'processes', read: whole(1, 64) },
  { key: 'HttpCredentials', flag: 'http-credentials', read: optional },
  { key: 'Insecure', flag: 'insecure', read: truth },
  { key: 'AllowedHosts', flag: 'allowed_hosts', read: hostNames },
  { key: 'StaleSecondsMax', flag: 'stale-seconds-max', read: atLeast(0) },
  { key: 'HealthyOnly', flag: 'healthy-only', read: truth },
  { key: 'RecursionNetworks', flag: 'recursion-networks', read: (value) => texts(value).join(',') },
  { key: 'TrustedNetworks', flag: 'trusted-networks', read: (value) => texts(value).join(',') },
  { key: 'ClientQueriesPerSecond', flag: 'client-queries-per-second', read: whole(0, 1_000_000) },
  { key: 'ClientConnections', flag: 'client-connections', read: whole(1, 10_000) },
  { key: 'ForwardCache', flag: 'forward-cache', read: whole(0, 1_000_000) },
  { key: 'UdpPayloadBytes', flag: 'udp-payload-bytes', read: whole(512, 65_535) },
  { key: 'Why', flag: 'why', read: truth },
];

const CREDENTIALS = 'MesosCredentials';
const CREDENTIAL_KEYS = ['principal', 'secret'];
/** Fields of the original's `Config` that it sets itself. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  SOASerial: 'the serial is made from the time of the zone',
  File: 'it is the path of the file itself',
};

/** The content of a settings file. */
export interface SettingsFile {
  /** Values of flags. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The file's key for each flag, as it is spelled there. */
  readonly names: SettingNames;
  /** Sentences about keys that are passed over. */
  readonly notices: readonly string[];
}

/** The keys of a settings file by flag. */
export type SettingNames = Readonly<Record<string, string>>;

/** Reads the file into values of flags. Throws UsageError with the file and the setting. */
export function readSettingsFile(path: string): SettingsFile {
  const file = readMembers(path);
  const { members } = file;
  if (['mesoscredentials', 'httpcredentials'].some((key) => members.get(key)))
    warnOpenSecret('--config', path);
  const flags: Record<string, unknown> = {};
  const names = namesIn(file.spellings);
  for (const { key, flag, read, fallback, none } of SETTINGS) {
    if (fallback !== undefined) flags[flag] = fallback;
    const member = members.get(key.toLowerCase());
    const value = member === null ? none : member;
    if (value === undefined) continue;
    try {
      flags[flag] = read(value);
    } catch (error) {
      throw new UsageError(`--config: ${names[flag]} in ${path} cannot be used: ${errorText(error)}`);
    }
  }
  const credentials = readPrincipal(members, path);
  return { flags: { ...flags, ...credentials }, names, notices: noticesOf(file, path) };
}

/** A text that names flags, with the file's names for those that were not typed. */
export function inFileNames(text: string, names: SettingNames): string {
  return text.replace(/--([a-z0-9_-]+)/g, (flag, name: string) => names[name] ?? flag);
}

function namesIn(spellings: ReadonlyMap<string, string>): SettingNames {
  const nameOf = (key: string): string => spellings.get(key.toLowerCase()) ?? documented(key);
  const credentials = nameOf(CREDENTIALS);
  return {
    ...Object.fromEntries(SETTINGS.map(({ key, flag }) => [flag, nameOf(key)])),
    'mesos-principal': `${credentials}.principal`,
    'mesos-secret': `${credentials}.secret`,
  };
}

/** A key as the original's documents spell it: `Masters` is `masters`, `SOAMname` stays. */
function documented(key: string): string {
  return /^[A-Z]([A-Z]|FC)/.test(key) ? key : key.charAt(0).toLowerCase() + key.slice(1);
}

function noticesOf({ members, spellings }: Members, path: string): string[] {
  const keys = [...SETTINGS.map(({ key }) => key), CREDENTIALS];
  const inner = members.get(CREDENTIALS.toLowerCase());
  const within = typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
  return [
    ...[...spellings.values()].flatMap((name) => noticeOf(name, keys, path)),
    ...within.flatMap((name) => noticeOf(name, CREDENTIAL_KEYS, `${CREDENTIALS} of ${path}`)),
  ];
}

function noticeOf(name: string, keys: readonly string[], place: string): string[] {
  const isName = (key: string): boolean => key.toLowerCase() === name.toLowerCase();
  if (keys.some(isName)) return [];
  const idle = Object.entries(WITHOUT_EFFECT).find(([key]) => isName(key));
  if (idle) return [`${name} in ${place} is without effect: ${idle[1]}`];
  const [candidate] = nearest(name, keys, 1);
  const advice = candidate === undefined ? 'it is passed over' : `did you mean ${documented(candidate)}?`;
  return [`${name} in ${place} is not a setting: ${advice}`];
}

interface Members {
  /** The values by names in lower case. */
  readonly members: ReadonlyMap<string, unknown>;
  /** The names as they are written, by names in lower case. */
  readonly spellings: ReadonlyMap<string, string>;
}

function readMembers(path: string): Members {
  const file = path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path;
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--config: cannot read ${path}: ${errorText(error)}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new UsageError(`--config: ${path} is not a JSON object`);
  const spellings = new Map(Object.keys(document).map((name) => [name.toLowerCase(), name]));
  return { members: membersOf(document), spellings };
}

function membersOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

function readPrincipal(members: ReadonlyMap<string, unknown>, path: string): Record<string, unknown> {
  const credentials = members.get('mesoscredentials');
  if (credentials === undefined || credentials === null) return {};
  if (typeof credentials !== 'object' || Array.isArray(credentials))
    throw new UsageError(`--config: MesosCredentials in ${path} is not an object`);
  const inner = membersOf(credentials);
  return {
    'mesos-principal': optional(inner.get('principal') ?? ''),
    'mesos-secret': optional(inner.get('secret') ?? ''),
  };
}

function word(value: unknown): string {
  if (typeof value !== 'string') throw new Error('expected a text');
  return value;
}

/** Reads a text, or the content of the file that `file://` names. */
function fileOrText(value: unknown): string {
  const setting = word(value);
  return setting.startsWith('file://')
    ? readFileSync(setting.slice('file://'.length), 'utf8').trim()
    : setting;
}

/** Reads a text that may be missing; an empty one counts as missing. */
function optional(value: unknown): string | undefined {
  return word(value) === '' ? undefined : word(value);
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('expected true or false');
  return value;
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error('expected a list of texts');
  return value.map(word);
}

function hostNames(value: unknown): readonly string[] {
  const { read } = allowedHostsFlag();
  return texts(value).reduce<readonly string[]>((names, name) => read(name, names), []);
}

function resolvers(value: unknown): string | undefined {
  const list = texts(value);
  return list.length === 0 ? undefined : list.join(',');
}

function zones(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('expected an object with a list of resolvers for each zone');
  return Object.entries(value).map(([zone, list]) => `${zone}=${texts(list).join(',')}`);
}

function authentication(value: unknown): string {
  const method = word(value);
  return method === '' ? 'none' : String(oneOf('basic', 'iam')(method));
}

function oneOf(...words: readonly string[]): Read {
  return (value) => {
    if (!words.includes(word(value))) throw new Error(`expected one of ${words.join(', ')}`);
    return value;
  };
}

function whole(min: number, max: number): Read {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      throw new Error(`expected a whole number from ${min} to ${max}`);
    return value;
  };
}

function atLeast(min: number): Read {
  return whole(min, 2 ** 31 - 1);
}

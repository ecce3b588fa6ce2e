/**
 * The output of plugins: the result of ADD in all versions of CNI, and errors. Pure.
 */

import { isIP } from 'node:net';
import { errorText } from '../../../model/error-text';
import { isObject, type JsonObject } from './configuration';

/** The attachment of a container to a network. */
export interface AttachResult {
  /** IPv4 first, without the length of the prefix. */
  readonly addresses: readonly Address[];
  readonly dns: Dns;
  /** As it was printed, for the next plugin of a chain. */
  readonly json: JsonObject;
}

export interface Address {
  readonly protocol: 'IPv4' | 'IPv6';
  readonly address: string;
}

/** Resolvers of names, in the words of CNI. */
export interface Dns {
  readonly nameservers: readonly string[];
  readonly domain?: string | undefined;
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Reads the output of an ADD. Throws an Error with what is wrong. */
export function readResult(output: string): AttachResult {
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch (error) {
    throw new Error(`JSON parse failed: ${errorText(error)}`);
  }
  if (!isObject(json)) throw new Error('it is not a JSON object');
  const addresses = rangesOf(json).map(readAddress);
  const sorted = ['IPv4', 'IPv6'].flatMap((name) => addresses.filter(({ protocol }) => protocol === name));
  return { addresses: sorted, dns: readDns(json['dns']), json };
}

/** Addresses with their prefixes: `ips` from CNI 0.3.0 on, `ip4` and `ip6` before. */
function rangesOf({ ips, ip4, ip6 }: JsonObject): unknown[] {
  if (Array.isArray(ips)) return ips.map((entry) => (isObject(entry) ? entry['address'] : undefined));
  return [ip4, ip6].flatMap((entry) => (isObject(entry) ? [entry['ip']] : []));
}

function readAddress(range: unknown): Address {
  const [address = ''] = typeof range === 'string' ? range.split('/') : [];
  const version = isIP(address);
  if (version === 0) throw new Error(`"${String(range)}" is not an IP address`);
  return { protocol: version === 4 ? 'IPv4' : 'IPv6', address };
}

/** Reads the names of resolvers; what is missing is none. */
export function readDns(value: unknown): Dns {
  const dns = isObject(value) ? value : {};
  const { domain } = dns;
  return {
    nameservers: texts(dns['nameservers']),
    domain: typeof domain === 'string' && domain !== '' ? domain : undefined,
    search: texts(dns['search']),
    options: texts(dns['options']),
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** The end of a plugin that failed. */
export interface FailedPlugin {
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The reason of a failure: that of CNI (`msg`, `details`, `code`), or all that was printed. */
export function failureText({ status, stdout, stderr }: FailedPlugin): string {
  const error = readError(stdout);
  if (!error) return `${status}, stdout='${stdout.trim()}', stderr='${stderr.trim()}'`;
  const details = error.details === '' ? '' : `: ${error.details}`;
  return `${error.message}${details} (code ${error.code})`;
}

function readError(output: string): { message: string; details: string; code: string } | undefined {
  try {
    const { msg, details, code } = JSON.parse(output) as JsonObject;
    if (typeof msg !== 'string') return undefined;
    return { message: msg, details: typeof details === 'string' ? details : '', code: String(code) };
  } catch {
    return undefined;
  }
}

/**
 * The names that a `Host` header may have where a request needs no credentials.
 *
 * A page whose name was made to point at this machine (DNS rebinding) reaches the port, but its browser still
 * sends the page's name.
 */

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Flag, list } from '../config/flags';

/** Tells whether a value of `Host` is a name of this daemon. */
export type HostRule = (host: string | undefined) => boolean;

export interface HostNames {
  /** The domain of the cluster; `mesos` without one. */
  readonly domain?: string | undefined;
  /** Names that others are told: `--hostname`, an advertised name, a URL. */
  readonly advertised?: readonly (string | undefined)[];
  /** Values of `--allowed_hosts`. */
  readonly allowed?: readonly string[] | undefined;
}

const NAME = /^\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i;

/** `--allowed_hosts`, for every daemon. `formerly` is another spelling. */
export function allowedHostsFlag(formerly?: string): Flag<readonly string[]> {
  const flag = list({
    help:
      'more names that Host may have where no credentials are asked for, with commas; .example.com is every name ' +
      'under it. Addresses, localhost, names without a dot, names of the cluster and of this host are always taken',
    value: 'NAMES',
    check: (names) => {
      const wrong = split(names).find((name) => !NAME.test(name));
      if (wrong !== undefined)
        throw new Error(`"${wrong}" is not a host name; no scheme, port or * belongs to it`);
    },
  });
  return formerly === undefined ? flag : { ...flag, formerly };
}

interface Names {
  readonly exact: ReadonlySet<string>;
  /** Each begins with a dot. */
  readonly endings: readonly string[];
}

/** The names with a dot that are allowed. Those of this host are read now. */
function readNames({ domain = 'mesos', advertised = [], allowed = [] }: HostNames): Names {
  const hosts = [...advertised.flatMap((name) => (name === undefined ? [] : [hostOf(name)])), ...ownNames()];
  const exact = new Set(hosts.map(bareName).filter((name) => name.includes('.')));
  const endings = ['localhost', bareName(domain)].filter(Boolean).map((name) => `.${name}`);
  for (const name of allowed.flatMap(split)) {
    if (name.startsWith('.')) endings.push(`.${bareName(name.slice(1))}`);
    else exact.add(bareName(name));
  }
  return { exact, endings };
}

/** The rule for a daemon. The names of this host are read once. */
export function hostRule(hostNames: HostNames = {}): HostRule {
  const { exact, endings } = readNames(hostNames);
  let last: string | undefined;
  const check = (host: string): boolean => {
    const name = bareName(host);
    if (isIP(name) !== 0 || !name.includes('.') || exact.has(name)) return true;
    return endings.some((end) => name.endsWith(end));
  };
  return (host) => {
    // No browser leaves Host out. The last good one is kept, as peers send it thousands of times.
    if (host === undefined || host === '' || host === last) return true;
    if (!check(host)) return false;
    last = host;
    return true;
  };
}

/** The same rule for servers of other programs, as a regular expression to be matched without regard to case. */
export function hostPattern(hostNames: HostNames = {}): string {
  const { exact, endings } = readNames(hostNames);
  const literal = (name: string): string => name.replace(/[^a-z0-9_-]/g, '\\$&');
  const names = [...exact].sort().map(literal);
  const domains = endings.map((end) => `.*${literal(end)}`);
  const forms = ['\\[[0-9a-f:.%]*\\]', '[0-9.]+', '[^.:]*', ...domains, ...names];
  return `^(${forms.join('|')})\\.?(:[0-9]*)?$`;
}

function split(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The host of `NAME`, `NAME:PORT` or a URL. */
function hostOf(place: string): string {
  return /^https?:\/\//i.test(place) && URL.canParse(place) ? new URL(place).hostname : place;
}

/** The name without port, brackets and the last dot, in lower case. */
function bareName(host: string): string {
  const text = host.trim().toLowerCase();
  const inBrackets = /^\[([^\]]*)\](?::\d*)?$/.exec(text)?.[1];
  return inBrackets ?? text.replace(/:\d*$/, '').replace(/\.$/, '');
}

/** This host's names with a dot, from the kernel, `/etc/hosts` and the search domain of the resolver. */
function ownNames(): string[] {
  return fullNames(hostname(), { hosts: readText('/etc/hosts'), resolver: readText('/etc/resolv.conf') });
}

/** The full names of a host, from the texts of `hosts(5)` and `resolv.conf(5)`. */
export function fullNames(
  host: string,
  { hosts, resolver }: { readonly hosts: string; readonly resolver: string },
): string[] {
  const short = host.split('.')[0]?.toLowerCase() ?? '';
  const aliases = linesOf(hosts)
    .map(([, ...names]) => names.map((name) => name.toLowerCase()))
    .filter((names) => names.includes(host.toLowerCase()) || names.includes(short))
    .flat();
  // The last of these lines counts (resolv.conf(5)), and in it the first domain.
  const domain = linesOf(resolver).findLast(([word]) => word === 'search' || word === 'domain')?.[1];
  const searched = domain === undefined || domain === '.' ? [] : [`${short}.${domain}`];
  return [host, ...aliases.filter((name) => name.startsWith(`${short}.`)), ...searched];
}

function linesOf(text: string): string[][] {
  const lines = text.split('\n').map((line) => line.replace(/[#;].*/, '').trim());
  return lines.filter(Boolean).map((line) => line.split(/\s+/));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Readers of settings that are more than a word or a number. Each one throws a UsageError that names the flag, its value
 * and what is expected.
 */

import { isIP } from 'node:net';
import { UsageError } from '../../cluster/runtime/config/flags';
import type { Credentials } from '../../cluster/runtime/http/guard';
import { splitUserinfo } from '../../cluster/runtime/http/userinfo';
import { readZkUrl } from '../../cluster/zookeeper/core/url';
import { type HostPort, IP_SOURCES, type IpSource } from '../core/facts/cluster-facts';
import { readAddress } from '../core/names/address';
import { isUsableName } from '../core/names/labels';
import { isNetwork } from './networks';

const DNS_PORT = 53;

/** Resolvers by zone, the longest zone first. */
export type ZoneResolvers = readonly { readonly zone: string; readonly resolvers: readonly HostPort[] }[];

function wrong(flag: string, value: string, expected: string): UsageError {
  return new UsageError(`--${flag}: ${JSON.stringify(value)} cannot be used: expected ${expected}`);
}

function items(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Reads `host:port` and `[address]:port`; the port may be left out when there is a default. */
function readHostPort(value: string, defaultPort?: number): HostPort | undefined {
  if (defaultPort !== undefined && isIP(value) !== 0) return { host: value, port: defaultPort };
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/@]+))(?::(\d{1,5}))?$/i.exec(value);
  const host = match?.[1] ?? match?.[2];
  const number = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || number === undefined || number < 1 || number > 65_535) return undefined;
  return { host, port: number };
}

function twiceIn(places: readonly HostPort[]): HostPort | undefined {
  return places.find(
    (place, index) =>
      places.findIndex(({ host, port }) => host === place.host && port === place.port) < index,
  );
}

export function readMasters(values: readonly string[]): HostPort[] {
  const masters = values.flatMap(items).map((item) => {
    if (splitUserinfo(item).credentials !== undefined || /^[^[]*@/.test(item))
      throw new UsageError(
        '--masters: a master is HOST:PORT without credentials: give them with --mesos-authentication basic, --mesos-principal and --mesos-secret',
      );
    const master = readHostPort(item);
    if (!master) throw wrong('masters', item, 'HOST:PORT such as 10.0.0.1:5050');
    return { ...master, host: readAddress(master.host)?.text ?? master.host };
  });
  const twice = twiceIn(masters);
  if (twice) throw wrong('masters', `${twice.host}:${twice.port}`, 'each master once');
  return masters;
}

/** Checks the URL of ZooKeeper. It may have a password, so errors do not repeat it. */
export function readZk(value: string): string {
  const url = readZkUrl(value);
  if ('error' in url) throw new UsageError(`--zk: ${url.error}`);
  return value;
}

export function readResolvers(flag: string, value: string): HostPort[] {
  const resolvers = items(value).map((item) => {
    const resolver = readHostPort(item, DNS_PORT);
    if (!resolver || isIP(resolver.host) === 0) {
      throw wrong(flag, item, 'an address such as 9.9.9.9, 10.0.0.2:5353 or [fd00::1]:53');
    }
    return { ...resolver, host: readAddress(resolver.host)?.text ?? resolver.host };
  });
  if (resolvers.length === 0) throw wrong(flag, value, 'at least one address, or --external off for none');
  const twice = twiceIn(resolvers);
  if (twice) throw wrong(flag, `${twice.host}:${twice.port}`, 'each resolver once');
  return resolvers;
}

export function readZoneResolvers(values: readonly string[], domain: string): ZoneResolvers {
  const zones = values.map((item) => {
    const [name = '', list, ...rest] = item.split('=');
    const zone = name.toLowerCase().replace(/\.$/, '');
    if (list === undefined || rest.length > 0 || !isUsableName(zone))
      throw wrong('zone-resolvers', item, 'ZONE=ADDRESS such as corp.example=10.0.0.2');
    return { zone, resolvers: readResolvers('zone-resolvers', list) };
  });
  const names = [domain, ...zones.map(({ zone }) => zone)];
  for (const [index, zone] of names.entries()) {
    const other = names.find(
      (name, otherIndex) => otherIndex !== index && (name === zone || zone.endsWith(`.${name}`)),
    );
    if (other !== undefined)
      throw wrong(
        'zone-resolvers',
        zone,
        `zones apart from each other and from the domain, and not inside ${other}`,
      );
  }
  return zones;
}

export function readDomain(value: string): string {
  const domain = value.toLowerCase();
  const usable = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain) && isUsableName(domain);
  if (!usable) throw wrong('domain', value, 'letters, digits, dashes and single dots inside, such as mesos');
  return domain;
}

/** Reads a domain name; its capitals are kept. */
export function readName(flag: string, value: string): string {
  const name = value.replace(/\.+$/, '');
  if (!isUsableName(name)) throw wrong(flag, value, 'a domain name such as ns1.mesos');
  return name;
}

export function readAddressSetting(flag: string, value: string): string[] {
  const addresses = items(value);
  for (const address of addresses.length > 0 ? addresses : ['']) {
    if (isIP(address) === 0)
      throw wrong(flag, address, 'an address of this machine such as 127.0.0.1, or 0.0.0.0 for all');
  }
  return [...new Set(addresses)];
}

export function readNetworks(flag: string, value: string): string[] {
  const networks = items(value);
  for (const network of networks) {
    if (!isNetwork(network)) throw wrong(flag, network, 'a network such as 10.0.0.0/8');
  }
  return networks;
}

export function readIpSources(value: string): IpSource[] {
  const sources = items(value).map((item) => {
    const source = IP_SOURCES.find((candidate) => candidate === item);
    if (source === undefined) throw wrong('ip-sources', item, `a list out of ${IP_SOURCES.join(', ')}`);
    return source;
  });
  if (sources.length === 0) throw wrong('ip-sources', value, 'at least one source');
  if (new Set(sources).size < sources.length) throw wrong('ip-sources', value, 'each source once');
  return sources;
}

export function readCredentials(flag: string, value: string | undefined): Credentials | undefined {
  if (value === undefined) return undefined;
  const colon = value.indexOf(':');
  if (colon < 1 || colon === value.length - 1)
    throw new UsageError(`--${flag}: the value cannot be used: expected USER:PASSWORD`);
  return { user: value.slice(0, colon), password: value.slice(colon + 1) };
}

/**
 * The files that a container with networks of its own has for itself: /etc/hosts, /etc/hostname, /etc/resolv.conf. Pure.
 */

import type { ContainerDns } from './container-dns';
import type { AttachResult, Dns } from './result';

/** A network that was joined, and what its plugins said. */
export interface AttachedNetwork {
  readonly network: string;
  readonly result: AttachResult;
}

/** The name that the container has for itself: a nested one has that of its own id, which hosts can have. */
export function hostnameOf(containerId: string, hostname: string | undefined): string {
  return hostname ?? containerId.split('.').at(-1) ?? containerId;
}

/** The first IPv4 address is that of the container's name; IPv6 where there is none. */
export function containerAddress(networks: readonly AttachedNetwork[]): string | undefined {
  const addresses = networks.flatMap(({ result }) => result.addresses);
  return (addresses.find(({ protocol }) => protocol === 'IPv4') ?? addresses[0])?.address;
}

export function hostsText(hostname: string, networks: readonly AttachedNetwork[]): string {
  const address = containerAddress(networks);
  return `127.0.0.1 localhost\n${address === undefined ? '' : `${address} ${hostname}\n`}`;
}

/**
 * The resolvers of all networks in their order: those that the plugins of a network give, or the defaults for this network,
 * or for all. Undefined when there are none: the container has those of the host.
 */
export function resolvers(networks: readonly AttachedNetwork[], defaults: ContainerDns): Dns | undefined {
  const parts = networks.flatMap(({ network, result }) =>
    result.dns.nameservers.length > 0
      ? [result.dns]
      : [defaults.networks.get(network) ?? defaults.all].flatMap((dns) => dns ?? []),
  );
  const merged: Dns = {
    nameservers: parts.flatMap(({ nameservers }) => nameservers),
    domain: parts.findLast(({ domain }) => domain !== undefined)?.domain,
    search: parts.flatMap(({ search }) => search),
    options: parts.flatMap(({ options }) => options),
  };
  return merged.nameservers.length === 0 ? undefined : merged;
}

export function resolvConfText({ nameservers, domain, search, options }: Dns): string {
  const lines = [
    ...(domain === undefined ? [] : [`domain ${domain}`]),
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
    ...nameservers.map((server) => `nameserver ${server}`),
  ];
  return `${lines.join('\n')}\n`;
}

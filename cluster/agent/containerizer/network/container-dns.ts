/**
 * The value of `--default_container_dns`: resolvers for networks whose plugins give none (Mesos 1.11 ContainerDNSInfo). Pure.
 */

import { errorText } from '../../../model/error-text';
import { isObject, type JsonObject } from './configuration';
import { type Dns, readDns } from './result';

export interface ContainerDns {
  readonly text: string;
  /** For networks that are not named. */
  readonly all: Dns | undefined;
  readonly networks: ReadonlyMap<string, Dns>;
}

export const NO_DNS: ContainerDns = { text: '', all: undefined, networks: new Map() };

/** Reads the flag. Throws an Error with what is wrong. */
export function readContainerDns(text: string): ContainerDns {
  const { mesos = [], docker = [] } = readJson(text);
  if (!Array.isArray(mesos) || !Array.isArray(docker))
    throw new Error("'mesos' and 'docker' have to be lists");
  if (docker.length > 0) throw new Error("'docker' is for Docker containers, which are not there yet");
  let all: Dns | undefined;
  const networks = new Map<string, Dns>();
  for (const { name, dns } of mesos.map(readEntry)) {
    if (name === undefined ? all !== undefined : networks.has(name)) throw new Error(twiceText(name));
    if (name === undefined) all = dns;
    else networks.set(name, dns);
  }
  return { text, all, networks };
}

function readJson(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${errorText(error)}`);
  }
  if (!isObject(value)) throw new Error('it is not a JSON object');
  return value;
}

function readEntry(entry: unknown): { readonly name: string | undefined; readonly dns: Dns } {
  if (!isObject(entry)) throw new Error("an entry of 'mesos' is not an object");
  const { network_mode, network_name, dns } = entry;
  if (network_mode === 'HOST')
    throw new Error('Configuring DNS for HOST network with `--default_container_dns` is not yet supported');
  if (network_mode !== 'CNI') throw new Error('UNKNOWN network mode configured in `--default_container_dns`');
  if (network_name !== undefined && typeof network_name !== 'string')
    throw new Error("'network_name' is not a text");
  if (!isObject(dns)) throw new Error("'dns' is missing");
  return { name: network_name, dns: readDns(dns) };
}

function twiceText(name: string | undefined): string {
  return name === undefined
    ? 'Multiple DNS configuration without network name for CNI network in `--default_container_dns` is not allowed'
    : `Multiple DNS configuration with the same network name '${name}' for CNI network in \`--default_container_dns\` is not allowed`;
}

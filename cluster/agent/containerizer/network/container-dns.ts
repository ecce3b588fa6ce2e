/**
 * The value of `--default_container_dns`: resolvers for networks whose plugins give none, and for those of Docker (Mesos 1.11
 * ContainerDNSInfo). Pure.
 */

import { errorText } from '../../../model/error-text';
import { isObject, type JsonObject } from './configuration';
import { type Dns, readDns } from './result';

export interface ContainerDns {
  readonly text: string;
  /** For networks that are not named. */
  readonly all: Dns | undefined;
  readonly networks: ReadonlyMap<string, Dns>;
  readonly docker: DockerDns;
}

/** Resolvers of Docker containers. */
export interface DockerDns {
  readonly bridge: Dns | undefined;
  /** For networks of users that are not named. */
  readonly user: Dns | undefined;
  readonly networks: ReadonlyMap<string, Dns>;
}

export const NO_DNS: ContainerDns = {
  text: '',
  all: undefined,
  networks: new Map(),
  docker: { bridge: undefined, user: undefined, networks: new Map() },
};

/** Reads the flag. Throws an Error with what is wrong. */
export function readContainerDns(text: string): ContainerDns {
  const { mesos = [], docker = [] } = readJson(text);
  if (!Array.isArray(mesos) || !Array.isArray(docker))
    throw new Error("'mesos' and 'docker' have to be lists");
  const cni = byNetwork(
    mesos.map((entry) => readEntry(entry, ['CNI'])),
    'CNI network',
  );
  return { text, all: cni.unnamed, networks: cni.named, docker: readDocker(docker) };
}

function readDocker(entries: readonly unknown[]): DockerDns {
  const all = entries.map((entry) => readEntry(entry, ['BRIDGE', 'USER']));
  const bridges = all.filter(({ mode }) => mode === 'BRIDGE');
  if (bridges.length > 1)
    throw new Error(
      'Multiple DNS configuration for Docker default bridge network in `--default_container_dns` is not allowed',
    );
  const users = byNetwork(
    all.filter(({ mode }) => mode === 'USER'),
    'user-defined CNM network',
  );
  return { bridge: bridges[0]?.dns, user: users.unnamed, networks: users.named };
}

/** Resolvers by the names of their networks, each once, and those of networks that are not named. */
function byNetwork(
  entries: readonly Entry[],
  kind: string,
): { readonly unnamed: Dns | undefined; readonly named: ReadonlyMap<string, Dns> } {
  let unnamed: Dns | undefined;
  const named = new Map<string, Dns>();
  for (const { name, dns } of entries) {
    if (name === undefined ? unnamed !== undefined : named.has(name)) throw new Error(twiceText(name, kind));
    if (name === undefined) unnamed = dns;
    else named.set(name, dns);
  }
  return { unnamed, named };
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

interface Entry {
  readonly mode: string;
  readonly name: string | undefined;
  readonly dns: Dns;
}

function readEntry(entry: unknown, modes: readonly string[]): Entry {
  if (!isObject(entry))
    throw new Error(`an entry of '${modes[0] === 'CNI' ? 'mesos' : 'docker'}' is not an object`);
  const { network_mode, network_name, dns } = entry;
  if (network_mode === 'HOST')
    throw new Error('Configuring DNS for HOST network with `--default_container_dns` is not yet supported');
  const mode = modes.find((candidate) => candidate === network_mode);
  if (mode === undefined) throw new Error('UNKNOWN network mode configured in `--default_container_dns`');
  if (network_name !== undefined && typeof network_name !== 'string')
    throw new Error("'network_name' is not a text");
  if (!isObject(dns)) throw new Error("'dns' is missing");
  return { mode, name: network_name, dns: readDns(dns) };
}

function twiceText(name: string | undefined, kind: string): string {
  const which = name === undefined ? 'without network name' : `with the same network name '${name}'`;
  return `Multiple DNS configuration ${which} for ${kind} in \`--default_container_dns\` is not allowed`;
}

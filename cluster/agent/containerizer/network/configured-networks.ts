/**
 * The networks in the folder of `--network_cni_config_dir`. It is read at the start and at each launch, so that networks can be
 * added, changed and removed while the agent runs.
 */

import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { type CniNetwork, programsOf, readNetwork } from './configuration';

export interface ConfiguredNetworks {
  readonly networks: ReadonlyMap<string, CniNetwork>;
  /** Files that were skipped, each with the reason. */
  readonly skipped: readonly string[];
}

export interface NetworkFolders {
  readonly configDir: string;
  /** Folders, separated by colons. */
  readonly pluginsDir: string;
}

/** Reads all files of the folder, by their names. Throws when it cannot be listed. */
export function readNetworks({ configDir, pluginsDir }: NetworkFolders): ConfiguredNetworks {
  const networks = new Map<string, CniNetwork>();
  const skipped: string[] = [];
  for (const path of filesOf(configDir)) {
    try {
      const network = readNetwork(readFileSync(path, 'utf8'));
      if (networks.has(network.name)) throw new Error(`there is a network '${network.name}' already`);
      const missing = programsOf(network).find(({ name }) => findPlugin(name, pluginsDir) === undefined);
      if (missing) throw new Error(`the ${missing.kind} '${missing.name}' is not in ${pluginsDir}`);
      networks.set(network.name, network);
    } catch (error) {
      skipped.push(`CNI network configuration file '${path}': ${errorText(error)}`);
    }
  }
  return { networks, skipped };
}

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true);
}

/** The network of this name. Throws the reason with what there is. */
export function findNetwork(name: string, { networks, skipped }: ConfiguredNetworks): CniNetwork {
  const network = networks.get(name);
  if (network) return network;
  const names = [...networks.keys()];
  const list = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  const reasons = skipped.map((reason) => `; skipped: ${reason}`).join('');
  throw new Error(`Unknown CNI network '${name}': ${list}${reasons}`);
}

/** The path of a plugin in the first folder that has it. */
export function findPlugin(type: string, pluginsDir: string): string | undefined {
  return pluginsDir
    .split(':')
    .filter(Boolean)
    .map((folder) => join(folder, type))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Checks of network/cni at the start: its flags, the programs that it runs, and the configurations of networks.
 */

import { existsSync } from 'node:fs';
import { errorText } from '../../../model/error-text';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import { findPlugin, type NetworkFolders, readNetworks } from './configured-networks';
import { searchPath } from './run-program';

/** Both flags or none, as in the original. */
export function networkFolders(
  configDir: string | undefined,
  pluginsDir: string | undefined,
): NetworkFolders | undefined {
  if (!configDir && !pluginsDir) return undefined;
  if (!pluginsDir) throw new StartError("Missing required '--network_cni_plugins_dir' flag");
  if (!configDir) throw new StartError("Missing required '--network_cni_config_dir' flag");
  return { configDir, pluginsDir };
}

/** Programs of the system that it runs. */
const PROGRAMS = ['ip', 'unshare', 'flock', 'mount', 'umount'];

/** Tells the networks that there are. Throws a StartError with what is missing. */
export function checkStart(folders: NetworkFolders, log: Logger): void {
  if (!existsSync(folders.configDir))
    throw new StartError(
      `--network_cni_config_dir: The CNI network configuration directory '${folders.configDir}' does not exist`,
    );
  const missing = PROGRAMS.find((name) => findPlugin(name, searchPath()) === undefined);
  if (missing !== undefined)
    throw new StartError(`the isolator network/cni needs the program ${missing}, which is not in PATH`);
  try {
    const { networks, skipped } = readNetworks(folders);
    for (const text of skipped) log.warn({ flag: 'network_cni_config_dir' }, text);
    log.info({ networks: [...networks.keys()].join(', ') }, 'CNI networks that containers can join');
  } catch (error) {
    throw new StartError(`--network_cni_config_dir: Unable to load CNI config: ${errorText(error)}`);
  }
}

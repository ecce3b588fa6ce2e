/**
 * Configurations of CNI networks, as they stand in the folder of `--network_cni_config_dir`: one plugin (`.conf`), or a chain
 * of plugins (`.conflist`). Pure.
 *
 * Always true: a network that was read has a name that can be one of a folder, and types that are names of programs.
 */

import { errorText } from '../../../model/error-text';

/** An object of JSON whose members nobody has looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A network that containers can join. */
export interface CniNetwork {
  readonly name: string;
  readonly cniVersion: string | undefined;
  /** The configurations of its plugins, in the order in which they attach a container. */
  readonly plugins: readonly JsonObject[];
  /** True for a chain: its plugins get the name and the version of the list. */
  readonly isList: boolean;
  /** The other members of a list. */
  readonly others: JsonObject;
}

/** The plugin of Mesos that maps ports in front of another one; the agent carries it out itself. */
export const PORT_MAPPER = 'mesos-cni-port-mapper';

/** The files that stand beside the folders of networks. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['ns', 'lock', 'hosts', 'hostname', 'resolv.conf']);
const NETWORK_NAME = /^[a-zA-Z0-9][\w.-]*$/;

/** Reads a configuration. Throws an Error with what is wrong. */
export function readNetwork(text: string): CniNetwork {
  const { name, cniVersion, plugins, ...others } = readObject(text);
  if (typeof name !== 'string') throw new Error("'name' is missing");
  if (!NETWORK_NAME.test(name))
    throw new Error(`'name' is "${name}", and may have letters, digits, '_', '.' and '-' alone`);
  if (RESERVED_NAMES.has(name)) throw new Error(`'name' is "${name}", which is reserved`);
  if (cniVersion !== undefined && typeof cniVersion !== 'string')
    throw new Error("'cniVersion' is not a text");
  if (plugins === undefined) {
    const plugin = checkPlugin({ cniVersion, name, ...others });
    return { name, cniVersion, plugins: [plugin], isList: false, others: {} };
  }
  if (!Array.isArray(plugins) || plugins.length === 0) throw new Error("'plugins' is not a list of plugins");
  return { name, cniVersion, plugins: plugins.map(checkPlugin), isList: true, others };
}

function readObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`JSON parse failed: ${errorText(error)}`);
  }
  if (!isObject(value)) throw new Error('it is not a JSON object');
  return value;
}

/** True for an object that is no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkPlugin(plugin: unknown): JsonObject {
  if (!isObject(plugin)) throw new Error("an entry of 'plugins' is not an object");
  checkType(plugin['type'], 'type');
  const ipam = plugin['ipam'];
  // An empty object stands for no addresses.
  if (isObject(ipam) && Object.keys(ipam).length > 0) checkType(ipam['type'], 'ipam.type');
  if (plugin['args'] !== undefined && !isObject(plugin['args'])) throw new Error("'args' is not an object");
  if (plugin['type'] === PORT_MAPPER) checkPortMapper(plugin);
  return plugin;
}

function checkType(type: unknown, name: string): void {
  if (typeof type !== 'string' || type === '') throw new Error(`'${name}' is missing`);
  if (type.includes('/') || type === '..' || type === '.')
    throw new Error(`'${name}' is "${type}", and not the name of a program`);
}

const CHAIN_NAME = /^[a-zA-Z0-9][\w.-]{0,27}$/;

/** Checks what the original's plugin demands of its configuration. */
function checkPortMapper({ chain, excludeDevices, delegate }: JsonObject): void {
  if (typeof chain !== 'string') throw new Error("Failed to get the required field 'chain': Not found");
  if (!CHAIN_NAME.test(chain))
    throw new Error(`'chain' is "${chain}", and not the name of a chain of iptables`);
  const areDevices =
    Array.isArray(excludeDevices) && excludeDevices.every((name) => typeof name === 'string');
  if (excludeDevices !== undefined && !areDevices)
    throw new Error("Failed to parse 'excludeDevices' list. The excluded device needs to be a string");
  if (!isObject(delegate)) throw new Error("Failed to get the required field 'delegate': Not found");
  if (delegate['type'] === PORT_MAPPER) throw new Error("'delegate' is a port mapper itself");
  checkPlugin(delegate);
}

/** The configuration as text, such as for a checkpoint: `readNetwork` reads it again. */
export function printNetwork({ name, cniVersion, plugins, isList, others }: CniNetwork): string {
  return JSON.stringify(isList ? { cniVersion, name, ...others, plugins } : plugins[0]);
}

/** The programs that a network needs: its plugins, and those that give out addresses. */
export function programsOf({ plugins }: CniNetwork): readonly ProgramNeed[] {
  return plugins.flatMap((plugin) => {
    const { type, ipam, delegate } = plugin;
    if (type === PORT_MAPPER) return programsOfPlugin(delegate as JsonObject);
    return programsOfPlugin({ type, ipam });
  });
}

/** A program that has to be in a folder of `--network_cni_plugins_dir`. */
export interface ProgramNeed {
  readonly kind: 'CNI plugin' | 'IPAM plugin';
  readonly name: string;
}

function programsOfPlugin({ type, ipam }: JsonObject): ProgramNeed[] {
  const plugin: ProgramNeed = { kind: 'CNI plugin', name: type as string };
  const addresses = isObject(ipam) ? ipam['type'] : undefined;
  return typeof addresses === 'string' ? [plugin, { kind: 'IPAM plugin', name: addresses }] : [plugin];
}

/**
 * The steps that attach a container to a network, and in reverse detach it: plugins, and port mappings of our own. Pure.
 *
 * The NetworkInfo of the container is among the `args` of each plugin, so a checkpointed configuration is all that the
 * steps are made of, also after a restart of the agent.
 */

import type { NetworkInfo } from '../../../api/generated/mesos';
import { encodeJson } from '../../../api/json-write';
import { type CniNetwork, isObject, type JsonObject, PORT_MAPPER } from './configuration';

export type Step =
  | { readonly kind: 'plugin'; readonly type: string; readonly configuration: JsonObject }
  | {
      readonly kind: 'map ports';
      readonly chain: string;
      readonly excludeDevices: readonly string[];
      readonly mappings: readonly PortMapping[];
    };

/** A port of the host that leads to one of the container, in the words of CNI. */
export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** The member of `args` that is the agent's own. */
const MESOS = 'org.apache.mesos';

/** Adds what the container asks of this network to the `args` of each plugin. Throws when the name is in use. */
export function withNetworkInfo(network: CniNetwork, info: NetworkInfo): CniNetwork {
  const networkInfo: unknown = JSON.parse(encodeJson('mesos.v1.NetworkInfo', info));
  const plugins = network.plugins.map((plugin) => {
    const args = (plugin['args'] ?? {}) as JsonObject;
    if (MESOS in args)
      throw new Error(
        "'org.apache.mesos' in 'args' should not be set in CNI network configuration file. It is reserved by Mesos",
      );
    return { ...plugin, args: { ...args, [MESOS]: { network_info: networkInfo } } };
  });
  return { ...network, plugins };
}

/** The steps in the order in which they attach a container. */
export function stepsOf(network: CniNetwork): readonly Step[] {
  return network.plugins.flatMap((plugin) => {
    const { name, cniVersion } = network;
    const version = network.isList ? cniVersion : (plugin['cniVersion'] as string | undefined);
    if (plugin['type'] === PORT_MAPPER) return portMapperSteps(plugin, { name, cniVersion: version });
    return [pluginStep({ ...plugin, name, cniVersion: version })];
  });
}

/** The delegate attaches the container, with the arguments of the port mapper. */
function portMapperSteps(
  plugin: JsonObject,
  { name, cniVersion }: { readonly name: string; readonly cniVersion: string | undefined },
): readonly Step[] {
  const { delegate, chain, args } = plugin;
  const configuration = { cniVersion, ...(delegate as JsonObject), name, args };
  return [
    pluginStep(configuration),
    {
      kind: 'map ports',
      chain: chain as string,
      excludeDevices: (plugin['excludeDevices'] ?? []) as readonly string[],
      mappings: mappingsOf(plugin),
    },
  ];
}

function pluginStep(configuration: JsonObject): Step {
  const { type, capabilities } = configuration;
  const mappings = mappingsOf(configuration);
  const isMapper = isObject(capabilities) && capabilities['portMappings'] === true && mappings.length > 0;
  const runtimeConfig = isMapper ? { runtimeConfig: { portMappings: mappings } } : {};
  return { kind: 'plugin', type: type as string, configuration: { ...configuration, ...runtimeConfig } };
}

function mappingsOf({ args }: JsonObject): readonly PortMapping[] {
  const mesos = isObject(args) ? args[MESOS] : undefined;
  const info = isObject(mesos) ? (mesos['network_info'] as NetworkInfo | undefined) : undefined;
  return (info?.port_mappings ?? []).map(({ host_port, container_port, protocol }) => ({
    hostPort: host_port,
    containerPort: container_port,
    protocol: (protocol ?? 'tcp').toLowerCase(),
  }));
}

/** The input of a plugin: its configuration, and the result of the one before it in the chain. */
export function pluginInput(configuration: JsonObject, previous: JsonObject | undefined): string {
  return JSON.stringify(previous === undefined ? configuration : { ...configuration, prevResult: previous });
}

/** True when plugins of this version get the result of ADD at DEL, too (CNI 0.4.0). */
export function getsResultAtDelete({ cniVersion }: JsonObject): boolean {
  const [major = 0, minor = 0] = typeof cniVersion === 'string' ? cniVersion.split('.').map(Number) : [];
  return major > 0 || minor >= 4;
}

/** A call of a plugin for one interface of a container. */
export interface PluginCall {
  readonly command: 'ADD' | 'DEL';
  readonly containerId: string;
  /** The file of the network namespace; undefined at DEL when it is gone, such as after a reboot. */
  readonly namespace: string | undefined;
  readonly interfaceName: string;
  /** The value of `--network_cni_plugins_dir`. */
  readonly pluginsDir: string;
  /** The PATH of the agent: plugins run iptables. */
  readonly path: string;
}

export function pluginEnvironment(call: PluginCall): Readonly<Record<string, string>> {
  return {
    CNI_COMMAND: call.command,
    CNI_CONTAINERID: call.containerId,
    ...(call.namespace === undefined ? {} : { CNI_NETNS: call.namespace }),
    CNI_IFNAME: call.interfaceName,
    CNI_PATH: call.pluginsDir,
    PATH: call.path,
  };
}

/**
 * Where the agent is: its address, its name, and its fault domain.
 */

import { execFile } from 'node:child_process';
import { lookupService } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { DomainInfo } from '../../../api/generated/mesos';
import { messageFromJson } from '../../../api/json-read';
import { errorText } from '../../../model/error-text';
import { document, type Flag, text, toggle } from '../../../runtime/config/flags';
import { StartError } from '../../../runtime/lifecycle';

/** The address to listen on without a flag: nobody else reaches it. */
export const DEFAULT_IP = '127.0.0.1';
/** Time that `--ip_discovery_command` has. */
const DISCOVERY_MS = 30_000;

export const placeFlags = {
  ip_discovery_command: text({
    help: 'command that prints the address to listen on, instead of --ip',
    value: 'COMMAND',
  }),
  hostname_lookup: toggle({
    help: 'without --hostname look the name up by the address that others are told (on by default in Mesos)',
    fallback: false,
  }),
  domain: checkedDomain(
    document({ help: 'where it is: {"fault_domain": {"region": {"name": "east"}, "zone": {"name": "a"}}}' }),
  ),
};

/** Keeps the text, so that `/flags` shows what was given. */
function checkedDomain(flag: Flag<string | undefined>): Flag<string | undefined> {
  return {
    ...flag,
    read: (value, previous) => {
      const json = flag.read(value, previous);
      if (json !== undefined) readDomain(json);
      return json;
    },
  };
}

/** Reads a DomainInfo in JSON. Throws an Error if it has no fault domain. */
function readDomain(json: string): DomainInfo {
  const domain = messageFromJson('mesos.v1.DomainInfo', JSON.parse(json));
  if (!domain.fault_domain) throw new Error('`domain` must define `fault_domain`');
  return domain;
}

export function domainOf(json: string | undefined): DomainInfo | undefined {
  return json === undefined ? undefined : readDomain(json);
}

interface PlaceConfig {
  readonly ip: string;
  readonly ip_discovery_command: string | undefined;
}

/** The configuration with the address that `--ip_discovery_command` prints. Rejects with a StartError without one. */
export async function withDiscoveredIp<Config extends PlaceConfig>(config: Config): Promise<Config> {
  const { ip_discovery_command: command, ip } = config;
  if (command === undefined || command === '') return config;
  if (ip !== DEFAULT_IP) throw new StartError('give --ip or --ip_discovery_command, not both');
  const printed = (await outputOf(command)).trim();
  if (isIP(printed) === 0)
    throw new StartError(
      `--ip_discovery_command printed ${JSON.stringify(printed.slice(0, 100))}, which is no address`,
    );
  return { ...config, ip: printed };
}

function outputOf(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', command], { timeout: DISCOVERY_MS }, (error, stdout, stderr) => {
      if (error) reject(new StartError(`--ip_discovery_command: ${stderr.trim() || errorText(error)}`));
      else resolve(stdout);
    });
  });
}

/** The name that others reach tasks by: the one that was given, the one of the address, or the address. */
export async function hostnameOf(
  { hostname, hostname_lookup }: { readonly hostname: string | undefined; readonly hostname_lookup: boolean },
  address: string,
): Promise<string> {
  if (hostname !== undefined) return hostname;
  if (!hostname_lookup) return address;
  try {
    return (await lookupService(address, 0)).hostname;
  } catch (error) {
    throw new StartError(
      `--hostname_lookup: no name is known for ${address} (${errorText(error)}); give --hostname, or leave it out`,
    );
  }
}

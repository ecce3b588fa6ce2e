/**
 * The MasterInfo of this master, for frameworks, agents and the election.
 */

import type * as mesos from '../../../api/generated/mesos';
import { MASTER_CAPABILITIES } from './capabilities';
import type { MasterState } from './state';

/**
 * A dotted IPv4 address as the number in MasterInfo.ip: its bytes in network order, read as little-endian. The field is
 * deprecated in favour of `address`, but required.
 */
export function ipNumber(ip: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
  return ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
}

export function printMasterInfo({ boot }: MasterState): mesos.MasterInfo {
  return {
    id: boot.id,
    ip: ipNumber(boot.ip),
    port: boot.port,
    pid: `master@${boot.ip}:${boot.port}`,
    hostname: boot.hostname,
    version: boot.version,
    address: { hostname: boot.hostname, ip: boot.ip, port: boot.port },
    domain: boot.settings.domain,
    capabilities: MASTER_CAPABILITIES.map((type) => ({ type })),
  };
}

/**
 * The MasterInfo that frameworks, agents and the election are told.
 */

import type * as mesos from '../../../api/generated/mesos';
import { MASTER_CAPABILITIES } from './capabilities';
import type { MasterState } from './state';

/** The network address of a dotted IPv4 text as the old number: network byte order read as little-endian. */
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

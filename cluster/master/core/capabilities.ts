/**
 * What this master can do that older ones cannot. The registry names those without which a master must not
 * take over.
 */

import type * as mesos from '../../api/generated/mesos';

export const MASTER_CAPABILITIES: readonly mesos.MasterInfo.Capability.Type[] = [
  'AGENT_UPDATE',
  'AGENT_DRAINING',
  'QUOTA_V2',
];

/** What a registry asks for and this master cannot do. */
export function missingCapabilities(wanted: Iterable<string>): string[] {
  const known: readonly string[] = MASTER_CAPABILITIES;
  return [...wanted].filter((name) => !known.includes(name));
}

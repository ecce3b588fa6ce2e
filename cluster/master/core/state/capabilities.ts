/**
 * The capabilities of this master, which older ones lack. The registry names those without which a master
 * must not take over.
 */

import type * as mesos from '../../../api/generated/mesos';

export const MASTER_CAPABILITIES: readonly mesos.MasterInfo.Capability.Type[] = [
  'AGENT_UPDATE',
  'AGENT_DRAINING',
  'QUOTA_V2',
];

/** The capabilities that a registry requires and this master lacks. */
export function missingCapabilities(wanted: Iterable<string>): string[] {
  const capabilities: readonly string[] = MASTER_CAPABILITIES;
  return [...wanted].filter((name) => !capabilities.includes(name));
}

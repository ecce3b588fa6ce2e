/**
 * The capabilities of this master. The registry lists those that a master needs to take it over, so that an older
 * master cannot misread what a newer one has stored.
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

/**
 * UpdateSlaveMessage: what the master has to know of an agent beside its registration. It is whole each time, since a missing
 * list of operations means that there are none.
 *
 * Out: send(UpdateSlaveMessage)
 */

import type { Resource } from '../../../api/generated/mesos';
import { writeResources } from '../../../model/resources';
import type { Turn } from '../state/turn';

/** Tells the operations whose statuses are not acknowledged, the version of the resources, and what is oversubscribed. */
export function sendAgentUpdate({ state, effects }: Turn): void {
  const { master, agentId, phase, operations, resourceVersion, oversubscribed, boot } = state;
  if (master === undefined || agentId === undefined || phase !== 'running') return;
  const message = {
    slave_id: { value: agentId },
    resource_version_uuid: { value: resourceVersion },
    operations: { operations: [...operations.values()].map(({ operation }) => operation) },
    resource_providers: {},
    update_oversubscribed_resources: boot.settings.oversubscription?.estimator !== undefined,
    oversubscribed_resources: writeResources(oversubscribed) as readonly Resource[],
  };
  effects.push({ kind: 'send', to: master, name: 'mesos.internal.UpdateSlaveMessage', message });
}

/**
 * The SRV records of a task (RFC 2782): one for each of its ports, and named ones for the ports of its discovery information.
 */

import { PROTOCOLS } from './task-entry';
import { serviceLabel, type TaskNameLabels, type TaskScope } from './task-names';

/**
 * Emits a service for each port among the task's resources. The target has the agent's address; a task with discovery
 * information has these services below `.slave.` only, as in the original.
 */
export function emitResourcePorts(
  scope: TaskScope,
  { canonical: target, service: first }: TaskNameLabels,
): void {
  const { sink, entry, suffix, agentSuffix } = scope;
  const owners = PROTOCOLS.map((protocol) => `${first}._${protocol}`);
  for (const [begin, end] of entry.ports) {
    for (let port = begin; port <= end; port++) {
      const service = { port, target, targetSuffix: agentSuffix };
      for (const owner of owners) sink.service(owner, agentSuffix, service);
      if (!entry.discovery) for (const owner of owners) sink.service(owner, suffix, service);
    }
  }
}

/** Emits a service for each port of the discovery information; one with a name has a second at `_name._task._protocol`. */
export function emitDiscoveryPorts({ sink, entry, suffix }: TaskScope, labels: TaskNameLabels): void {
  const { canonical: target, service: first } = labels;
  for (const { port, protocols, label: portLabel } of entry.discovery ?? []) {
    const service = { port, target, targetSuffix: suffix };
    const owners = protocols.map((protocol) => `${first}.${serviceLabel(protocol)}`);
    for (const owner of owners) sink.service(owner, suffix, service);
    if (portLabel === '') continue;
    for (const owner of owners) sink.service(`${serviceLabel(portLabel)}.${owner}`, suffix, service);
  }
}

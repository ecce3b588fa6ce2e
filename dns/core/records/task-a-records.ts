/**
 * The A and AAAA records of a task: its addresses at its names, and its agent's addresses at those below `.slave.`.
 */

import type { TaskNameLabels, TaskScope } from './task-names';

/** Emits the addresses in the order of the original (`taskContextRecord` in records/generator.go of Mesos-DNS). */
export function emitTaskAddresses(scope: TaskScope, { label, canonical }: TaskNameLabels): void {
  const { compat, sink, entry, suffix, agentSuffix } = scope;
  const { addresses, agentAddresses } = entry;
  for (const address of addresses) {
    sink.address(label, suffix, address);
    sink.address(canonical, suffix, address);
  }
  for (const address of agentAddresses) {
    sink.address(label, agentSuffix, address);
    sink.address(canonical, agentSuffix, address);
  }
  for (const first of [label, canonical]) {
    // Mesos-DNS puts the agent's host name into the A record when it has no address of the agent. Such a record has no
    // address to answer with; it only makes the name exist (NODATA instead of NXDOMAIN).
    if (agentAddresses.length === 0) sink.exists(first, agentSuffix);
    if (addresses.length === 0 && compat === 'standard') sink.exists(first, suffix);
  }
}

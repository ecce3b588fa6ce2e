/**
 * The records of agents: A and AAAA at `slave.DOMAIN` for all of them together, SRV at `_slave._tcp.DOMAIN` for their ports.
 */

import type { AgentFacts } from '../facts/cluster-facts';
import type { RecordContext, RecordSink } from '../zone/record-sink';

/** Emits the records of one agent (`slaveRecords` in records/generator.go of Mesos-DNS). */
export function emitAgent(context: RecordContext, sink: RecordSink, { endpoint }: AgentFacts): void {
  const { domain } = context.options;
  const addresses = endpoint ? context.addressesOf(endpoint.host) : [];
  if (!endpoint || addresses.length === 0) return;
  for (const address of addresses) sink.address(`slave.${domain}`, address);
  sink.service(`_slave._tcp.${domain}`, { port: endpoint.port, target: `slave.${domain}` });
}

/**
 * The records of frameworks: A and AAAA at `FRAMEWORK.DOMAIN`, SRV at `_framework._tcp.FRAMEWORK.DOMAIN`.
 */

import type { FrameworkFacts } from '../facts/cluster-facts';
import { cleanDomain } from '../names/labels';
import type { RecordContext, RecordSink } from '../zone/record-sink';

/** Names of the cluster itself, which no framework may add its address to: it could put itself in the master's place. */
const GUARDED = /^(leader|master\d*|slave)$/;

/**
 * Emits the addresses of a framework and, when its driver listens on a port, its service (`frameworkRecords` in
 * records/generator.go of Mesos-DNS).
 */
export function emitFramework(context: RecordContext, sink: RecordSink, framework: FrameworkFacts): void {
  const { domain, labelRule, authority } = context.options;
  const { name: frameworkName, host, port } = framework;
  const label = cleanDomain(frameworkName, labelRule);
  const name = `${label}.${domain}`;
  if (label === '' || GUARDED.test(label) || name === authority.mname.toLowerCase()) {
    const why = `${label || 'none'} is not free`;
    context.note(`the framework ${JSON.stringify(frameworkName)} gets no name of its own: ${why}`);
    return;
  }
  const addresses = host ? context.addressesOf(host) : [];
  for (const address of addresses) sink.address(name, address);
  if (addresses.length > 0 && port !== undefined)
    sink.service(`_framework._tcp.${name}`, { port, target: name });
}

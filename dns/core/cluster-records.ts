/**
 * The records that are not tasks': this server, masters and the leader, agents, frameworks.
 */

import type { RecordContext, RecordSink } from './book';
import { cleanDomain } from './labels';
import type { AgentFacts, FrameworkFacts, HostPort } from './snapshot';

/** The name of this server. One outside the domain is listed, as in the original, and nobody can ask for it here. */
export function emitServer({ options }: RecordContext, sink: RecordSink): void {
  const name = options.authority.primary.toLowerCase();
  if (options.compat === 'standard' && !name.endsWith(`.${options.domain}`)) return;
  for (const address of options.ownAddresses) sink.address(name, address);
}

/** `leader`, `master`, `masterN` and the leader's services. */
export function emitMasters(context: RecordContext, sink: RecordSink): void {
  const { domain } = context.options;
  const { leader, masters } = context;
  if (leader) emitLeader(context, sink, leader);
  const numbered = new Set(leader ? context.addressesOf(leader.host) : []);
  let leaderNumbered = leader === undefined;
  let number = 0;
  const add = (addresses: readonly string[]): void => {
    for (const address of addresses) {
      numbered.add(address);
      sink.address(`master.${domain}`, address);
      sink.address(`master${number}.${domain}`, address);
    }
    number++;
  };
  for (const master of masters) {
    const addresses = context.addressesOf(master.host);
    const leads = leader !== undefined && sameMaster(context, master, leader);
    // A second master at an address that has a number already gets none; an unknown host keeps its number free.
    if (leads ? leaderNumbered : addresses.length > 0 && addresses.every((text) => numbered.has(text)))
      continue;
    if (leads) leaderNumbered = true;
    add(addresses);
  }
  if (leader && !leaderNumbered) add(context.addressesOf(leader.host));
}

function emitLeader(context: RecordContext, sink: RecordSink, leader: HostPort): void {
  const { domain } = context.options;
  for (const name of [`leader.${domain}`, `master.${domain}`]) {
    sink.exists(name);
    for (const address of context.addressesOf(leader.host)) sink.address(name, address);
  }
  for (const protocol of ['tcp', 'udp'])
    sink.service(`_leader._${protocol}.${domain}`, { port: leader.port, target: `leader.${domain}` });
}

function sameMaster(context: RecordContext, left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port) return false;
  const addresses = context.addressesOf(right.host);
  return left.host === right.host || context.addressesOf(left.host).some((text) => addresses.includes(text));
}

/** `slave` for all agents together, and one service for each of their ports. */
export function emitAgent(context: RecordContext, sink: RecordSink, { endpoint }: AgentFacts): void {
  const { domain } = context.options;
  const addresses = endpoint ? context.addressesOf(endpoint.host) : [];
  if (!endpoint || addresses.length === 0) return;
  for (const address of addresses) sink.address(`slave.${domain}`, address);
  sink.service(`_slave._tcp.${domain}`, { port: endpoint.port, target: `slave.${domain}` });
}

/** Names of the cluster itself, which no framework may add its address to. */
const GUARDED = /^(leader|master\d*|slave)$/;

/** A framework's own name and, when its driver listens on a port, its service. */
export function emitFramework(context: RecordContext, sink: RecordSink, framework: FrameworkFacts): void {
  const { domain, labelRule, authority } = context.options;
  const { name: frameworkName, host, port } = framework;
  const label = cleanDomain(frameworkName, labelRule);
  const name = `${label}.${domain}`;
  if (label === '' || GUARDED.test(label) || name === authority.primary.toLowerCase()) {
    const why = `${label || 'none'} is not free`;
    context.note(`the framework ${JSON.stringify(frameworkName)} gets no name of its own: ${why}`);
    return;
  }
  const addresses = host ? context.addressesOf(host) : [];
  for (const address of addresses) sink.address(name, address);
  if (addresses.length > 0 && port !== undefined)
    sink.service(`_framework._tcp.${name}`, { port, target: name });
}

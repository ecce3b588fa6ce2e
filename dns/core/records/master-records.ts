/**
 * The records of masters: A and AAAA at `leader`, `master` and `masterN`, SRV at `_leader._tcp` and `_leader._udp`.
 */

import type { HostPort } from '../facts/cluster-facts';
import type { RecordContext, RecordSink } from '../zone/record-sink';

/**
 * Emits the records of all masters (`masterRecord` in records/generator.go of Mesos-DNS). The numbers follow the list of
 * masters, so that another leader changes as few names as possible; a leader that is not in the list gets the last number.
 */
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

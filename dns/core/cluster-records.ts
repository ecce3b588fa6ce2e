/**
 * The records that are not tasks': this server, masters and the leader, agents, frameworks.
 */

import type { ZoneBook } from './book';
import { cleanDomain } from './labels';
import type { HostPort } from './snapshot';

/** The name of this server, when it lies inside the domain. */
export function addServer(book: ZoneBook): void {
  const name = book.options.authority.primary;
  if (!name.endsWith(`.${book.options.domain}`)) return;
  for (const address of book.options.ownAddresses) book.address(name, address);
}

/** `leader`, `master`, `masterN` and the leader's services. */
export function addMasters(book: ZoneBook): void {
  const { domain, masters } = book.options;
  const { leader } = book.snapshot;
  if (leader) addLeader(book, leader);
  const known = new Set(leader ? book.addressesOf(leader.host) : []);
  let leaderNumbered = leader === undefined;
  let number = 0;
  const add = (addresses: readonly string[]): void => {
    for (const address of addresses) {
      known.add(address);
      book.address(`master.${domain}`, address);
      book.address(`master${number}.${domain}`, address);
    }
    number++;
  };
  for (const master of masters) {
    const addresses = book.addressesOf(master.host);
    const leads = leader !== undefined && sameMaster(book, master, leader);
    // A second master at an address that has a number already gets none; an unknown host keeps its number free.
    if (leads ? leaderNumbered : addresses.length > 0 && addresses.every((text) => known.has(text))) continue;
    if (leads) leaderNumbered = true;
    add(addresses);
  }
  if (leader && !leaderNumbered) add(book.addressesOf(leader.host));
}

function addLeader(book: ZoneBook, leader: HostPort): void {
  const { domain } = book.options;
  for (const name of [`leader.${domain}`, `master.${domain}`]) {
    book.exists(name);
    for (const address of book.addressesOf(leader.host)) book.address(name, address);
  }
  for (const protocol of ['tcp', 'udp'])
    book.service(`_leader._${protocol}.${domain}`, { port: leader.port, target: `leader.${domain}` });
}

function sameMaster(book: ZoneBook, left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port) return false;
  const addresses = book.addressesOf(right.host);
  return left.host === right.host || book.addressesOf(left.host).some((text) => addresses.includes(text));
}

/** `slave` for all agents together, and one service for each of their ports. */
export function addAgents(book: ZoneBook): void {
  const name = `slave.${book.options.domain}`;
  for (const { at } of book.snapshot.agents.values()) {
    const addresses = at ? book.addressesOf(at.host) : [];
    if (!at || addresses.length === 0) continue;
    for (const address of addresses) book.address(name, address);
    book.service(`_slave._tcp.${book.options.domain}`, { port: at.port, target: name });
  }
}

/** Names of the cluster itself, which no framework may add its address to. */
const GUARDED = /^(leader|master\d*|slave)$/;

/** A framework's own name and, when its driver listens on a port, its service. */
export function addFrameworks(book: ZoneBook): void {
  const { domain, labelRule, authority } = book.options;
  for (const { name: given, host, port } of book.snapshot.frameworks.values()) {
    const label = cleanDomain(given, labelRule);
    const name = `${label}.${domain}`;
    if (label === '' || GUARDED.test(label) || name === authority.primary) {
      book.note(
        `the framework ${JSON.stringify(given)} gets no name of its own: ${label || 'none'} is not free`,
      );
      continue;
    }
    const addresses = host ? book.addressesOf(host) : [];
    for (const address of addresses) book.address(name, address);
    if (addresses.length > 0 && port !== undefined)
      book.service(`_framework._tcp.${name}`, { port, target: name });
  }
}

/**
 * The zone: every name of the domain with its addresses and services, built whole from a snapshot.
 *
 * Always true: names are in lower case without the final dot, inside the domain, and can be encoded; every name above
 * one that exists exists too (with nothing at it), so that it is NODATA and not NXDOMAIN (RFC 8020); a name and a
 * value stand together once.
 */

import { readAddress } from './address';
import type { ListedFramework, Service, Zone, ZoneBook, ZoneInput, ZoneNode } from './book';
import { addAgents, addFrameworks, addMasters, addServer } from './cluster-records';
import { isUsableName } from './labels';
import type { HostPort, Note, Snapshot } from './snapshot';
import { addTasks } from './task-records';

/** Builds the zone of one moment. Whatever odd entry the snapshot has, the rest of the zone is there. */
export function buildZone(input: ZoneInput): Zone {
  const { domain, authority } = input.options;
  const nodes = new Nodes(domain, input.note);
  const frameworks: ListedFramework[] = [];
  const book: ZoneBook = {
    ...input,
    address: (name, address) => nodes.address(name, address),
    service: (name, service) => nodes.service(name, service),
    exists: (name) => void nodes.at(name),
    addressesOf: (host) => addressesOf(host, input.lookup),
    framework: (listed) => void frameworks.push(listed),
  };
  for (const add of [addServer, addMasters, addAgents, addFrameworks, addTasks]) add(book);
  return { domain, authority: { ...authority, serial: input.serial >>> 0 }, nodes: nodes.all, frameworks };
}

/** The host names that a zone needs looked up. */
export function hostsOf(snapshot: Snapshot, masters: readonly HostPort[]): Set<string> {
  const hosts = new Set<string>();
  const add = (host: string | undefined): void => {
    if (host && !readAddress(host)) hosts.add(host);
  };
  add(snapshot.leader?.host);
  for (const master of masters) add(master.host);
  for (const agent of snapshot.agents.values()) add(agent.at?.host);
  for (const framework of snapshot.frameworks.values()) add(framework.host);
  return hosts;
}

function addressesOf(host: string, lookup: (host: string) => readonly string[]): readonly string[] {
  const address = readAddress(host);
  if (address) return [address.text];
  return lookup(host).flatMap((text) => readAddress(text)?.text ?? []);
}

interface OpenNode extends ZoneNode {
  readonly a: Set<string>;
  readonly aaaa: Set<string>;
  readonly srv: Map<string, Service>;
}

class Nodes {
  readonly all = new Map<string, OpenNode>();

  constructor(
    private readonly domain: string,
    private readonly note: Note,
  ) {
    this.all.set(domain, emptyNode());
  }

  address(name: string, text: string): boolean {
    const node = this.at(name);
    const address = readAddress(text);
    if (!node || !address) return false;
    return addOnce(address.family === 4 ? node.a : node.aaaa, address.text);
  }

  service(name: string, service: Service): boolean {
    const node = isUsableName(service.target) ? this.at(name) : undefined;
    const target = service.target.toLowerCase();
    const key = `${service.port} ${target}`;
    if (!node || node.srv.has(key)) return false;
    node.srv.set(key, { port: service.port, target });
    return true;
  }

  /** The node of a name, made with all above it when it is new. Undefined for a name that cannot be asked for. */
  at(spelled: string): OpenNode | undefined {
    const name = spelled.toLowerCase();
    const held = this.all.get(name);
    if (held) return held;
    if (!isUsableName(name) || !name.endsWith(`.${this.domain}`)) {
      this.note(`the name ${JSON.stringify(spelled)} cannot stand in the zone`);
      return undefined;
    }
    const made = emptyNode();
    this.all.set(name, made);
    this.at(name.slice(name.indexOf('.') + 1));
    return made;
  }
}

function emptyNode(): OpenNode {
  return { a: new Set(), aaaa: new Set(), srv: new Map() };
}

function addOnce(set: Set<string>, text: string): boolean {
  if (set.has(text)) return false;
  set.add(text);
  return true;
}

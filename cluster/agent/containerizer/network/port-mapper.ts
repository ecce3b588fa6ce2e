/**
 * The rules of iptables by which ports of the host lead to a container, for configurations that were written for the
 * original's plugin `mesos-cni-port-mapper` (Mesos 1.11 .../cni/plugins/port_mapper/port_mapper.cpp). Pure.
 *
 * Always true: each rule of a container has its id as a comment, by which it is found again.
 */

import type { PortMapping } from './steps';

/** The arguments of iptables. */
export type Arguments = readonly string[];

const NAT: Arguments = ['-w', '-t', 'nat'];

/** Lists a chain, which fails when it is not there. */
export function listChain(chain: string): Arguments {
  return [...NAT, '-n', '--list', chain];
}

/** Makes the chain; it fails when another container's launch has just made it. */
export function makeChain(chain: string): Arguments {
  return [...NAT, '-N', chain];
}

/**
 * Rules that lead to the chain what is meant for an address of the host: traffic that comes in, and traffic of the host itself
 * but for that of the loopback network.
 */
export function jumps(chain: string): readonly Arguments[] {
  const local = ['-m', 'addrtype', '--dst-type', 'LOCAL', '-j', chain];
  return [
    ['PREROUTING', ...local],
    ['OUTPUT', '!', '-d', '127.0.0.0/8', ...local],
  ];
}

export interface MappedContainer {
  readonly containerId: string;
  /** Its IPv4 address. */
  readonly address: string;
}

export interface MappingRules {
  readonly chain: string;
  readonly excludeDevices: readonly string[];
  readonly mappings: readonly PortMapping[];
}

/**
 * The rules of a container, the chain first. One device is excluded in the rule itself, as in the original; of several the
 * original excludes the last one alone, and here each has a rule that leaves the chain.
 */
export function mappingRules(
  { chain, excludeDevices, mappings }: MappingRules,
  { containerId, address }: MappedContainer,
): readonly Arguments[] {
  const comment = ['-m', 'comment', '--comment', ruleTag(containerId)];
  return mappings.flatMap(({ hostPort, containerPort, protocol }) => {
    const match = ['-p', protocol, '-m', protocol, '--dport', String(hostPort)];
    const target = ['-j', 'DNAT', '--to-destination', `${address}:${containerPort}`];
    const [first, ...others] = excludeDevices;
    if (first === undefined || others.length === 0) {
      const device = first === undefined ? [] : ['!', '-i', first];
      return [[chain, ...device, ...match, ...target, ...comment]];
    }
    const leaving = excludeDevices.map((name) => [chain, '-i', name, ...match, '-j', 'RETURN', ...comment]);
    return [...leaving, [chain, ...match, ...target, ...comment]];
  });
}

function ruleTag(containerId: string): string {
  return `container_id: ${containerId}`;
}

export function hasRule(rule: Arguments): Arguments {
  return [...NAT, '-C', ...rule];
}

export function addRule(rule: Arguments): Arguments {
  return [...NAT, '-A', ...rule];
}

/** Prints the rules of a chain as arguments of iptables, a line each. */
export function printChain(chain: string): Arguments {
  return [...NAT, '-S', chain];
}

/** Deletions of the rules of a container, from what `printChain` has printed. */
export function deletions(printed: string, containerId: string): readonly Arguments[] {
  return printed
    .split('\n')
    .map(wordsOf)
    .filter(([command, ...words]) => command === '-A' && words.includes(ruleTag(containerId)))
    .map(([, ...words]) => [...NAT, '-D', ...words]);
}

/** The words of a line, of which those with spaces are in quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
  );
}

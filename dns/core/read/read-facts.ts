/**
 * Readers for the parts of the master's JSON that look alike in `/state` and in the event stream: pids, statuses, discovery
 * information, ports. A part that cannot be used is left out with a note.
 */

import { countRanges, normalRanges, type Range, type Ranges } from '../../../cluster/model/ranges';
import {
  type DiscoveryFacts,
  type DiscoveryPort,
  type HostPort,
  laterStatus,
  type Note,
  PORT_MAX,
  type StatusFacts,
  type StatusRule,
} from '../facts/cluster-facts';
import { asList, asNumber, asText, membersOf, textAt } from './json';
import { listShape, membersShape, WHOLE } from './json-shape';

/** One empty list for all statuses without addresses: there are very many. */
const NONE: readonly string[] = [];

/** Ports of one task that get SRV records. A task with more has taken a range to hand out itself. */
export const TASK_PORTS_MAX = 1024;

/** Reads `id@host:port`, `host:port` and `id@[address]:port`. */
export function readPid(text: string): HostPort | undefined {
  const bare = text.replace(/^[\s"']+|[\s"']+$/g, '');
  const match = /^(?:[^@]*@)?(?:\[([^\]]+)\]|([^:@[\]\s]+)):(\d{1,5})$/.exec(bare);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > PORT_MAX ? undefined : { host, port };
}

const NETWORK = membersShape({
  ip_addresses: listShape(membersShape({ ip_address: WHOLE })),
  ip_address: WHOLE,
});

/** The members that `readRunningStatus` reads; of other statuses than TASK_RUNNING those behind `state` are skipped. */
export const STATUS_SHAPE = membersShape(
  {
    state: WHOLE,
    timestamp: WHOLE,
    healthy: WHOLE,
    labels: WHOLE,
    container_status: membersShape({ network_infos: listShape(NETWORK) }),
  },
  { name: 'state', value: 'TASK_RUNNING' },
);

/** The members that `readDiscovery` reads. */
export const DISCOVERY_SHAPE = membersShape({
  name: WHOLE,
  ports: membersShape({
    ports: listShape(membersShape({ number: WHOLE, name: WHOLE, protocol: WHOLE })),
  }),
});

/** The facts of one status; undefined for another one than TASK_RUNNING. */
export function readRunningStatus(value: unknown): StatusFacts | undefined {
  const status = membersOf(value);
  if (status['state'] !== 'TASK_RUNNING') return undefined;
  const timestamp = asNumber(status['timestamp']) ?? 0;
  if (timestamp <= -1) return undefined;
  const plain = asList(status['labels']);
  const labels = plain.length > 0 ? plain : asList(membersOf(status['labels'])['labels']);
  return {
    timestamp,
    healthy: status['healthy'] !== false,
    netinfo: networkAddresses(asList(membersOf(status['container_status'])['network_infos'])),
    mesos: labelled(labels, 'MesosContainerizer.NetworkSettings.IPAddress'),
    docker: labelled(labels, 'Docker.NetworkSettings.IPAddress'),
  };
}

/** The latest running status of a task, see `StatusRule`. */
export function readStatuses(list: unknown, rule: StatusRule): StatusFacts | undefined {
  let running: StatusFacts | undefined;
  for (const status of inTime(asList(list).map(readRunningStatus)))
    running = laterStatus(running, status, rule);
  return running;
}

/** The statuses by time, the earliest first; equal ones stay in their order. */
function inTime(statuses: readonly (StatusFacts | undefined)[]): readonly (StatusFacts | undefined)[] {
  if (statuses.length < 2) return statuses;
  return statuses.flatMap((status) => status ?? []).sort((left, right) => left.timestamp - right.timestamp);
}

function labelled(labels: readonly unknown[], key: string): readonly string[] {
  if (labels.length === 0) return NONE;
  return labels.flatMap((label) => (textAt(label, 'key') === key ? [textAt(label, 'value') ?? ''] : []));
}

function networkAddresses(networks: readonly unknown[]): readonly string[] {
  if (networks.length === 0) return NONE;
  const texts: string[] = [];
  for (const network of networks) {
    const addresses = asList(membersOf(network)['ip_addresses']);
    for (const entry of addresses.length > 0 ? addresses : [network]) {
      const address = asText(membersOf(entry)['ip_address']);
      if (address !== undefined) texts.push(address);
    }
  }
  return texts;
}

/**
 * Reads discovery information. Without a name it counts as none, its ports included (`HasDiscoveryInfo` in
 * records/state/state.go of Mesos-DNS).
 */
export function readDiscovery(value: unknown, note: Note): DiscoveryFacts | undefined {
  const discovery = membersOf(value);
  const name = asText(discovery['name']);
  if (name === undefined || name === '') return undefined;
  const ports: DiscoveryPort[] = [];
  for (const entry of asList(membersOf(discovery['ports'])['ports'])) {
    const port = membersOf(entry);
    // A port without a number is port 0, as in the original.
    const number = typeof entry === 'object' ? asNumber(port['number'] ?? 0) : undefined;
    if (number === undefined || !Number.isInteger(number))
      note(`discovery port ${JSON.stringify(port['number'] ?? entry)} is not a port`);
    else if (ports.length < TASK_PORTS_MAX)
      ports.push({ number, name: asText(port['name']) ?? '', protocol: asText(port['protocol']) ?? '' });
  }
  return { name, ports };
}

const PORT = /^\+?\d+$/;

/**
 * Reads `[31000-31001, 31005-31005]` as the original does (`Ports` in records/state/state.go): a part that is no `begin-end`
 * is left out by itself.
 */
export function readPortRanges(text: string): Ranges | { error: string } {
  const parts =
    /\[([^\]]*)/
      .exec(text)?.[1]
      ?.split(',')
      .map((part) => part.trim()) ?? [];
  const ranges = parts.flatMap((part): Range[] => {
    const [begin = '', end = ''] = part.split('-');
    return PORT.test(begin) && PORT.test(end) && Number(begin) <= Number(end)
      ? [[Number(begin), Number(end)]]
      : [];
  });
  if (ranges.length === 0 && parts.join('') !== '')
    return { error: `no range in the ports ${JSON.stringify(text)}` };
  if (parts.length === 0) return { error: `the ports ${JSON.stringify(text)} are not a list of ranges` };
  return normalRanges(ranges);
}

/** The ports that get SRV records. */
export function usablePorts(ranges: Ranges, note: Note): Ranges {
  if (countRanges(ranges) <= TASK_PORTS_MAX) return ranges;
  note(`only the first ${TASK_PORTS_MAX} ports get SRV records`);
  return firstPorts(ranges, TASK_PORTS_MAX);
}

function firstPorts(ranges: Ranges, count: number): Ranges {
  const firstRanges: Range[] = [];
  let room = count;
  for (const [begin, end] of ranges) {
    if (room <= 0) break;
    firstRanges.push([begin, Math.min(end, begin + room - 1)]);
    room -= end - begin + 1;
  }
  return firstRanges;
}

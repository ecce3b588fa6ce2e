/**
 * The parts of the master's JSON that look alike in `/state` and in the event stream: where something runs,
 * statuses, discovery information. Whatever cannot be used is left out with a note.
 */

import { countRanges, type Range, type Ranges } from '../../cluster/model/ranges';
import { listAt, numberAt, textAt, valueAt } from './json';
import { listShape, membersShape, WHOLE } from './json-shape';
import type { DiscoveryFacts, DiscoveryPort, HostPort, Note, StatusFacts } from './snapshot';

/** One empty list for all that have nothing: there are very many. */
const NONE: readonly string[] = [];

export const PORT_MAX = 65_535;
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

/** What `readRunningStatus` reads. */
export const STATUS_SHAPE = membersShape({
  state: WHOLE,
  timestamp: WHOLE,
  healthy: WHOLE,
  labels: WHOLE,
  container_status: membersShape({ network_infos: listShape(NETWORK) }),
});

/** What `readDiscovery` reads. */
export const DISCOVERY_SHAPE = membersShape({
  name: WHOLE,
  ports: membersShape({
    ports: listShape(membersShape({ number: WHOLE, name: WHOLE, protocol: WHOLE })),
  }),
});

/** The addresses of one status, when it is a running one. */
export function readRunningStatus(status: unknown): StatusFacts | undefined {
  if (textAt(status, 'state') !== 'TASK_RUNNING') return undefined;
  const timestamp = numberAt(status, 'timestamp') ?? 0;
  if (timestamp <= -1) return undefined;
  const plain = listAt(status, 'labels');
  const labels = plain.length > 0 ? plain : listAt(status, 'labels', 'labels');
  const labelled = (key: string): readonly string[] =>
    labels.length === 0
      ? NONE
      : labels.flatMap((label) => (textAt(label, 'key') === key ? [textAt(label, 'value') ?? ''] : []));
  return {
    timestamp,
    healthy: valueAt(status, 'healthy') !== false,
    netinfo: listAt(status, 'container_status', 'network_infos').flatMap(networkAddresses),
    mesos: labelled('MesosContainerizer.NetworkSettings.IPAddress'),
    docker: labelled('Docker.NetworkSettings.IPAddress'),
  };
}

function networkAddresses(network: unknown): string[] {
  const addresses = listAt(network, 'ip_addresses');
  const texts = addresses.length > 0 ? addresses : [network];
  return texts.flatMap((entry) => textAt(entry, 'ip_address') ?? []);
}

/** Discovery information with a name; without one it counts as none, its ports included. */
export function readDiscovery(discovery: unknown, note: Note): DiscoveryFacts | undefined {
  const name = textAt(discovery, 'name');
  if (name === undefined || name === '') return undefined;
  const ports = listAt(discovery, 'ports', 'ports').flatMap((port): DiscoveryPort[] => {
    const number = numberAt(port, 'number');
    if (number === undefined || !Number.isInteger(number)) {
      note(`discovery port ${JSON.stringify(valueAt(port, 'number'))} is no port`);
      return [];
    }
    return [{ number, name: textAt(port, 'name') ?? '', protocol: textAt(port, 'protocol') ?? '' }];
  });
  return { name, ports: ports.slice(0, TASK_PORTS_MAX) };
}

/** Keeps not more ports than a task may sensibly announce. */
export function usablePorts(ranges: Ranges, note: Note): Ranges {
  if (countRanges(ranges) <= TASK_PORTS_MAX) return ranges;
  note(`only the first ${TASK_PORTS_MAX} ports get SRV records`);
  return firstPorts(ranges, TASK_PORTS_MAX);
}

function firstPorts(ranges: Ranges, count: number): Ranges {
  const kept: Range[] = [];
  let room = count;
  for (const [begin, end] of ranges) {
    if (room <= 0) break;
    kept.push([begin, Math.min(end, begin + room - 1)]);
    room -= end - begin + 1;
  }
  return kept;
}

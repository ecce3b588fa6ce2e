/**
 * The traffic of a container's interfaces, from /proc (Mesos 1.11 NetworkCniIsolatorProcess::usage).
 */

import { readFileSync, readlinkSync, statSync } from 'node:fs';
import type { ResourceStatistics } from '../../../api/generated/mesos';

/** Columns of /proc/net/dev: bytes, packets, errs, drop of what was received; those of what was sent are 8 further on. */
const SENT = 8;

type InterfaceStatistics = Pick<
  ResourceStatistics,
  | 'net_rx_bytes'
  | 'net_rx_packets'
  | 'net_rx_errors'
  | 'net_rx_dropped'
  | 'net_tx_bytes'
  | 'net_tx_packets'
  | 'net_tx_errors'
  | 'net_tx_dropped'
>;

/** The sums over these interfaces, from a text as of /proc/net/dev. Pure. */
export function readStatistics(text: string, interfaces: readonly string[]): InterfaceStatistics {
  const rows = text.split('\n').flatMap((line) => {
    const [name = '', columns = ''] = line.split(':');
    return interfaces.includes(name.trim()) ? [columns.trim().split(/\s+/).map(Number)] : [];
  });
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return {
    net_rx_bytes: sum(0),
    net_rx_packets: sum(1),
    net_rx_errors: sum(2),
    net_rx_dropped: sum(3),
    net_tx_bytes: sum(SENT),
    net_tx_packets: sum(SENT + 1),
    net_tx_errors: sum(SENT + 2),
    net_tx_dropped: sum(SENT + 3),
  };
}

/** The traffic in a network namespace, as one of these processes sees it; undefined when none is in it. */
export function namespaceStatistics(
  namespace: string,
  pids: readonly number[],
  interfaces: readonly string[],
): InterfaceStatistics | undefined {
  const link = `net:[${statSync(namespace).ino}]`;
  const pid = pids.find((candidate) => namespaceOf(candidate) === link);
  if (pid === undefined) return undefined;
  try {
    return readStatistics(readFileSync(`/proc/${pid}/net/dev`, 'latin1'), interfaces);
  } catch {
    return undefined;
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

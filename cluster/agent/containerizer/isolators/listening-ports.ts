/**
 * The TCP ports that processes listen on, from /proc.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { normalRanges, type Ranges } from '../../../model/ranges';

/** TCP_LISTEN, in /proc/net/tcp. */
const LISTEN = '0A';

/** The ports that these processes listen on, by IPv4 and IPv6, in the network of the agent. */
export function listeningPorts(pids: readonly number[]): Ranges {
  const sockets = readListeners(`${textOf('/proc/net/tcp')}\n${textOf('/proc/net/tcp6')}`);
  const ports = pids.flatMap((pid) => socketsOf(pid).flatMap((inode) => sockets.get(inode) ?? []));
  return normalRanges(ports.map((port) => [port, port]));
}

/** The port of each listening socket by the socket's inode, from the text of /proc/net/tcp. */
export function readListeners(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const { 1: local = '', 3: state, 9: inode = '0' } = line.trim().split(/\s+/);
      if (state !== LISTEN || inode === '0') return [];
      return [[inode, Number.parseInt(local.slice(local.indexOf(':') + 1), 16)] as const];
    }),
  );
}

function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return namesIn(folder).flatMap(
    (name) => /^socket:\[(\d+)\]$/.exec(targetOf(`${folder}/${name}`))?.[1] ?? [],
  );
}

/** Processes and files that are gone meanwhile have nothing. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

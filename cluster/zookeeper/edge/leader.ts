/**
 * Follows the leading master, for agents and frameworks (Mesos' master/detector).
 *
 * Always true: while the leader cannot be known there is none; the same leader is reported again after that.
 */

import type { DomainInfo, MasterInfo } from '../../api/generated/mesos';
import { decodeJson } from '../../api/json-read';
import { decodeProtobuf } from '../../api/protobuf';
import type { Clock } from '../../runtime/clock';
import type { Running } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import { readPid } from '../../runtime/messages/pid';
import type { ZkUrl } from '../core/url';
import { ZkClient } from './client';
import { Group, type GroupMember } from './group';
import { watchSession } from './session-watch';

/** The prefixes of masters' nodes: JSON, and the forms of older masters: protobuf, and the text of a pid. */
export const MASTER_PREFIX = 'json.info_';
export const MASTER_PREFIXES = [MASTER_PREFIX, 'info_', ''];

/** The address of a master. */
export interface Leader {
  readonly id: string;
  /** The pid, such as `master@10.0.0.1:5050`. */
  readonly pid: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  readonly domain?: DomainInfo | undefined;
}

/** Reads the leader from a master's node; undefined when it cannot be read. */
export function readLeader({ name, data }: Pick<GroupMember, 'name' | 'data'>): Leader | undefined {
  try {
    if (name.startsWith(MASTER_PREFIX)) return leaderOf(decodeJson('mesos.v1.MasterInfo', data.toString()));
    if (name.startsWith('info_')) return leaderOf(decodeProtobuf('mesos.v1.MasterInfo', data));
    const pid = readPid(data.toString());
    return pid && { id: '', pid: data.toString().trim(), hostname: pid.host, ip: pid.host, port: pid.port };
  } catch {
    return undefined;
  }
}

function leaderOf(info: MasterInfo): Leader {
  const { id, address, domain } = info;
  const port = address?.port ?? info.port;
  // The number has the first octet of the address in its lowest eight bits.
  const ip = address?.ip ?? [0, 8, 16, 24].map((shift) => (info.ip >>> shift) & 255).join('.');
  const pid = info.pid ?? `master@${ip}:${port}`;
  const hostname = info.hostname ?? address?.hostname ?? ip;
  return { id, pid, hostname, ip, port, ...(domain && { domain }) };
}

export interface FollowOptions {
  readonly url: ZkUrl;
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when another master leads, or none any more. */
  readonly changed: (leader: Leader | undefined) => void;
  /** Called when no leader can ever be found. */
  readonly failed: (reason: string) => void;
}

/** Follows the leading master until it is stopped. */
export function followLeader(options: FollowOptions): Running {
  const { url, sessionTimeoutMs, clock, log, changed, failed } = options;
  const client = new ZkClient({ url, sessionTimeoutMs, log });
  let last: Leader | undefined;
  const tell = (leader: Leader | undefined): void => {
    if (leader?.pid === last?.pid && leader?.id === last?.id) return;
    last = leader;
    changed(leader);
  };
  const membersChanged = ([first]: readonly GroupMember[]): void => {
    const leader = first && readLeader(first);
    if (first && !leader) log.error({ node: first.name }, 'what the leading master wrote cannot be read');
    tell(leader);
  };
  const group = new Group({
    client,
    path: url.path,
    prefixes: MASTER_PREFIXES,
    clock,
    log,
    changed: membersChanged,
  });
  const ignore = watchSession(client, clock, {
    lost: (reason) => {
      log.warn({ reason }, 'nobody can say who leads');
      tell(undefined);
    },
    restored: () => group.refresh(),
    refused: () => failed('ZooKeeper does not accept the credentials of the zk:// address'),
  });
  client.start();
  group.start();
  const stop = async (): Promise<void> => {
    ignore();
    await group.stop();
    await client.stop();
  };
  return { stop };
}

/**
 * Follows the list of masters in ZooKeeper, the leader first (detect/masters.go of Mesos-DNS).
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import { readZkUrl } from '../../cluster/zookeeper/core/url';
import { ZkClient } from '../../cluster/zookeeper/edge/client';
import { Group, type GroupMember } from '../../cluster/zookeeper/edge/group';
import type { HostPort } from '../core/facts/cluster-facts';
import { readMasterInfo } from '../core/read/master-info';

export interface MastersOptions {
  readonly zk: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with the masters whenever they have changed; with none while nobody leads. */
  readonly changed: (masters: readonly HostPort[]) => void;
  /** Something went wrong. */
  readonly failed: () => void;
  /** The session timeout (default 60 s, as in the original). */
  readonly sessionMs?: number;
}

const SESSION_MS = 60_000;
const PREFIXES = ['json.info_', 'info_'];

/** Follows the masters. The last list stays while ZooKeeper cannot be reached. */
export function followZookeeperMasters(options: MastersOptions): Running {
  const url = readZkUrl(options.zk);
  if ('error' in url) throw new Error(`--zk: ${url.error}`);
  const { log, clock } = options;
  const client = new ZkClient({ url, sessionTimeoutMs: options.sessionMs ?? SESSION_MS, log });
  const changed = (members: readonly GroupMember[]): void => {
    const masters = members.flatMap(({ name, data }) => {
      const endpoint = readMasterInfo(name, data);
      if (!endpoint) log.warn({ name }, 'a master in ZooKeeper cannot be read');
      return endpoint ?? [];
    });
    log.info({ masters: masters.map(({ host, port }) => `${host}:${port}`) }, 'masters in ZooKeeper');
    options.changed(masters);
  };
  let away = false;
  const ignore = client.listen((state) => {
    if (state === 'connected') {
      if (away) log.info({}, 'ZooKeeper is back');
      away = false;
      return;
    }
    options.failed();
    if (!away) log.warn({ state }, 'ZooKeeper cannot be reached: the masters stay as they are');
    away = true;
  });
  const group = new Group({ client, path: url.path, prefixes: PREFIXES, clock, log, changed });
  client.start();
  group.start();
  const stop = async (): Promise<void> => {
    ignore();
    await group.stop();
    await client.stop();
  };
  return { stop };
}

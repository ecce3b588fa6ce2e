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
  /** Without a leader for so long, `lost` is called; 0 for never. */
  readonly detectionMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly changed: (masters: readonly HostPort[]) => void;
  readonly lost: (reason: string) => void;
  /** Something went wrong. */
  readonly failed: () => void;
  /** The session timeout (default 60 s, as in the original). */
  readonly sessionMs?: number;
}

const SESSION_MS = 60_000;
const PREFIXES = ['json.info_', 'info_'];

/** Follows the masters. The last list stays while there are none in ZooKeeper. */
export function followZookeeperMasters(options: MastersOptions): Running {
  const url = readZkUrl(options.zk);
  if ('error' in url) throw new Error(`--zk: ${url.error}`);
  const { log, clock, detectionMs } = options;
  const client = new ZkClient({ url, sessionTimeoutMs: options.sessionMs ?? SESSION_MS, log });
  let cancel: (() => void) | undefined;
  const watchFor = (leader: boolean): void => {
    cancel?.();
    cancel = undefined;
    if (leader || detectionMs === 0) return;
    const reason = `no leader in ZooKeeper for ${Math.round(detectionMs / 1000)} seconds (--zk-detection-timeout)`;
    cancel = clock.wakeAt(clock.now() + detectionMs, () => options.lost(reason));
  };
  const changed = (members: readonly GroupMember[]): void => {
    const masters = members.flatMap(({ name, data }) => {
      const endpoint = readMasterInfo(name, data);
      if (!endpoint) log.warn({ name }, 'a master in ZooKeeper cannot be read');
      return endpoint ?? [];
    });
    log.info({ masters: masters.map(({ host, port }) => `${host}:${port}`) }, 'masters in ZooKeeper');
    watchFor(masters.length > 0);
    if (masters.length > 0) options.changed(masters);
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
  watchFor(false);
  client.start();
  group.start();
  const stop = async (): Promise<void> => {
    cancel?.();
    ignore();
    await group.stop();
    await client.stop();
  };
  return { stop };
}

/**
 * Points the session to the leading master, as ZooKeeper has it.
 */

import type { Running } from '../../../cluster/runtime/lifecycle';
import type { ZkUrl } from '../../../cluster/zookeeper/core/url';
import { followLeader } from '../../../cluster/zookeeper/edge/leader';
import type { MarathonParts } from './parts';

/** The session timeout of the original's driver, which has no flag for it. */
const ZK_SESSION_MS = 10_000;

export function followMasters(url: ZkUrl, { context, scheduler }: MarathonParts): Running {
  const { clock, log, end } = context;
  return followLeader({
    url,
    clock,
    log,
    sessionTimeoutMs: ZK_SESSION_MS,
    changed: (leader) => {
      log.info({ master: leader?.pid }, leader ? 'a master leads' : 'no master leads');
      const host = leader?.ip.includes(':') ? `[${leader.ip}]` : leader?.ip;
      scheduler.setMasters(leader ? [`http://${host}:${leader.port}`] : []);
    },
    failed: (reason) => end(`--master: ${reason}`),
  });
}

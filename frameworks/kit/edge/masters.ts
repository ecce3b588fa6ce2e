/** Points the session of a framework to the leading master, as ZooKeeper has it. */

import type { Running } from '../../../cluster/runtime/lifecycle';
import type { ProcessContext } from '../../../cluster/runtime/process';
import type { ZkUrl } from '../../../cluster/zookeeper/core/url';
import { followLeader } from '../../../cluster/zookeeper/edge/leader';
import type { Scheduler } from '../../scheduler/edge/scheduler';

/** The session timeout of the originals' driver, which has no flag for it. */
const ZK_SESSION_MS = 10_000;

export interface MasterFollower {
  readonly context: Pick<ProcessContext<never, never>, 'clock' | 'log' | 'end'>;
  readonly scheduler: Pick<Scheduler, 'setMasters'>;
}

export function followMasters(url: ZkUrl, { context, scheduler }: MasterFollower): Running {
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

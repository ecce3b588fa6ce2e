/**
 * Points the session of a framework to the leading master, as ZooKeeper has it.
 *
 * Always true: a ZooKeeper that cannot be reached, or that refuses us, is asked again. The framework goes on without a master.
 */

import type { Running } from '../../../cluster/runtime/lifecycle';
import type { ProcessContext } from '../../../cluster/runtime/process';
import type { ZkUrl } from '../../../cluster/zookeeper/core/url';
import { followLeader, type Leader } from '../../../cluster/zookeeper/edge/leader';
import type { Scheduler } from '../../scheduler/edge/scheduler';

/** The session timeout of the originals' driver, which has no flag for it. */
const ZK_SESSION_MS = 10_000;
/** The pause before a ZooKeeper that refused us is asked again. */
const AGAIN_MS = 10_000;

/** A master that has not been there for so long may be elected at another path. */
const HINT_MS = 15_000;

export interface MasterFollower {
  readonly context: Pick<ProcessContext<never, never>, 'clock' | 'log'>;
  readonly scheduler: Pick<Scheduler, 'setMasters'>;
  readonly againMs?: number;
  readonly hintMs?: number;
}

export function followMasters(url: ZkUrl, follower: MasterFollower): Running {
  return new Masters(url, follower);
}

class Masters implements Running {
  private following: Running;
  private cancelAgain: () => void = () => undefined;
  private readonly cancelHint: () => void;
  private isStopped = false;

  constructor(
    private readonly url: ZkUrl,
    private readonly follower: MasterFollower,
  ) {
    this.following = this.follow();
    const { context, hintMs = HINT_MS } = follower;
    const { clock, log } = context;
    this.cancelHint = clock.wakeAt(clock.now() + hintMs, () => {
      log.warn({ path: url.path }, 'no master has been elected there yet; see the path of --master');
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelAgain();
    this.cancelHint();
    await this.following.stop();
  }

  private follow(): Running {
    const { clock, log } = this.follower.context;
    return followLeader({
      url: this.url,
      clock,
      log,
      sessionTimeoutMs: ZK_SESSION_MS,
      changed: (leader) => this.changed(leader),
      failed: (reason) => this.failed(reason),
    });
  }

  private changed(leader: Leader | undefined): void {
    const { context, scheduler } = this.follower;
    this.cancelHint();
    context.log.info({ master: leader?.pid }, leader ? 'a master leads' : 'no master leads');
    const host = leader?.ip.includes(':') ? `[${leader.ip}]` : leader?.ip;
    scheduler.setMasters(leader ? [`http://${host}:${leader.port}`] : []);
  }

  /** A session that was refused is over for good; another may be accepted. */
  private failed(reason: string): void {
    const { context, againMs = AGAIN_MS } = this.follower;
    const { clock, log } = context;
    log.error({ reason }, '--master: nobody can say who leads; ZooKeeper is asked again');
    const refused = this.following;
    this.cancelAgain = clock.wakeAt(clock.now() + againMs, () => {
      void refused.stop();
      if (!this.isStopped) this.following = this.follow();
    });
  }
}

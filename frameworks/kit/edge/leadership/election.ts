/**
 * The election of a framework's leader in ZooKeeper, in the layout of the original (Curator's LeaderLatch): ephemeral
 * nodes with sequence numbers below one path, whose names have `latch-` and whose data is `host:port`.
 *
 * Always true: `elected` and `deposed` take turns. `deposed` comes before the session is over, so before another leads.
 * A candidate that leaves stands again with a new session.
 */

import type { Clock } from '../../../../cluster/runtime/clock';
import type { Running } from '../../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../../cluster/runtime/log';
import type { ZkUrl } from '../../../../cluster/zookeeper/core/url';
import { ZkClient } from '../../../../cluster/zookeeper/edge/client';
import { Contender, type ElectionState } from '../../../../cluster/zookeeper/edge/contender';
import type { Standing } from './standing';

const PREFIX = 'latch-';
/** Curator puts an id before the prefix, in its protected mode. */
const MEMBERS = [/latch-(-?\d{1,10})$/];
/** Pause before a candidate that gave up stands again. */
const AGAIN_MS = 2000;

/** The lead: our node, which fences what only the leader may do, and the session that owns it. */
export interface Mandate {
  readonly node: string;
  readonly client: ZkClient;
}

export interface ElectionOptions {
  readonly url: ZkUrl;
  /** The path of the nodes. */
  readonly path: string;
  readonly sessionTimeoutMs: number;
  /** Our `host:port`. */
  readonly address: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly elected: (mandate: Mandate) => void;
  readonly deposed: (reason: string) => void;
}

interface Candidacy {
  readonly client: ZkClient;
  readonly contender: Contender;
}

export class Election implements Running {
  private candidacy: Candidacy;
  private isElected = false;
  private isStopped = false;
  private cancelAgain: (() => void) | undefined;
  private leaving: Promise<void> = Promise.resolve();

  constructor(private readonly options: ElectionOptions) {
    this.candidacy = this.stand();
  }

  standing(): Standing {
    const election = this.candidacy.contender.current();
    switch (election.kind) {
      case 'leading':
        return { kind: 'leading' };
      case 'standby':
        return this.followed(election.leader.data.toString());
      case 'none':
        return election;
    }
  }

  /** A leader at our own address is this process before its last start: its session is not over yet. */
  private followed(leader: string): Standing {
    if (leader !== this.options.address) return { kind: 'following', leader };
    return { kind: 'none', reason: 'the session of this one before its restart is not over yet' };
  }

  /** Gives the lead up, so that another can have it at once, and stands again after a pause. */
  leave(reason: string): void {
    if (this.isStopped || this.cancelAgain) return;
    const { clock, log } = this.options;
    log.warn({ reason }, 'we leave the election, and stand again');
    const { candidacy } = this;
    this.leaving = end(candidacy);
    this.depose(reason);
    this.cancelAgain = clock.wakeAt(clock.now() + AGAIN_MS, () => {
      this.cancelAgain = undefined;
      if (!this.isStopped) this.candidacy = this.stand();
    });
  }

  /** Leaves for good. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelAgain?.();
    await Promise.all([this.leaving, end(this.candidacy)]);
  }

  private stand(): Candidacy {
    const { url, path, sessionTimeoutMs, address, clock, log } = this.options;
    const client = new ZkClient({ url, sessionTimeoutMs, log });
    const contender: Contender = new Contender({
      client,
      path,
      prefix: PREFIX,
      prefixes: MEMBERS,
      data: Buffer.from(address),
      clock,
      log,
      changed: (election) => this.changed(election, contender, client),
      failed: (reason) => this.leave(reason),
    });
    client.start();
    contender.start();
    return { client, contender };
  }

  private changed(election: ElectionState, contender: Contender, client: ZkClient): void {
    if (this.isStopped || this.cancelAgain || contender !== this.candidacy.contender) return;
    const { log } = this.options;
    if (election.kind === 'leading') {
      this.depose('our node in ZooKeeper was another one before');
      this.isElected = true;
      log.info({ node: election.node }, 'elected as the leader');
      return this.options.elected({ node: election.node, client });
    }
    if (election.kind === 'standby') log.info({ leader: election.leader.data.toString() }, 'another leads');
    else log.info({ reason: election.reason }, 'nobody leads');
    this.depose(election.kind === 'none' ? election.reason : 'another process leads');
  }

  private depose(reason: string): void {
    if (!this.isElected) return;
    this.isElected = false;
    this.options.deposed(reason);
  }
}

async function end({ client, contender }: Candidacy): Promise<void> {
  await contender.stop();
  await client.stop();
}

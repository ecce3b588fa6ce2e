/**
 * The ensemble of masters of which one leads: the election over ZooKeeper, and the registry there (Mesos 1.11
 * src/master/master.cpp `detected` and `lostCandidacy`).
 *
 * Always true: a master reads the registry after it was elected and its predecessors were shut out. A master that has
 * led and leads no more never leads again: its process ends.
 */

import type { DomainInfo, MasterInfo } from '../../api/generated/mesos';
import { encodeJson } from '../../api/json-write';
import type { Clock } from '../../runtime/clock';
import type { Running } from '../../runtime/lifecycle';
import { StartError } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import type { ComponentState } from '../../state/component-state';
import type { StateStore } from '../../state/store';
import { ZookeeperStore } from '../../state/zookeeper';
import { ZkClient } from '../../zookeeper/edge/client';
import { Contender, type ElectionState } from '../../zookeeper/edge/contender';
import { zkUrlOf } from '../../zookeeper/edge/flag';
import type { GroupMember } from '../../zookeeper/edge/group';
import { MASTER_PREFIX, MASTER_PREFIXES, readLeader } from '../../zookeeper/edge/leader';
import type { MasterConfig } from '../config';
import type { Leadership } from './http/leader';

/** The node of the registry, below the path of `--zk`, beside the masters' nodes. */
const STATE_NODE = 'meseta';
const SESSION_MIN_MS = 500;

/** The state as `meseta state` reads and writes it; the candidates' nodes are those of masters of all times. */
export const MASTER_STATE: ComponentState = {
  component: 'master',
  stateNode: STATE_NODE,
  electionNode: undefined,
  candidates: /^(json\.info_|info_)?\d+$/,
  form: 1,
  variables: /^registry(\.former)?$/,
  requests: new Set(),
  isJournaled: false,
};

/** This master in the election. */
export interface Candidate {
  /** The MasterInfo in this master's node, by which others find it. */
  readonly info: MasterInfo;
  /** Called when this master leads and the registry can be read. */
  readonly elected: () => Promise<void>;
  /** Called when this master leads no more, or cannot take part: the process has to end. */
  readonly lost: (reason: string) => void;
}

interface EnsembleOptions {
  /** A client that is not started yet. */
  readonly client: ZkClient;
  /** The path of the masters' nodes. */
  readonly path: string;
  /** True when each master has a registry of its own, in memory instead of in ZooKeeper. */
  readonly inMemory?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Ensemble implements Running {
  private readonly registry: ZookeeperStore | undefined;
  private contender: Contender | undefined;
  private hasLed = false;
  private over = false;

  /** The ensemble of `--zk`; undefined without it. Throws a StartError when the flags are wrong. */
  static of(config: MasterConfig, { clock, log }: { clock: Clock; log: Logger }): Ensemble | undefined {
    if (config.zk === undefined) return undefined;
    const url = zkUrlOf('--zk', config.zk);
    if (config.zk_session_timeout < SESSION_MIN_MS)
      throw new StartError('--zk_session_timeout must be at least 500ms: give a duration such as 10secs');
    const client = new ZkClient({ url, sessionTimeoutMs: config.zk_session_timeout, log });
    return new Ensemble({ client, path: url.path, inMemory: isInMemory(config), clock, log });
  }

  constructor(private readonly options: EnsembleOptions) {
    const { client, clock, path, inMemory = false } = options;
    if (!inMemory) this.registry = new ZookeeperStore({ client, clock, path: `${path}/${STATE_NODE}` });
  }

  /** The store of the registry; undefined when each master has its own in memory. */
  get store(): StateStore | undefined {
    return this.registry;
  }

  /** The leadership at this moment. */
  leadership(recovered: boolean): Leadership {
    const election = this.over ? undefined : this.contender?.current();
    if (election?.kind === 'leading') return { kind: 'leading', recovered };
    const leader = election?.kind === 'standby' ? readLeader(election.leader) : undefined;
    return leader ? { kind: 'following', hostname: leader.hostname, port: leader.port } : { kind: 'none' };
  }

  /** Joins the election. */
  start(candidate: Candidate): void {
    const { client, path, clock, log } = this.options;
    this.contender = new Contender({
      client,
      path,
      clock,
      log,
      prefix: MASTER_PREFIX,
      prefixes: MASTER_PREFIXES,
      data: Buffer.from(encodeJson('mesos.v1.MasterInfo', candidate.info)),
      changed: (election) => this.changed(election, candidate),
      failed: (reason) => this.lose(reason, candidate),
    });
    client.start();
    this.contender.start();
  }

  /** Leaves the election, so that the next master can lead at once. */
  async stop(): Promise<void> {
    this.over = true;
    await this.contender?.stop();
    await this.options.client.stop();
  }

  private changed(election: ElectionState, candidate: Candidate): void {
    if (this.over) return;
    if (election.kind === 'leading' && !this.hasLed) void this.lead(election.node, candidate);
    else if (this.hasLed) this.lose(lossOf(election), candidate);
    else if (election.kind === 'none')
      this.options.log.info({ reason: election.reason }, 'No master was elected');
    else if (election.kind === 'standby') this.follow(election.leader, candidate);
  }

  private follow(first: GroupMember, candidate: Candidate): void {
    const leader = readLeader(first);
    if (!leader)
      return this.lose(
        `Failed to detect the leading master: what is in ${first.name} cannot be read`,
        candidate,
      );
    this.options.log.info({ leader: leader.pid, id: leader.id }, 'another master leads');
    const there = regionOf(leader.domain);
    const here = regionOf(candidate.info.domain);
    if (there !== undefined && here !== undefined && there !== here)
      this.lose(
        `the leading master is in the region ${there} and this one in ${here} (--domain): all masters must be in one`,
        candidate,
      );
  }

  private async lead(node: string, candidate: Candidate): Promise<void> {
    this.hasLed = true;
    this.options.log.info({ node }, 'Elected as the leading master!');
    try {
      await this.registry?.claim(node);
      if (!this.over) await candidate.elected();
    } catch (error) {
      this.lose(`Recovery failed: ${error instanceof Error ? error.message : String(error)}`, candidate);
    }
  }

  private lose(reason: string, candidate: Candidate): void {
    if (this.over) return;
    this.over = true;
    candidate.lost(reason);
  }
}

/** True when a master keeps its registry in memory, where it ends with the process. */
export function isInMemory(config: Pick<MasterConfig, 'registry' | 'in_memory'>): boolean {
  return config.in_memory || config.registry === 'in_memory';
}

function regionOf(domain: DomainInfo | undefined): string | undefined {
  return domain?.fault_domain?.region.name;
}

function lossOf(election: ElectionState): string {
  switch (election.kind) {
    case 'leading':
      return 'Lost candidacy as a leader: our node in ZooKeeper was another one before';
    case 'standby':
      return `Conceded leadership to another master, ${readLeader(election.leader)?.pid ?? election.leader.name}`;
    case 'none':
      return `Lost leadership after indecisive election: ${election.reason}`;
  }
}

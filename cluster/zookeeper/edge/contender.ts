/**
 * A contender in an election, as in Mesos' src/zookeeper/group.cpp and contender.cpp.
 *
 * Each contender has an ephemeral node with a sequence number; the lowest number leads, the others are
 * standby.
 *
 * Always true: the state is `leading` only while our node of this session is the first, and no longer before
 * the session is over. There is one node of ours: before another is made, the first is looked for.
 */

import zookeeper from 'node-zookeeper-client';
import { errorText } from '../../model/error-text';
import type { Clock } from '../../runtime/clock';
import type { Running } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import type { MemberName } from '../core/members';
import type { ZkClient } from './client';
import { Group, type GroupMember } from './group';
import { watchSession } from './session-watch';

export type ElectionState =
  /** No contender leads, or it cannot be known. */
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'standby'; readonly leader: GroupMember }
  /** We lead. `node` is the path of our node, a fence for what only the leader may do. */
  | { readonly kind: 'leading'; readonly node: string };

export interface ContenderOptions {
  readonly client: ZkClient;
  readonly path: string;
  /** The prefix of our node's name, such as `json.info_`. */
  readonly prefix: string;
  /** The prefixes that nodes of contenders may have, ours included. */
  readonly prefixes: readonly MemberName[];
  /** The data of our node, which no other contender may have: our node is recognized by it. */
  readonly data: Buffer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly changed: (election: ElectionState) => void;
  /** Called when we cannot take part, and never will. */
  readonly failed: (reason: string) => void;
  /** Time between two rounds, and after an error (default 1 s). */
  readonly pauseMs?: number;
}

const PAUSE_MS = 1000;
const START: ElectionState = { kind: 'none', reason: 'the election has not been looked at yet' };

export class Contender implements Running {
  private election: ElectionState = START;
  /** The name of our node. */
  private nodeName: string | undefined;
  private members: readonly GroupMember[] | undefined;
  private joining = false;
  private stopped = false;
  /** Number of lost sessions: the result of a request before a loss says nothing about the time after it. */
  private losses = 0;
  private readonly group: Group;
  private ignore: () => void = () => undefined;
  /** Ends the pause after an error. */
  private resume: () => void = () => undefined;

  constructor(private readonly options: ContenderOptions) {
    const { client, path, prefixes, clock, log, pauseMs = PAUSE_MS } = options;
    const changed = (members: readonly GroupMember[]): void => {
      this.members = members;
      this.update();
    };
    this.group = new Group({ client, path, prefixes, clock, log, changed, pauseMs });
  }

  start(): void {
    const { client, clock } = this.options;
    this.ignore = watchSession(client, clock, {
      lost: (reason) => this.lose(reason),
      restored: () => {
        this.group.refresh();
        void this.join();
      },
      refused: () => this.options.failed('ZooKeeper does not accept the credentials of the zk:// address'),
    });
    this.group.start();
    void this.join();
  }

  /**
   * The state of the election now. It is not `leading` when this process has just slept past the end of its
   * session.
   */
  current(): ElectionState {
    if (this.election.kind !== 'leading' || this.options.client.sessionLeftMs() > 0) return this.election;
    return { kind: 'none', reason: 'the session with ZooKeeper is over' };
  }

  /** Leaves the election. Our node goes with the session, which its owner ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.ignore();
    this.resume();
    await this.group.stop();
  }

  private lose(reason: string): void {
    this.options.log.warn({ reason }, 'nobody can say who leads');
    this.losses++;
    this.nodeName = undefined;
    this.members = undefined;
    this.tell({ kind: 'none', reason });
  }

  private update(): void {
    const { nodeName, members } = this;
    const [leader] = members ?? [];
    if (nodeName !== undefined && members && !members.some(({ name }) => name === nodeName))
      void this.verify(nodeName);
    if (!leader) this.tell({ kind: 'none', reason: 'nobody takes part in the election' });
    else if (leader.name === nodeName) this.tell({ kind: 'leading', node: this.pathOf(nodeName) });
    else this.tell({ kind: 'standby', leader });
  }

  /** Looks for our node, which is not among the members: they are older than it, or it was removed. */
  private async verify(nodeName: string): Promise<void> {
    const exists = await this.options.client.exists(this.pathOf(nodeName)).catch(() => true);
    if (exists || this.nodeName !== nodeName) return;
    this.options.log.warn({ node: nodeName }, 'our node in the election has been removed');
    this.nodeName = undefined;
    await this.join();
  }

  private async join(): Promise<void> {
    if (this.joining) return;
    this.joining = true;
    while (this.nodeName === undefined && !this.stopped) {
      const { losses } = this;
      try {
        const nodeName = await this.enter();
        if (losses === this.losses && !this.stopped) this.nodeName = nodeName;
      } catch (error) {
        this.options.log.debug({ error: errorText(error) }, 'the election cannot be entered yet');
        await this.pause();
      }
    }
    this.joining = false;
    if (this.members) this.update();
  }

  /** Waits before the next attempt, or until the stop. */
  private pause(): Promise<void> {
    const { clock, pauseMs = PAUSE_MS } = this.options;
    return new Promise((resolve) => {
      const cancel = clock.wakeAt(clock.now() + pauseMs, resolve);
      this.resume = () => {
        cancel();
        resolve();
      };
      if (this.stopped) this.resume();
    });
  }

  /** Makes our node, unless there is one of this session, and returns its name. */
  private async enter(): Promise<string> {
    const { client, path, prefix, data } = this.options;
    await client.makePath(path);
    let nodeName: string | undefined;
    for (const name of (await client.children(path)).filter((child) => child.startsWith(prefix))) {
      const node = await client.get(this.pathOf(name));
      if (!node?.data.equals(data)) continue;
      if (nodeName === undefined && node.stat.ephemeralOwner.equals(client.sessionId())) nodeName = name;
      // The node was left by an earlier session, or made twice because an answer was lost.
      else await client.remove(this.pathOf(name)).catch(() => undefined);
    }
    if (nodeName !== undefined) return nodeName;
    const created = await client.create(this.pathOf(prefix), data, zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL);
    this.options.log.info({ node: created }, 'entered the election');
    return created.slice(created.lastIndexOf('/') + 1);
  }

  private pathOf(name: string): string {
    return `${this.options.path === '/' ? '' : this.options.path}/${name}`;
  }

  private tell(election: ElectionState): void {
    if (this.stopped) return;
    const isSame = sameState(election, this.election);
    this.election = election;
    if (!isSame) this.options.changed(election);
  }
}

function sameState(left: ElectionState, right: ElectionState): boolean {
  if (left.kind === 'none') return right.kind === 'none';
  if (left.kind === 'leading') return right.kind === 'leading' && left.node === right.node;
  return right.kind === 'standby' && left.leader.name === right.leader.name;
}

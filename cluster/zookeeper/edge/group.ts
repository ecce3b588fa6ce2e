/**
 * Watches a group: its members and the data that each has written, the leader first.
 *
 * Always true: while ZooKeeper cannot be reached the last members stay; every change comes with all members.
 * Rounds are at least a pause apart, however often the group changes.
 */

import { errorText } from '../../model/error-text';
import type { Clock } from '../../runtime/clock';
import type { Running } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import { type Member, type MemberName, readMembers } from '../core/members';
import type { ZkClient } from './client';

export interface GroupMember extends Member {
  readonly data: Buffer;
}

export interface GroupOptions {
  readonly client: Pick<ZkClient, 'children' | 'get' | 'exists' | 'listen'>;
  readonly path: string;
  /** The prefixes of members' names; the first one that any child has counts. */
  readonly prefixes: readonly MemberName[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with all members in the order of their numbers, whenever they have changed. */
  readonly changed: (members: readonly GroupMember[]) => void;
  /** Time between two rounds (default 1 s). */
  readonly pauseMs?: number;
}

const PAUSE_MS = 1000;
/** Number of members whose data is read. */
const MEMBERS_MAX = 100;

export class Group implements Running {
  private readonly data = new Map<string, Buffer>();
  private last: string | undefined;
  private busy = false;
  private again = false;
  private stopped = false;
  private cancel: (() => void) | undefined;
  private notBefore = 0;
  private ignore: () => void = () => undefined;
  /** The one watcher of this group: the library keeps each distinct watcher until there is a change. */
  private readonly watcher = (): void => this.look();

  constructor(private readonly options: GroupOptions) {}

  start(): void {
    this.ignore = this.options.client.listen((state) => {
      // A new ensemble may give the same names to other members.
      if (state === 'expired') this.data.clear();
      if (state === 'connected' || state === 'expired') this.look();
    });
    this.look();
  }

  /** Reads the members again and reports them even if nothing has changed. */
  refresh(): void {
    this.last = undefined;
    this.look();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.ignore();
    this.cancel?.();
  }

  /** Schedules a round. */
  private look(): void {
    if (this.stopped) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    const { clock } = this.options;
    this.cancel?.();
    this.cancel = clock.wakeAt(Math.max(this.notBefore, clock.now()), () => void this.round());
  }

  private async round(): Promise<void> {
    const { clock, log, path, pauseMs = PAUSE_MS } = this.options;
    this.busy = true;
    this.notBefore = clock.now() + pauseMs;
    try {
      const members = await this.read();
      if (members) this.tell(members);
    } catch (error) {
      log.debug({ path, error: errorText(error) }, 'the group cannot be read');
      this.again = true;
    }
    this.busy = false;
    if (!this.again) return;
    this.again = false;
    this.look();
  }

  private async read(): Promise<GroupMember[]> {
    const { client, path, prefixes } = this.options;
    if (!(await client.exists(path, this.watcher))) return [];
    const listed = readMembers(await client.children(path, this.watcher), prefixes).slice(0, MEMBERS_MAX);
    const members: GroupMember[] = [];
    for (const member of listed) {
      const { name } = member;
      const data = this.data.get(name) ?? (await client.get(`${path === '/' ? '' : path}/${name}`))?.data;
      // The watch reports members that have gone meanwhile.
      if (data) members.push({ ...member, data });
    }
    this.data.clear();
    for (const { name, data } of members) this.data.set(name, data);
    return members;
  }

  private tell(members: readonly GroupMember[]): void {
    const print = JSON.stringify(members.map(({ name, data }) => [name, data.toString('base64')]));
    if (print === this.last || this.stopped) return;
    this.last = print;
    this.options.changed(members);
  }
}

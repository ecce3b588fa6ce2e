/**
 * A store in ZooKeeper, for several masters of which one leads.
 *
 * Below one path there are a `head` that every commit changes, the `variables`, and `parts` of values that
 * are too large for one node.
 *
 * Always true: a commit is one transaction. It also checks that no other process has written since (the
 * version of the head) and, after `claim`, that our node in the election still exists, so that a deposed
 * leader cannot write. If the answer to a commit was lost, its outcome is looked up before the caller is
 * told. No commit is sent again before it is certain that the first one cannot happen any more.
 */

import { randomUUID } from 'node:crypto';
import { type Clock, pause } from '../runtime/clock';
import type { Change, Committed, StateStore, Variable } from './store';
import {
  codeOf,
  createNode,
  DeposedError,
  inGroups,
  isPassing,
  isUncertain,
  type ZkPort,
  type ZkStep,
} from './zookeeper-calls';
import {
  bytesOf,
  decodeEntry,
  decodeValue,
  type EncodedChange,
  type EntryHead,
  encodeChanges,
  encodeEntry,
} from './zookeeper-entry';

export interface ZookeeperStoreOptions {
  readonly client: ZkPort;
  readonly clock: Clock;
  /** The path of all stored nodes; it is made when it does not exist. */
  readonly path: string;
  /** Time to look for the outcome of a commit whose answer was lost (default 30 s). */
  readonly patienceMs?: number;
}

interface PendingCommit {
  readonly changes: readonly Change[];
  readonly done: (result: Committed) => void;
  readonly failed: (error: unknown) => void;
  encoded?: readonly EncodedChange[];
}

/** The contents of the head, and the version of its node. */
interface Head {
  readonly node: number;
  /** The counter of all versions. */
  readonly sequence: number;
  /** The id of the last commit. */
  readonly commit: string;
}

/** A stored variable; version 0 means that there is none. */
interface StoredEntry {
  readonly version: number;
  readonly parts: readonly string[];
}

interface Plan {
  readonly results: readonly Committed[];
  readonly steps: readonly ZkStep[];
  readonly sequence: number;
  readonly after: ReadonlyMap<string, StoredEntry>;
  /** Parts that no entry names once the plan is stored. */
  readonly spare: readonly string[];
}

const ABSENT: StoredEntry = { version: 0, parts: [] };
const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;
/** Attempts of a commit while other processes change the head. */
const ATTEMPTS_MAX = 20;
/** Size up to which waiting commits are put into one transaction. */
const BATCH_BYTES = 400_000;
export class ZookeeperStore implements StateStore {
  private waiting: PendingCommit[] = [];
  private scheduled = false;
  private last: Promise<unknown> = Promise.resolve();
  private head: Head | undefined;
  /** The entries as of the head. */
  private known = new Map<string, StoredEntry>();
  private fence: string | undefined;

  /** A store that is used after `claim`; before it, ZooKeeper gets no requests. */
  constructor(private readonly options: ZookeeperStoreOptions) {}

  /** Opens a store that needs no election. Rejects when ZooKeeper does not answer. */
  static async open(options: ZookeeperStoreOptions): Promise<ZookeeperStore> {
    const store = new ZookeeperStore(options);
    await store.prepare();
    return store;
  }

  private async prepare(): Promise<void> {
    const { client, path } = this.options;
    for (const folder of ['variables', 'parts']) await client.makePath(`${path}/${folder}`);
    const data = printHead({ sequence: 0, commit: randomUUID() });
    if (!(await client.exists(`${path}/head`))) await createNode(client, `${path}/head`, data, []);
  }

  /**
   * Claims the store for the leader: from now on nothing is written unless `fence`, our node in the election,
   * exists. Commits of other processes that are under way can no longer be stored, and all that were stored
   * are read from now on. Rejects with a DeposedError when the node is gone.
   */
  claim(fence: string): Promise<void> {
    return this.exclusive(async () => {
      this.fence = fence;
      await this.untilDone(async () => {
        await this.prepare();
        await this.barrier(await this.readHead(), randomUUID());
        return true;
      });
      this.forget();
      await this.removeSpareParts().catch(() => undefined);
    });
  }

  async fetch(name: string): Promise<Variable> {
    const variable = await this.withRetries(() => this.read(name));
    return variable ?? { name, version: 0, value: Buffer.alloc(0) };
  }

  /** All variables at one moment. Rejects when other processes keep writing. */
  fetchAll(prefix: string): Promise<Variable[]> {
    return this.exclusive(async () => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const variables = await this.withRetries(() => this.readAll(prefix));
        if (variables) return variables;
      }
      throw new Error('somebody else keeps changing the state in ZooKeeper');
    });
  }

  /** All variables at one moment; undefined when another process wrote meanwhile. */
  private async readAll(prefix: string): Promise<Variable[] | undefined> {
    const { node } = await this.readHead();
    const variables = await inGroups(await this.names(prefix), (name) => this.read(name));
    if ((await this.readHead()).node !== node) return undefined;
    return variables.filter((variable) => variable !== undefined);
  }

  async names(prefix = ''): Promise<string[]> {
    const children = await this.withRetries(() =>
      this.options.client.children(`${this.options.path}/variables`),
    );
    const nodes = children.filter((child) => child.startsWith(NODE_PREFIX));
    const names = nodes.map((child) => decodeURIComponent(child.slice(NODE_PREFIX.length)));
    return names.filter((name) => name.startsWith(prefix)).sort();
  }

  commit(changes: readonly Change[]): Promise<Committed> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes, done, failed });
      this.schedule();
    });
  }

  async close(): Promise<void> {
    await this.last;
  }

  /** Repeats a read whose answer was lost with the connection. */
  private async withRetries<T>(read: () => Promise<T>): Promise<T> {
    const end = this.patienceEnd();
    for (;;) {
      try {
        return await read();
      } catch (error) {
        if (!isUncertain(error) || this.options.clock.now() > end) throw error;
      }
      await pause(this.options.clock, PAUSE_MS);
    }
  }

  /** The time until which the outcome of what begins now is looked for. */
  private patienceEnd(): number {
    const { clock, patienceMs = PATIENCE_MS } = this.options;
    return clock.now() + patienceMs;
  }

  /** Runs work one after the other: commits in the order of their calls, and reads of one moment between them. */
  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    void this.exclusive(async () => {
      const batch = await this.takeBatch();
      this.scheduled = false;
      try {
        const results = batch.length > 0 ? await this.write(batch) : [];
        for (const [index, { done }] of batch.entries()) done(results[index] as Committed);
      } catch (error) {
        this.forget();
        for (const { failed } of batch) failed(error);
      }
      this.schedule();
    });
  }

  /**
   * Takes as many waiting commits as fit into one transaction, at least one; a commit that is too large
   * fails.
   */
  private async takeBatch(): Promise<PendingCommit[]> {
    const batch: PendingCommit[] = [];
    let bytes = 0;
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      try {
        next.encoded ??= await encodeChanges(next.changes);
        bytes += bytesOf(next.encoded);
        if (batch.length > 0 && bytes > BATCH_BYTES) break;
        batch.push(next);
      } catch (error) {
        next.failed(error);
      }
      this.waiting.shift();
    }
    return batch;
  }

  private async write(batch: readonly PendingCommit[]): Promise<readonly Committed[]> {
    const encoded = batch.flatMap((commit) => commit.encoded ?? []);
    let results: readonly Committed[] = [];
    await this.untilDone(async () => {
      await this.writeParts(encoded);
      const head = this.head ?? (await this.readHead());
      await this.lookUp(encoded.map(({ name }) => name));
      const plan = this.plan(batch, head);
      const stored = plan.after.size === 0 ? await this.isUnchanged(head) : await this.store(plan, head);
      if (!stored) return false;
      results = plan.results;
      void this.removeParts(plan.spare);
      return true;
    });
    return results;
  }

  /** Repeats work until no other writer was faster. The work must be such that it can be repeated. */
  private async untilDone(work: () => Promise<boolean>): Promise<void> {
    const end = this.patienceEnd();
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        if (await work()) return;
      } catch (error) {
        if (error instanceof DeposedError || !isPassing(error) || this.options.clock.now() > end) throw error;
        await this.checkFence();
        if (isUncertain(error)) {
          attempt--;
          await pause(this.options.clock, PAUSE_MS);
        }
      }
      this.forget();
    }
    throw new Error('somebody else keeps changing the state in ZooKeeper');
  }

  private async checkFence(): Promise<void> {
    if (this.fence === undefined) return;
    const node = await this.options.client.exists(this.fence).catch((error: unknown) => {
      if (isUncertain(error)) return {};
      throw error;
    });
    if (!node)
      throw new DeposedError(`${this.fence} is gone from ZooKeeper: another one leads, or soon will`);
  }

  private plan(batch: readonly PendingCommit[], head: Head): Plan {
    const after = new Map<string, StoredEntry>();
    const values = new Map<string, EncodedChange['value']>();
    let { sequence } = head;
    const results = batch.map(({ changes, encoded = [] }): Committed => {
      const now = (name: string): number => (after.get(name) ?? this.known.get(name) ?? ABSENT).version;
      const wrong = changes.find(({ name, version }) => version !== undefined && version !== now(name));
      if (wrong) return { ok: false, conflict: wrong.name };
      const versions = new Map<string, number>();
      for (const { name, value } of encoded) {
        const version = value ? ++sequence : 0;
        versions.set(name, version);
        after.set(name, { version, parts: [...(value?.parts.keys() ?? [])] });
        values.set(name, value);
      }
      return { ok: true, versions };
    });
    const written = batch.flatMap(({ encoded = [] }) =>
      encoded.flatMap(({ value }) => [...(value?.parts.keys() ?? [])]),
    );
    const used = new Set([...after.values()].flatMap(({ parts }) => parts));
    const replaced = [...after.keys()].flatMap((name) => this.known.get(name)?.parts ?? []);
    const spare = [...written, ...replaced].filter((part) => !used.has(part));
    return { results, steps: this.stepsOf(after, values), sequence, after, spare };
  }

  private stepsOf(
    after: ReadonlyMap<string, StoredEntry>,
    values: ReadonlyMap<string, EncodedChange['value']>,
  ): ZkStep[] {
    return [...after].flatMap(([name, { version, parts }]): ZkStep[] => {
      const path = this.pathOf(name);
      const exists = (this.known.get(name) ?? ABSENT).version > 0;
      const value = values.get(name);
      if (!value) return exists ? [{ kind: 'remove', path }] : [];
      const data = encodeEntry(version, value);
      return [
        ...parts.map((part): ZkStep => ({ kind: 'check', path: this.partPath(part) })),
        exists ? { kind: 'set', path, data } : { kind: 'create', path, data, isPrivate: true },
      ];
    });
  }

  /** Stores the plan; false when it has to be planned again. Rejects when the outcome cannot be found out. */
  private async store(plan: Plan, head: Head): Promise<boolean> {
    const commit = randomUUID();
    const next: Head = { node: head.node + 1, sequence: plan.sequence, commit };
    try {
      await this.options.client.transaction([...this.opening(head, next), ...plan.steps]);
    } catch (error) {
      if (!isUncertain(error)) throw error;
      if (!(await this.happened(commit, head))) return false;
    }
    this.head = next;
    for (const [name, entry] of plan.after) this.known.set(name, entry);
    return true;
  }

  /** The first steps of every transaction: our node exists, the head is unchanged, and its new contents. */
  private opening(head: Head, next: Omit<Head, 'node'>): ZkStep[] {
    const path = `${this.options.path}/head`;
    return [...this.fenceStep(), { kind: 'set', path, data: printHead(next), version: head.node }];
  }

  private fenceStep(): ZkStep[] {
    return this.fence === undefined ? [] : [{ kind: 'check', path: this.fence }];
  }

  /**
   * True when a commit happened whose answer was lost. A barrier is written in its way, so that it cannot
   * happen any more; if that succeeds, it has not happened. Rejects when another process has written since.
   */
  private async happened(commit: string, head: Head): Promise<boolean> {
    const end = this.patienceEnd();
    const barrier = randomUUID();
    while (this.options.clock.now() < end) {
      try {
        await this.barrier(head, barrier);
        return false;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'NO_NODE') await this.checkFence();
        if (code !== 'BAD_VERSION' && !isUncertain(error)) throw error;
        const current = code === 'BAD_VERSION' ? await this.readHead().catch(() => undefined) : undefined;
        if (current?.commit === commit) return true;
        if (current?.commit === barrier) return false;
        if (current && current.commit !== head.commit)
          throw new Error(
            'somebody else has written to ZooKeeper: whether the last commit was stored is not known',
          );
      }
      await pause(this.options.clock, PAUSE_MS);
    }
    throw new Error('ZooKeeper does not answer: whether the last commit was stored is not known');
  }

  /** Changes the head alone, so that transactions that expect the old one fail. */
  private async barrier(head: Head, commit: string): Promise<void> {
    await this.options.client.transaction(this.opening(head, { sequence: head.sequence, commit }));
  }

  private async readHead(): Promise<Head> {
    const path = `${this.options.path}/head`;
    const node = await this.options.client.get(path);
    if (!node) throw new Error(`${path} is gone from ZooKeeper: the state there is lost`);
    const { sequence, commit } = JSON.parse(node.data.toString()) as Omit<Head, 'node'>;
    const head = { node: node.stat.version, sequence, commit };
    if (this.head?.node !== head.node) this.known.clear();
    this.head = head;
    return head;
  }

  private async isUnchanged(head: Head): Promise<boolean> {
    return (await this.readHead()).node === head.node;
  }

  /**
   * Looks up the entries of variables that are not known. If an entry is newer than the head, the commit
   * fails.
   */
  private async lookUp(names: readonly string[]): Promise<void> {
    const missing = [...new Set(names)].filter((name) => !this.known.has(name));
    await inGroups(missing, async (name) => {
      const head = (await this.entry(name))?.head;
      this.known.set(name, head ? { version: head.version, parts: head.parts ?? [] } : ABSENT);
    });
  }

  private forget(): void {
    this.head = undefined;
    this.known.clear();
  }

  private async read(name: string): Promise<Variable | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await this.entry(name);
      if (!entry) return undefined;
      const { head, inline } = entry;
      const parts = await inGroups(head.parts ?? [], (part) => this.options.client.get(this.partPath(part)));
      // The parts were removed because the value was replaced: the next attempt reads the new entry.
      if (parts.includes(undefined)) continue;
      const chunks = [inline, ...parts.flatMap((part) => part?.data ?? [])];
      return { name, version: head.version, value: await decodeValue(this.pathOf(name), head, chunks) };
    }
    throw new Error(`parts of ${this.pathOf(name)} are gone from ZooKeeper`);
  }

  private async entry(name: string): Promise<{ head: EntryHead; inline: Buffer } | undefined> {
    const path = this.pathOf(name);
    const node = await this.options.client.get(path);
    return node && decodeEntry(path, node.data);
  }

  /** Writes the parts. Their names are unique, so that writing one again does no harm. */
  private async writeParts(encoded: readonly EncodedChange[]): Promise<void> {
    const { client } = this.options;
    for (const [name, data] of encoded.flatMap(({ value }) => [...(value?.parts ?? [])]))
      await createNode(client, this.partPath(name), data, this.fenceStep());
  }

  /** Removes parts; the next leader removes those that cannot be removed now. */
  private async removeParts(names: readonly string[]): Promise<void> {
    await inGroups(names, (name) => this.options.client.remove(this.partPath(name)).catch(() => undefined));
  }

  private async removeSpareParts(): Promise<void> {
    const parts = await this.options.client.children(`${this.options.path}/parts`);
    if (parts.length === 0) return;
    const entries = await inGroups(await this.names(), (name) => this.entry(name));
    const used = new Set(entries.flatMap((entry) => entry?.head.parts ?? []));
    await this.removeParts(parts.filter((part) => !used.has(part)));
  }

  private pathOf(name: string): string {
    return `${this.options.path}/variables/${NODE_PREFIX}${encodeURIComponent(name)}`;
  }

  private partPath(name: string): string {
    return `${this.options.path}/parts/${name}`;
  }
}

/** The prefix of nodes, since none may be called `.` or `..`, or nothing. */
const NODE_PREFIX = 'v.';

function printHead({ sequence, commit }: Omit<Head, 'node'>): Buffer {
  return Buffer.from(JSON.stringify({ sequence, commit }));
}

/**
 * State on one machine's disk: LevelDB by classic-level. A commit is acknowledged after fdatasync; commits
 * that wait while one is being written go out together as the next batch, so the cost of a sync is shared.
 *
 * An entry is 8 bytes of version, then the value. Versions are kept in memory too: one process owns the
 * folder (LOCK).
 * Always true: a variable removed and made again never repeats a version, also after the store was opened
 * again.
 */

import { mkdirSync } from 'node:fs';
import { ClassicLevel } from 'classic-level';
import { StartError } from '../runtime/lifecycle';
import type { Change, Committed, StateStore, Variable } from './store';

interface Waiting {
  readonly changes: readonly Change[];
  readonly done: (result: Committed) => void;
  readonly failed: (error: unknown) => void;
}

type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/** An entry of ours: the highest version when something was removed. No variable has this name. */
const SEQUENCE_KEY = '\u0000sequence';

export class LocalStore implements StateStore {
  private readonly versions = new Map<string, number>();
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  /** Versions come from this one counter. */
  private sequence = 0;

  private constructor(private readonly level: ClassicLevel<string, Buffer>) {}

  /** Opens or creates the store in a folder. A folder that another process has open is a StartError. */
  static async open(folder: string): Promise<LocalStore> {
    const level = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
    try {
      mkdirSync(folder, { recursive: true });
      await level.open();
    } catch (error) {
      const cause = (error as { cause?: { code?: string; message?: string } }).cause;
      if (cause?.code === 'LEVEL_LOCKED') {
        throw new StartError(
          `the state in ${folder} is in use by another process: stop that one, or choose another --work_dir`,
        );
      }
      throw new StartError(
        `cannot open the state in ${folder}: ${cause?.message ?? (error as Error).message}. ` +
          'Make it a folder this process may write to, or choose another --work_dir',
      );
    }
    const store = new LocalStore(level);
    for await (const [name, entry] of level.iterator()) {
      const version = versionOf(entry);
      store.sequence = Math.max(store.sequence, version);
      if (name !== SEQUENCE_KEY) store.versions.set(name, version);
    }
    return store;
  }

  async fetch(name: string): Promise<Variable> {
    const entry = await this.level.get(name);
    if (!entry) return { name, version: 0, value: Buffer.alloc(0) };
    return { name, version: versionOf(entry), value: entry.subarray(8) };
  }

  async fetchAll(prefix: string): Promise<Variable[]> {
    const found: Variable[] = [];
    for await (const [name, entry] of this.level.iterator({ gte: prefix })) {
      if (name === SEQUENCE_KEY) continue;
      if (!name.startsWith(prefix)) break;
      found.push({ name, version: versionOf(entry), value: entry.subarray(8) });
    }
    return found;
  }

  async names(prefix = ''): Promise<string[]> {
    return [...this.versions.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  commit(changes: readonly Change[]): Promise<Committed> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes, done, failed });
      this.writing ??= this.writeAll();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.level.close();
  }

  private async writeAll(): Promise<void> {
    // Whoever asks within this turn shares the first sync.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      await this.writeBatch(batch);
    }
    this.writing = undefined;
  }

  private async writeBatch(batch: readonly Waiting[]): Promise<void> {
    const operations = new Map<string, Operation>();
    const before = new Map<string, number | undefined>();
    const results = batch.map(({ changes }) => this.apply(changes, operations, before));
    if ([...operations.values()].some(({ type }) => type === 'del')) {
      operations.set(SEQUENCE_KEY, put(SEQUENCE_KEY, this.sequence, Buffer.alloc(0)));
    }
    try {
      if (operations.size > 0) await this.level.batch([...operations.values()], { sync: true });
    } catch (error) {
      for (const [name, version] of before) this.setVersion(name, version ?? 0);
      for (const { failed } of batch) failed(error);
      return;
    }
    for (const [index, { done }] of batch.entries()) done(results[index] as Committed);
  }

  private apply(
    changes: readonly Change[],
    operations: Map<string, Operation>,
    before: Map<string, number | undefined>,
  ): Committed {
    for (const { name, version } of changes) {
      if (version !== undefined && version !== (this.versions.get(name) ?? 0))
        return { ok: false, conflict: name };
    }
    const versions = new Map<string, number>();
    for (const { name, value } of changes) {
      const known = this.versions.get(name);
      if (!before.has(name)) before.set(name, known);
      const version = value === undefined ? 0 : ++this.sequence;
      this.setVersion(name, version);
      operations.set(name, value === undefined ? { type: 'del', key: name } : put(name, version, value));
      versions.set(name, version);
    }
    return { ok: true, versions };
  }

  private setVersion(name: string, version: number): void {
    if (version === 0) this.versions.delete(name);
    else this.versions.set(name, version);
  }
}

function put(key: string, version: number, value: Buffer): Operation {
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(BigInt(version));
  return { type: 'put', key, value: Buffer.concat([head, value]) };
}

function versionOf(entry: Buffer): number {
  return Number(entry.readBigUInt64BE(0));
}

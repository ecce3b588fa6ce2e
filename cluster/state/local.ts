/**
 * State on one machine's disk: LevelDB by classic-level. A commit is acknowledged after fdatasync; commits
 * that wait while one is being written go out together as the next batch, so the cost of a sync is shared.
 *
 * An entry is 8 bytes of version, then the value. Versions and digests are kept in memory too: one process
 * owns the folder (LOCK). Each batch counts as a commit, and the file COMMITS vouches for it (commit-file.ts).
 * Always true: a variable removed and made again never repeats a version, also after the store was opened
 * again; a store that lacks a commit it acknowledged does not open.
 */

import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { errorText } from '../model/error-text';
import { makeFolder } from '../runtime/files/make-folder';
import { restrictFolder } from '../runtime/files/private';
import { StartError } from '../runtime/lifecycle';
import type { Logger } from '../runtime/log';
import { COMMITS, CommitFile, type CommitPoint } from './commit-file';
import { type Digest, entryDigest, printDigest, readChecksummed, readDigest, withChecksum } from './digest';
import { checkIntegrity, type LastCommit } from './integrity';
import { COPY_FOLDER, damagedFiles, keepCopy, lacksCurrent, removeCopy } from './opening';
import type { Change, Committed, StateStore, Variable } from './store';

interface PendingCommit {
  readonly changes: readonly Change[];
  readonly done: (result: Committed) => void;
  readonly failed: (error: unknown) => void;
}

interface StoredEntry {
  readonly version: number;
  readonly digest: Digest;
}

type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };
type Level = ClassicLevel<string, Buffer>;

export interface LocalOptions {
  /**
   * Gets a warning about a commit that a crash cut short, and about a store whose commits are counted from
   * now on.
   */
  readonly log?: Pick<Logger, 'warn'>;
  /** Opens a store even if commits are missing. */
  readonly accept?: boolean;
}

/**
 * Keys of our own begin with this, and no variable does. Stores that do not count commits have one with the
 * highest version.
 */
const RESERVED = '\u0000';
/** The key of the last commit; its version is the highest of all. */
const LAST_KEY = `${RESERVED}commit`;

export class LocalStore implements StateStore {
  private readonly stored = new Map<string, StoredEntry>();
  private waiting: PendingCommit[] = [];
  /** Reads that wait for the current batch, so that none sees half of it. */
  private reads: (() => Promise<void>)[] = [];
  private writing: Promise<void> | undefined;
  /** The counter of all versions. */
  private sequence = 0;
  private point: CommitPoint = { commits: 0, digest: 0n };
  /**
   * The error of a commit that failed. What LevelDB writes after a record that was cut short cannot be read
   * again, so nothing may be acknowledged until the store has been opened anew.
   */
  private broken: unknown;

  private constructor(
    private readonly folder: string,
    private readonly level: Level,
    private readonly commits: CommitFile,
  ) {}

  /**
   * Opens or creates the store in a folder. A StartError for a folder that another process has open, that
   * cannot be used, or whose contents are not all that was acknowledged; the text names the way out.
   */
  static async open(folder: string, options: LocalOptions = {}): Promise<LocalStore> {
    const store = await openFolder(folder, (level, commits) => new LocalStore(folder, level, commits));
    try {
      await store.load(options);
      if (options.accept !== true) await removeCopy(folder);
      restrictFolder(folder);
      return store;
    } catch (error) {
      await store.close();
      throw notOpened(folder, error);
    }
  }

  /** The number of commits so far, and of variables. */
  get size(): { readonly commits: number; readonly variables: number } {
    return { commits: this.point.commits, variables: this.stored.size };
  }

  fetch(name: string): Promise<Variable> {
    return this.inTurn(async () => {
      const entry = await this.reading(() => this.level.get(name));
      if (!entry && !this.stored.has(name)) return { name, version: 0, value: Buffer.alloc(0) };
      return await this.checked(name, entry);
    });
  }

  fetchAll(prefix: string): Promise<Variable[]> {
    return this.inTurn(async () => {
      const entries = await this.reading(() => entriesOf(this.level, prefix));
      const damaged = entries.find(([name, entry]) => !this.isAsStored(name, entry));
      if (damaged) throw await this.damaged(damaged[0]);
      return entries.map(([name, entry]) => variableOf(name, entry));
    });
  }

  async names(prefix = ''): Promise<string[]> {
    return [...this.stored.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  commit(changes: readonly Change[]): Promise<Committed> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes, done, failed });
      this.writing ??= this.takeTurns();
    });
  }

  /** Reads while no batch is being written. */
  private inTurn<T>(read: () => Promise<T>): Promise<T> {
    return new Promise((done, failed) => {
      this.reads.push(() => read().then(done, failed));
      this.writing ??= this.takeTurns();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.level.close();
    await this.commits.close();
  }

  /** Reads all entries and checks that they are all that was acknowledged. */
  private async load({ log, accept }: LocalOptions): Promise<void> {
    const last = await this.readEntries();
    const digest = [...this.stored.values()].reduce((sum, entry) => sum ^ entry.digest, 0n);
    const isEmpty = this.stored.size === 0;
    const { confirmed } = this.commits;
    const integrity = checkIntegrity({ digest, isEmpty, last, file: confirmed });
    if (!integrity.ok && accept !== true) throw await damage(this.folder, integrity.why);
    if (integrity.ok && integrity.notice !== undefined) log?.warn({ folder: this.folder }, integrity.notice);
    await this.confirmContents(integrity.ok, last, digest);
  }

  /** Brings the commit file, and the entry of the last commit, to the current contents. */
  private async confirmContents(
    isComplete: boolean,
    last: LastCommit | undefined,
    digest: Digest,
  ): Promise<void> {
    const { confirmed } = this.commits;
    const commits = Math.max(last?.commits ?? 0, isComplete ? 0 : (confirmed.last?.commits ?? 0));
    this.point = { commits, digest };
    const isConfirmed = confirmed.last?.commits === commits && confirmed.last.digest === digest;
    if (!isConfirmed || confirmed.isTorn) await this.commits.restart(this.point);
    if (last?.commits === commits && last.digest === digest) return;
    if (this.stored.size > 0 || commits > 0)
      await this.level.batch([this.lastEntry(this.point, digest)], { sync: true });
  }

  private async readEntries(): Promise<LastCommit | undefined> {
    let last: LastCommit | undefined;
    try {
      for await (const chunk of chunksOf(this.level, '')) {
        for (const [name, entry] of chunk) last = this.readEntry(name, entry) ?? last;
      }
    } catch (error) {
      throw await damage(this.folder, errorText(error));
    }
    return last;
  }

  /** Remembers an entry of a variable; the entry of the last commit is returned. */
  private readEntry(name: string, entry: Buffer): LastCommit | undefined {
    if (entry.length < 8) throw new Error(`the entry ${JSON.stringify(name)} is cut short`);
    const version = versionOf(entry);
    this.sequence = Math.max(this.sequence, version);
    if (!name.startsWith(RESERVED)) this.stored.set(name, { version, digest: entryDigest(name, entry) });
    return name === LAST_KEY ? readLast(entry) : undefined;
  }

  /** Reads from LevelDB. Damage has the same error as at the opening. */
  private async reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw await damage(this.folder, errorText(error));
    }
  }

  private async checked(name: string, entry: Buffer | undefined): Promise<Variable> {
    if (!entry || !this.isAsStored(name, entry)) throw await this.damaged(name);
    return variableOf(name, entry);
  }

  private isAsStored(name: string, entry: Buffer): boolean {
    return this.stored.get(name)?.digest === entryDigest(name, entry);
  }

  private damaged(name: string): Promise<StartError> {
    return damage(this.folder, `the variable ${name} is not what was stored`);
  }

  private async takeTurns(): Promise<void> {
    // Commits of this turn of the event loop share the first sync.
    await Promise.resolve();
    while (this.waiting.length > 0 || this.reads.length > 0) {
      const batch = this.waiting;
      const reads = this.reads;
      this.waiting = [];
      this.reads = [];
      if (batch.length > 0) await this.writeBatch(batch);
      await Promise.all(reads.map((read) => read()));
    }
    this.writing = undefined;
  }

  private async writeBatch(batch: readonly PendingCommit[]): Promise<void> {
    const operations = new Map<string, Operation>();
    const before = new Map<string, StoredEntry | undefined>();
    const results = batch.map(({ changes }) => this.apply(changes, operations, before));
    try {
      if (operations.size > 0) await this.write([...operations.values()], before);
    } catch (error) {
      for (const [name, entry] of before) this.setStored(name, entry);
      for (const { failed } of batch) failed(error);
      return;
    }
    for (const [index, { done }] of batch.entries()) done(results[index] as Committed);
  }

  /** Writes a batch and confirms it in the commit file. */
  private async write(
    operations: readonly Operation[],
    before: ReadonlyMap<string, StoredEntry | undefined>,
  ): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    const { commits, digest: previous } = this.point;
    let digest = previous;
    for (const [name, entry] of before)
      digest ^= (entry?.digest ?? 0n) ^ (this.stored.get(name)?.digest ?? 0n);
    const point = { commits: commits + 1, digest };
    try {
      this.commits.begin(point.commits);
      await this.level.batch([...operations, this.lastEntry(point, previous)], { sync: true });
      await this.commits.confirm(point);
    } catch (error) {
      this.broken = error;
      throw error;
    }
    this.point = point;
  }

  private lastEntry({ commits, digest }: CommitPoint, previous: Digest): Operation {
    const text = `${commits} ${printDigest(digest)} ${printDigest(previous)} ${this.sequence}`;
    return put(LAST_KEY, this.sequence, Buffer.from(withChecksum(text)));
  }

  private apply(
    changes: readonly Change[],
    operations: Map<string, Operation>,
    before: Map<string, StoredEntry | undefined>,
  ): Committed {
    for (const { name, version } of changes) {
      if (version !== undefined && version !== (this.stored.get(name)?.version ?? 0))
        return { ok: false, conflict: name };
    }
    const versions = new Map<string, number>();
    for (const { name, value } of changes) {
      if (!before.has(name)) before.set(name, this.stored.get(name));
      const version = value === undefined ? 0 : ++this.sequence;
      const operation = value === undefined ? remove(name) : put(name, version, value);
      this.setStored(
        name,
        operation.type === 'put' ? { version, digest: entryDigest(name, operation.value) } : undefined,
      );
      operations.set(name, operation);
      versions.set(name, version);
    }
    return { ok: true, versions };
  }

  private setStored(name: string, entry: StoredEntry | undefined): void {
    if (entry === undefined) this.stored.delete(name);
    else this.stored.set(name, entry);
  }
}

/** The entries of variables whose name begins with the prefix, by name. */
async function entriesOf(level: Level, prefix: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const chunk of chunksOf(level, prefix)) {
    const within = chunk.filter(([name]) => name.startsWith(prefix) && !name.startsWith(RESERVED));
    entries.push(...within);
    if (!chunk.at(-1)?.[0].startsWith(prefix)) break;
  }
  return entries;
}

type Entry = [name: string, entry: Buffer];

/** Entries that are read in one call; one call for each would cost more than the reading. */
const CHUNK_ENTRIES = 1000;

/** All entries from a name on, in chunks. */
async function* chunksOf(level: Level, from: string): AsyncGenerator<Entry[]> {
  const iterator = level.iterator({ gte: from });
  try {
    for (let chunk = await iterator.nextv(CHUNK_ENTRIES); chunk.length > 0; ) {
      yield chunk;
      chunk = await iterator.nextv(CHUNK_ENTRIES);
    }
  } finally {
    await iterator.close();
  }
}

function variableOf(name: string, entry: Buffer): Variable {
  return { name, version: versionOf(entry), value: entry.subarray(8) };
}

/** Opens LevelDB and the commit file of a folder, with a copy of its files until they have been checked. */
async function openFolder<T>(folder: string, make: (level: Level, commits: CommitFile) => T): Promise<T> {
  let isCopied = false;
  try {
    makeFolder(folder);
    isCopied = await keepCopy(folder);
    if (await lacksCurrent(folder)) throw await damage(folder, 'the file CURRENT is missing');
    // The constructor of LevelDB opens it, so it comes after the copy.
    const level: Level = new ClassicLevel(folder, { valueEncoding: 'buffer' });
    await level.open();
    return make(level, await openCommitFile(folder, level));
  } catch (error) {
    const { message } = causeOf(error);
    if (/^Corruption|^IO error: .*No such file/.test(message)) throw await damage(folder, message);
    // The disk may fail here, too; the first error is the one to tell.
    if (isCopied && !(error instanceof StartError)) await removeCopy(folder).catch(() => undefined);
    throw notOpened(folder, error);
  }
}

/** Opens the commit file; LevelDB gives its lock back when that fails. */
async function openCommitFile(folder: string, level: Level): Promise<CommitFile> {
  try {
    return await CommitFile.open(join(folder, COMMITS));
  } catch (error) {
    await level.close();
    throw error;
  }
}

/** The error of a folder that could not be opened, with its folder and the way out. */
function notOpened(folder: string, error: unknown): StartError {
  if (error instanceof StartError) return error;
  const { code, message } = causeOf(error);
  if (code === 'LEVEL_LOCKED') {
    return new StartError(
      `the state in ${folder} is in use by another process: stop that one, or choose another --work_dir`,
    );
  }
  return new StartError(
    `cannot open the state in ${folder}: ${message}. ${adviceFor(`${code} ${message}`)}, or choose another --work_dir`,
  );
}

/** The advice by the code of Node or the text of LevelDB. */
function adviceFor(cause: string): string {
  if (/ENOSPC|EDQUOT|No space left|quota exceeded/i.test(cause)) return 'Make room on its disk';
  if (/EIO|Input\/output error/i.test(cause)) return 'Check its disk';
  return 'Make it a folder this process may write to';
}

function causeOf(error: unknown): { readonly code: string | undefined; readonly message: string } {
  const { cause, code, message } = error as NodeJS.ErrnoException & {
    cause?: { code?: string; message?: string };
  };
  return { code: cause?.code ?? code, message: cause?.message ?? message };
}

/** The refusal to open a damaged store, with its files, its folder and the way out. */
async function damage(folder: string, why: string): Promise<StartError> {
  const files = await damagedFiles(folder);
  const named = files.length > 0 ? ` Damaged: ${files.join(', ')}.` : '';
  return new StartError(
    `the state in ${folder} is not all that was stored: ${why}.${named} Nothing was started on it. ` +
      `Put back a copy of the folder (its files before this start are in ${join(folder, COPY_FOLDER)}), or go on ` +
      `with what is left: meseta state accept ${folder}`,
  );
}

/** The last commit from its entry; undefined when the entry is damaged. */
function readLast(entry: Buffer): LastCommit | undefined {
  const [commits, digest, previous, sequence] = (readChecksummed(entry.toString('latin1', 8)) ?? '').split(
    ' ',
  );
  const digests = [readDigest(digest), readDigest(previous)];
  if (digests[0] === undefined || digests[1] === undefined || Number(sequence) !== versionOf(entry))
    return undefined;
  return { commits: Number(commits), digest: digests[0], previous: digests[1] };
}

function remove(key: string): Operation {
  return { type: 'del', key };
}

function put(key: string, version: number, value: Buffer): Operation & { type: 'put' } {
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(BigInt(version));
  return { type: 'put', key, value: Buffer.concat([head, value]) };
}

function versionOf(entry: Buffer): number {
  return Number(entry.readBigUInt64BE(0));
}

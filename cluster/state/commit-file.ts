/**
 * The file that vouches for a local store from outside its log: how many commits were acknowledged, and the
 * digest of the contents after the last of them.
 *
 * Two slots in blocks of their own are written in turn, each with a check of its own, so that one is whole
 * whatever happens while the other is written. A third slot says which commit has begun; it is not synced.
 * Always true: a commit is confirmed here, on the disk, after it is in the log and before it is acknowledged.
 */

import { writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Digest, printDigest, readChecksummed, readDigest, withChecksum } from './digest';

/** The number of commits since the store was made, and the digest of its contents after the last one. */
export interface CommitPoint {
  readonly commits: number;
  readonly digest: Digest;
}

/** The file's contents when it was opened. */
export interface CommitFileContents {
  /** The last acknowledged commit; undefined when neither slot is whole. */
  readonly last: CommitPoint | undefined;
  /** The last commit that was begun, if the file has it. */
  readonly begun: number | undefined;
  /** There is no file yet. */
  readonly isNew: boolean;
  /** One of the two slots is not whole: the last write was cut short, or the file was damaged. */
  readonly isTorn: boolean;
}

/** The name of the file in the store's folder. */
export const COMMITS = 'COMMITS';
/** One block of a disk, so that a torn write of one slot leaves the other alone. */
const SLOT_BYTES = 4096;
const BEGUN_SLOT = 2;

export class CommitFile {
  private constructor(
    private readonly path: string,
    private file: FileHandle | undefined,
    readonly confirmed: CommitFileContents,
  ) {}

  /** Opens the file; one that is missing is made by `restart`. Rejects as `open` of Node does. */
  static async open(path: string): Promise<CommitFile> {
    const file = await open(path, 'r+').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined)
      return new CommitFile(path, file, { last: undefined, begun: undefined, isNew: true, isTorn: false });
    try {
      return new CommitFile(path, file, { ...(await readSlots(file)), isNew: false });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Notes that a commit is being written, so that a log line can name it after a crash. */
  begin(commits: number): void {
    this.write(BEGUN_SLOT, { commits, digest: 0n });
  }

  /** Confirms a commit; it may be acknowledged once this resolves. */
  async confirm(point: CommitPoint): Promise<void> {
    this.write(point.commits % 2, point);
    await this.opened().datasync();
  }

  /** Replaces the file by one with this point alone, or makes it. */
  async restart(point: CommitPoint): Promise<void> {
    const former = this.file;
    this.file = await create(this.path, point);
    await former?.close();
  }

  async close(): Promise<void> {
    await this.file?.close();
  }

  /** Writes to the page cache, which takes microseconds; a sync brings it to the disk. */
  private write(slot: number, point: CommitPoint): void {
    const line = encodeLine(point);
    const written = writeSync(this.opened().fd, line, slot * SLOT_BYTES);
    if (written < line.length) throw new Error(`${this.path} could be written only in part`);
  }

  private opened(): FileHandle {
    if (this.file === undefined) throw new Error(`${this.path} was not made`);
    return this.file;
  }
}

/** The number of the last commit that a file confirms; undefined when there is none, or it cannot be read. */
export async function confirmedCommits(path: string): Promise<number | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return (await readSlots(file)).last?.commits;
  } finally {
    await file.close();
  }
}

/**
 * Makes the file under another name and renames it, so that no crash leaves a file without slots. Only its
 * owner can read it.
 */
async function create(path: string, point: CommitPoint): Promise<FileHandle> {
  await rm(`${path}.new`, { force: true });
  const file = await open(`${path}.new`, 'wx+', 0o600);
  try {
    for (const slot of [0, 1, BEGUN_SLOT])
      await file.write(encodeLine(point).padEnd(SLOT_BYTES, '\0'), slot * SLOT_BYTES);
    await file.sync();
    await rename(`${path}.new`, path);
    await syncFolder(dirname(path));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Syncs the names in a folder to the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readSlots(file: FileHandle): Promise<Omit<CommitFileContents, 'isNew'>> {
  const bytes = Buffer.alloc(SLOT_BYTES * 3);
  await file.read(bytes, 0, bytes.length, 0);
  const slots = [0, 1].map((slot) => decodeSlot(bytes, slot));
  const whole = slots.filter((slot) => slot !== undefined);
  return {
    last: whole.sort((a, b) => b.commits - a.commits)[0],
    begun: decodeSlot(bytes, BEGUN_SLOT)?.commits,
    isTorn: whole.length < slots.length,
  };
}

/** A slot as a line of text that an operator can read. The rest of an earlier, longer line does not count. */
function encodeLine({ commits, digest }: CommitPoint): string {
  return withChecksum(`${commits} ${printDigest(digest)}`);
}

function decodeSlot(bytes: Buffer, slot: number): CommitPoint | undefined {
  const block = bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES).toString('latin1');
  const [, count, hex] = /^(\d{1,15}) ([0-9a-f]{32})$/.exec(readChecksummed(block) ?? '') ?? [];
  const digest = readDigest(hex);
  return digest === undefined ? undefined : { commits: Number(count), digest };
}

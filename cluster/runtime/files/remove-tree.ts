/**
 * Removes a folder of another user with all that it has.
 *
 * Always true: nothing outside of the folder is removed or changed, even if its user swaps folders for links meanwhile, or
 * leaves a file system mounted in it. Each folder is opened without following links, its entries are reached through the
 * opened folder, and a folder is emptied only after it could be moved, which no mount point can.
 */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, open, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { isRoot } from './private';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** A user who makes entries as fast as they are removed does not keep us for ever. */
const PASSES_MAX = 100;

/**
 * Removes the folder. Goes on after an error, and rejects with the first one in the end. The way to the folder itself must
 * not be writable for its user.
 */
export async function removeTree(path: string, isStopped: () => boolean = () => false): Promise<void> {
  await emptyFolder(path, isStopped);
  await rmdir(path);
}

/** Removes what the folder has, as `removeTree` does. */
export async function emptyFolder(path: string, isStopped: () => boolean = () => false): Promise<void> {
  const root = await openFolder(path);
  const removal = new Removal(root, isStopped);
  try {
    await removal.run();
  } finally {
    await root.close();
  }
  if (removal.error !== undefined) throw removal.error;
}

class Removal {
  /** The first error. */
  error: unknown;
  /** Folders that have been moved to the root under these names, to be emptied. */
  private readonly moved: string[] = [];
  private readonly prefix = `.removed-${randomUUID()}-`;
  private number = 0;

  constructor(
    private readonly root: FileHandle,
    private readonly isStopped: () => boolean,
  ) {}

  async run(): Promise<void> {
    await this.empty(this.root);
    for (let name = this.moved.pop(); name !== undefined; name = this.moved.pop()) {
      if (this.isStopped()) throw new Error('stopped before the end');
      const path = below(this.root, Buffer.from(name));
      await this.attempt(() => this.removeMoved(path));
    }
  }

  private async removeMoved(path: Buffer): Promise<void> {
    const folder = await openFolder(path);
    try {
      await this.empty(folder);
    } finally {
      await folder.close();
    }
    await rmdir(path);
  }

  /** Removes the files of a folder and moves its folders to the root, until there is nothing left. */
  private async empty(folder: FileHandle): Promise<void> {
    for (let pass = 0; pass < PASSES_MAX; pass++) {
      let removed = 0;
      for await (const name of namesIn(folder)) {
        if (this.isStopped()) throw new Error('stopped before the end');
        if (name.toString().startsWith(this.prefix)) continue;
        if (await this.attempt(() => this.removeEntry(below(folder, name)))) removed += 1;
      }
      if (removed === 0) return;
    }
  }

  private async removeEntry(path: Buffer): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if (!['EISDIR', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      const name = `${this.prefix}${this.number++}`;
      await moveFolder(path, below(this.root, Buffer.from(name)));
      this.moved.push(name);
    }
  }

  /** True when the work is done; an error is kept, unless somebody else has removed the entry. */
  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.error ??= error;
      return false;
    }
  }
}

/** The names in a folder, as bytes: a user may give names that are no UTF-8 and would be lost in a string. */
async function* namesIn(folder: FileHandle): AsyncGenerator<Buffer> {
  const path = `/proc/self/fd/${folder.fd}`;
  // The types of Node know names as strings alone.
  const options = { encoding: 'buffer' as BufferEncoding };
  for await (const { name } of await opendir(path, options)) yield name as unknown as Buffer;
}

function below(folder: FileHandle, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${folder.fd}/`), name]);
}

/** Opens a folder to be emptied. */
async function openFolder(path: string | Buffer): Promise<FileHandle> {
  const folder = await openingUp(path, () => open(path, FOLDER));
  if (!isRoot()) await folder.chmod(0o700);
  return folder;
}

function moveFolder(path: Buffer, target: Buffer): Promise<void> {
  return openingUp(path, () => rename(path, target));
}

/** Tries again with a folder that its user, who is ours, has closed. Root needs no permission. */
async function openingUp<T>(path: string | Buffer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES' || isRoot()) throw error;
    await chmod(path, 0o700);
    return await work();
  }
}

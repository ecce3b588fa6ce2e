/**
 * Files that a fetch makes in the sandbox, which is the folder of this process.
 *
 * Always true: nothing is made through a link, and no link leads out of the sandbox; what is made is within the limits;
 * what a fetch that failed has made is removed again.
 *
 * The process has the rights of the task's user alone. So a task that swaps something for a link at the wrong moment
 * gains nothing that it could not do itself.
 */

import { constants, type Stats } from 'node:fs';
import { chmod, link, lstat, mkdir, open, rm, symlink, unlink } from 'node:fs/promises';
import { pathError } from '../uris';
import type { Budget } from './budget';
import { writeBytes } from './open-file';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const FILE = 0o666;
const FOLDER = 0o777;
/** The owner can go on with what was made, and nobody gets the rights of another by it. */
const PERMISSIONS = 0o777;
const OWNER_ALL = 0o700;
const OWNER_FILE = 0o600;

export interface FileOptions {
  /** The permissions before the umask; set-user-ID, set-group-ID and the sticky bit are left out. */
  readonly mode?: number | undefined;
  readonly modifiedAt?: Date | undefined;
}

type Bytes = AsyncIterable<Uint8Array>;

export class SandboxFiles {
  /** The first parts of paths that were not there before this fetch. */
  private readonly roots = new Set<string>();
  private readonly files = new Set<string>();
  private readonly links = new Set<string>();

  constructor(readonly budget: Budget) {}

  /** Writes a file, with the folders on its way. One that is there is replaced. */
  async write(path: string, bytes: Bytes, { mode = FILE, modifiedAt }: FileOptions = {}): Promise<string> {
    const place = await this.place(path);
    await this.clear(place);
    this.budget.addFile();
    const permissions = (mode & PERMISSIONS) | OWNER_FILE;
    const file = await open(place, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, permissions);
    this.files.add(place);
    try {
      await this.copyTo(file.fd, bytes);
      if (modifiedAt) await file.utimes(modifiedAt, modifiedAt);
    } finally {
      await file.close();
    }
    return place;
  }

  /** Copies into a file that is open already, such as one of the cache. */
  async copyTo(fd: number, bytes: Bytes): Promise<void> {
    await writeBytes(fd, this.budget.count(bytes));
  }

  async makeFolder(path: string, mode = FOLDER): Promise<void> {
    await this.way(partsOf(path), (mode & PERMISSIONS) | OWNER_ALL);
  }

  /** Makes a symbolic link whose target is in the sandbox. */
  async linkTo(path: string, target: string): Promise<void> {
    const place = await this.place(path);
    const error = linkError(place, target);
    if (error !== undefined) throw new Error(error);
    await this.clear(place);
    this.budget.addFile();
    await symlink(target, place);
    this.links.add(place);
  }

  /** Makes a hard link to a file that this fetch has made. */
  async linkHard(path: string, target: string): Promise<void> {
    const from = partsOf(target).join('/');
    if (!this.files.has(from))
      throw new Error(`'${path}' is a hard link to '${target}', which is no file before it`);
    const place = await this.place(path);
    if (place === from) return;
    await this.clear(place);
    this.budget.addFile();
    await link(from, place);
    this.files.add(place);
  }

  async makeExecutable(path: string): Promise<void> {
    await chmod(path, 0o755);
  }

  /** Makes room for a file that a program has made elsewhere and that is moved there. */
  async reserve(path: string): Promise<string> {
    const place = await this.place(path);
    await this.clear(place);
    this.budget.addFile();
    this.files.add(place);
    return place;
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
    this.files.delete(path);
  }

  /** Removes all that was made, as far as it can be removed. */
  async undo(): Promise<void> {
    for (const path of [...this.roots, ...this.files, ...this.links])
      await rm(path, { recursive: this.roots.has(path), force: true }).catch(() => undefined);
  }

  /** The path of a file in clean form; the folders on its way are there then. */
  private async place(path: string): Promise<string> {
    const parts = partsOf(path);
    await this.way(parts.slice(0, -1), FOLDER);
    await this.note(parts[0] ?? '');
    return parts.join('/');
  }

  /** Makes folders. One that is there, and is no folder but a link, is in the way. */
  private async way(parts: readonly string[], mode: number): Promise<void> {
    for (let depth = 1; depth <= parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const stats = await lstatOf(folder);
      if (stats?.isDirectory()) continue;
      if (stats)
        throw new Error(
          `'${folder}' is in the way: it is ${stats.isSymbolicLink() ? 'a link' : 'no folder'}`,
        );
      if (depth === 1) this.roots.add(folder);
      this.budget.addFile();
      await mkdir(folder, depth === parts.length ? mode : FOLDER);
    }
  }

  private async note(root: string): Promise<void> {
    if (!this.roots.has(root) && !(await lstatOf(root))) this.roots.add(root);
  }

  /** Makes room for a file. A link that this fetch did not make may be a volume. */
  private async clear(place: string): Promise<void> {
    const stats = await lstatOf(place);
    if (!stats) return;
    if (stats.isDirectory()) throw new Error(`'${place}' is in the way: it is a folder`);
    if (!stats.isFile() && !this.links.has(place))
      throw new Error(`'${place}' is in the way: it is ${stats.isSymbolicLink() ? 'a link' : 'no file'}`);
    await unlink(place);
    this.links.delete(place);
    this.files.delete(place);
  }
}

/** The parts of a path below the sandbox. Throws for one that leads out of it, or to the output of the task. */
function partsOf(path: string): readonly string[] {
  const error = pathError(path);
  if (error !== undefined) throw new Error(error);
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/**
 * The reason why a link may not be made: its target has to be below the sandbox, whatever other links do. So it goes up
 * first, from folders that are no links, and then down alone.
 */
export function linkError(place: string, target: string): string | undefined {
  const leaves = `'${place}' is a link to '${target}', which leads out of the sandbox`;
  if (target.startsWith('/') || target.includes('\0')) return leaves;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const down = parts.findIndex((part) => part !== '..');
  const ups = down < 0 ? parts.length : down;
  const depth = place.split('/').length - 1;
  return ups > depth || parts.slice(ups).includes('..') ? leaves : undefined;
}

async function lstatOf(path: string): Promise<Stats | undefined> {
  return await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

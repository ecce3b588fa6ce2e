/**
 * Files that the HTTP API shows under virtual paths: sandboxes and logs (Mesos 1.11 src/files/files.cpp).
 *
 * Always true: nothing outside an attached folder is listed or read, even if links inside of it change
 * meanwhile. Only plain files are read, at most 64 KiB at a time.
 */

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Principal } from '../../model/principal';
import { type FileInfo, fileInfo } from './file-info';

/** A folder or file that is served under a virtual path. */
export interface Attached {
  readonly real: string;
  /** The path below the folder; empty for the folder or file itself. */
  readonly rest: string;
  readonly may: (sender: Principal | undefined) => boolean;
}

export type FilesError = {
  readonly problem: 'invalid' | 'missing' | 'forbidden' | 'failed';
  /** For the sender; often empty, as in the original. */
  readonly text: string;
};

/** Finds the folder or file that a virtual path leads to. */
export type FindAttached = (path: string) => Attached | undefined;

const READ_MAX_BYTES = 16 * 4096;
const LISTED_MAX = 20_000;

/** Finds folders and files among these virtual paths; the longest one that fits wins. */
export function findAttachedIn(
  attached: ReadonlyMap<string, Pick<Attached, 'real' | 'may'>>,
): (path: string) => Attached | undefined {
  return (path) => {
    const parts = path.replace(/\/+$/, '').split('/');
    for (let length = parts.length; length > 0; length--) {
      const entry = attached.get(parts.slice(0, length).join('/'));
      if (entry) return { ...entry, rest: parts.slice(length).join('/') };
    }
    return undefined;
  };
}

export class VirtualFiles {
  constructor(private readonly find: FindAttached) {}

  /** The entries of a folder, sorted by name; nothing for a file. */
  async browse(path: string, sender: Principal | undefined): Promise<readonly FileInfo[] | FilesError> {
    const place = await this.resolve(path, sender);
    if ('problem' in place) return place;
    const names: string[] = [];
    try {
      for await (const { name } of await opendir(place.path)) if (names.push(name) >= LISTED_MAX) break;
    } catch {
      return [];
    }
    const listed = await Promise.all(names.sort().map((name) => infoOf(place, join(path, name), name)));
    return listed.flatMap((info) => info ?? []);
  }

  /** The size of a file and its bytes from `offset` on: as many as asked for, but not more than 64 KiB. */
  async read(
    path: string,
    { offset, length }: { offset: number; length: number | undefined },
    sender: Principal | undefined,
  ): Promise<{ readonly size: number; readonly data: Buffer } | FilesError> {
    const opened = await this.open(path, sender);
    if ('problem' in opened) return opened;
    try {
      const wanted = Math.min(length ?? READ_MAX_BYTES, READ_MAX_BYTES, Math.max(0, opened.size - offset));
      const buffer = Buffer.alloc(wanted);
      const { bytesRead } =
        wanted === 0 ? { bytesRead: 0 } : await opened.file.read(buffer, 0, wanted, offset);
      return { size: opened.size, data: buffer.subarray(0, bytesRead) };
    } finally {
      await opened.file.close();
    }
  }

  /** Opens a plain file to be read; the caller closes it. */
  async open(
    path: string,
    sender: Principal | undefined,
    what = 'read',
  ): Promise<{ readonly file: FileHandle; readonly size: number; readonly path: string } | FilesError> {
    const place = await this.resolve(path, sender);
    if ('problem' in place) return place;
    let file: FileHandle | undefined;
    try {
      // Without O_NONBLOCK a pipe would wait for its writer; a link in this place was made after resolving.
      file = await open(place.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      const info = await file.stat();
      const problem = info.isDirectory()
        ? `Cannot ${what} a directory.\n`
        : info.isFile()
          ? await outsideError(file, place)
          : `Cannot ${what} what is not a plain file.\n`;
      if (problem === undefined) return { file, size: info.size, path: place.path };
      await file.close();
      return { problem: 'invalid', text: problem };
    } catch (error) {
      await file?.close();
      return { problem: 'failed', text: `Failed to open file: ${(error as NodeJS.ErrnoException).code}.\n` };
    }
  }

  private async resolve(path: string, sender: Principal | undefined): Promise<ResolvedPath | FilesError> {
    if (path.includes('\0')) return { problem: 'invalid', text: 'The path has a zero byte.\n' };
    const attached = this.find(path);
    if (!attached) return { problem: 'missing', text: '' };
    if (!attached.may(sender)) return { problem: 'forbidden', text: '' };
    try {
      const root = await realpath(attached.real);
      if (attached.rest !== '' && !(await stat(root)).isDirectory()) return { problem: 'missing', text: '' };
      const real = await realpath(join(root, attached.rest));
      if (isInside(root, real)) return { path: real, root };
      return { problem: 'invalid', text: `'${path}' is inaccessible.\n` };
    } catch (error) {
      const isGone = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
      return isGone
        ? { problem: 'missing', text: '' }
        : { problem: 'invalid', text: `'${path}' is inaccessible.\n` };
    }
  }
}

interface ResolvedPath {
  readonly path: string;
  readonly root: string;
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** A folder on the way may have become a link since the path was resolved, so the opened file is checked. */
async function outsideError(file: FileHandle, { root, path }: ResolvedPath): Promise<string | undefined> {
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => path);
  return isInside(root, opened.replace(/ \(deleted\)$/, '')) ? undefined : 'The file is inaccessible.\n';
}

/** A link that leads out of the folder is not listed, as its target may be secret. */
async function infoOf(
  { path, root }: ResolvedPath,
  shown: string,
  name: string,
): Promise<FileInfo | undefined> {
  const full = join(path, name);
  try {
    const stats = await lstat(full);
    if (!stats.isSymbolicLink()) return fileInfo(shown, stats);
    return isInside(root, await realpath(full)) ? fileInfo(shown, await stat(full)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A small disk of a test, in memory: filled on purpose, emptied again, and taken away at the end. Only root can mount one.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Mounts one on a folder, with room for so many bytes, and for so many files and folders. */
  static mount(folder: string, { size, names = 10_000 }: { size: string; names?: number }): SmallDisk {
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},nr_inodes=${names},mode=755`, 'tmpfs', folder]);
    return new SmallDisk(folder);
  }

  /** Takes all room that is left for bytes. */
  fill(): void {
    this.fillWith('bytes', 1 << 16);
    this.fillWith('small', 4096);
  }

  /** Takes all room that is left for files and folders. */
  fillNames(): void {
    this.fillWith('name', 0);
  }

  /** Makes the room again. */
  free(): void {
    execFileSync('find', [this.folder, '-name', 'filler.*', '-delete']);
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder]);
  }

  private fillWith(kind: string, bytes: number): void {
    try {
      for (let index = 0; ; index++)
        writeFileSync(join(this.folder, `filler.${kind}.${index}`), Buffer.alloc(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

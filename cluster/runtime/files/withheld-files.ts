/**
 * Withholds files from programs that this process starts. Node's own files are closed in them, but LevelDB opens its files
 * without close-on-exec: HAProxy and tasks would have a store of ours open for writing, for as long as they live.
 */

import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC of Linux, as /proc has it in octal digits. */
const CLOSE_ON_EXEC = 0o2000000;

/** One entry of the `stdio` of a child. */
export type ChildFile = 'ignore' | 'pipe' | number;

/**
 * Calls `spawn` with files for a child in which every other file of this process that it would get is /dev/null. Without
 * /proc they are passed on.
 */
export function withholdingFiles<T>(files: readonly ChildFile[], spawn: (files: ChildFile[]) => T): T {
  const passedOn = inheritedFiles().filter((fd) => fd >= files.length);
  if (passedOn.length === 0) return spawn([...files]);
  const nothing = openSync('/dev/null', 'r');
  try {
    const size = Math.max(...passedOn) + 1;
    return spawn(
      Array.from({ length: size }, (_, fd) => (passedOn.includes(fd) ? nothing : (files[fd] ?? 'ignore'))),
    );
  } finally {
    closeSync(nothing);
  }
}

/** The numbers of files that a child gets, whatever it is started with. */
function inheritedFiles(): number[] {
  return entriesOf('/proc/self/fdinfo').filter((fd) => {
    const flags = flagsOf(fd);
    return flags !== undefined && (flags & CLOSE_ON_EXEC) === 0;
  });
}

function entriesOf(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number);
  } catch {
    return [];
  }
}

/** Undefined for one that is closed by now, such as that of the folder itself. */
function flagsOf(fd: number): number | undefined {
  try {
    const [, digits] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return digits === undefined ? undefined : Number.parseInt(digits, 8);
  } catch {
    return undefined;
  }
}

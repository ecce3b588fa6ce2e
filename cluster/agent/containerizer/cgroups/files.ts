/**
 * The files and folders of cgroups: read, write, list and remove.
 */

import { readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Errors of a cgroup that is gone, or of a file that its kernel does not have. */
const GONE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENODEV']);
/** Time between two attempts. The kernel removes a cgroup only some time after its last process has ended. */
const REMOVE_PAUSE_MS = 20;

/** The text of a file of a cgroup; undefined when the cgroup or the file is not there. */
export function readCgroupFile(folder: string, name: string): string | undefined {
  return unlessGone(() => readFileSync(join(folder, name), 'latin1'));
}

export function writeCgroupFile(folder: string, name: string, text: string): void {
  try {
    writeFileSync(join(folder, name), text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`Failed to write '${text}' to ${join(folder, name)}: ${code}`);
  }
}

/** The cgroup's processes and those of the cgroups below it. */
export function cgroupProcesses(folder: string): readonly number[] {
  return cgroupTree(folder).flatMap((cgroup) => readPids(readCgroupFile(cgroup, 'cgroup.procs')));
}

/** The cgroup's threads and those of the cgroups below it, by the file of the version. */
export function cgroupThreads(folder: string): readonly number[] {
  return cgroupTree(folder).flatMap((cgroup) =>
    readPids(readCgroupFile(cgroup, 'tasks') ?? readCgroupFile(cgroup, 'cgroup.threads')),
  );
}

function readPids(text: string | undefined): readonly number[] {
  return (text ?? '').split('\n').filter(Boolean).map(Number);
}

/** The folder of a cgroup and of all cgroups below it, each before those below; none when it is gone. */
export function cgroupTree(folder: string): readonly string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true }));
  if (!entries) return [];
  const below = entries.filter((entry) => entry.isDirectory());
  return [folder, ...below.flatMap((entry) => cgroupTree(join(folder, entry.name)))];
}

/**
 * Removes a cgroup and those below it from each folder. Its processes must have ended; those that are still leaving are
 * waited for. Rejects with the cgroup that is still in use when the time is over.
 */
export async function removeCgroups(folders: readonly string[], timeoutMs: number): Promise<void> {
  for (const began = performance.now(); ; ) {
    const busy = folders
      .flatMap((folder) => cgroupTree(folder).toReversed())
      .filter((path) => !isRemoved(path));
    if (busy.length === 0) return;
    if (performance.now() - began >= timeoutMs)
      throw new Error(`Failed to remove the cgroup ${busy[0]}: it is in use`);
    await new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS));
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (GONE.has(code)) return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}

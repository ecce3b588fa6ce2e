/**
 * The OCI runtime of this machine: runc, or crun where cgroups are of v2.
 */

import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isRoot } from '../../../runtime/files/private';
import { holderProgram } from '../../../runtime/holder/held-program';

/** Folders of root, which are not in every PATH. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The path of the runtime, or the reason why there is none. */
export type FoundRuntime = { readonly path: string } | { readonly missing: string };

export function findRuntime(): FoundRuntime {
  if (!isRoot()) return { missing: 'the agent is not root' };
  if (holderProgram() === undefined)
    return { missing: 'this build has no holder: build it with a C compiler' };
  const names = isUnified() ? ['crun', 'runc'] : ['runc'];
  const path = names.map(findProgram).find((candidate) => candidate !== undefined);
  return path === undefined ? { missing: `${names.join(' or ')} is not installed` } : { path };
}

/** True when all cgroups are of v2. */
function isUnified(): boolean {
  return existsSync('/sys/fs/cgroup/cgroup.controllers');
}

/** The path of a program of the system; undefined when it is not there. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs the runtime to its end. Rejects with what it says on its standard error. */
export async function runRuntime(path: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(path, args, { env: RUNTIME_ENVIRONMENT, timeout: TIMEOUT_MS });
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    throw new Error(stderr?.trim() || message);
  }
}

/** The environment of the runtime itself: nothing of ours. */
export const RUNTIME_ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const TIMEOUT_MS = 60_000;

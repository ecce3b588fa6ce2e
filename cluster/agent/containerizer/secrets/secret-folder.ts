/**
 * Secrets in the folder of `--secrets_dir`: a reference names a file below it, and its key a text in the JSON of that file.
 *
 * Files are read at each launch, so that a changed secret needs no restart. They have to belong to the agent's user or to
 * root, and nobody else may use them.
 * Always true: no text of an error has a part of a secret, and no reference leads out of the folder.
 */

import { constants, existsSync, statSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Secret } from '../../../api/generated/mesos';
import { StartError } from '../../../runtime/lifecycle';

/** The size of the largest secret, as that of Kubernetes. */
export const SECRET_BYTES_MAX = 1024 * 1024;
const OF_OTHERS = 0o077;

/** Throws a StartError when the flag names no folder. */
export function checkSecretFolder(folder: string | undefined): void {
  if (folder === undefined || (existsSync(folder) && statSync(folder).isDirectory())) return;
  throw new StartError(
    `--secrets_dir: ${folder} is not a folder: make it, with mode 700 and a file for each secret`,
  );
}

/** The bytes that a reference means. Rejects with the reason why there are none. */
export async function readSecret(
  folder: string,
  { name, key }: Secret.Reference,
  subfolder?: string,
): Promise<Buffer> {
  const bytes = await readFileOf(folder, name, subfolder);
  return key === undefined ? bytes : textOf(bytes, name, key);
}

async function readFileOf(folder: string, name: string, subfolder: string | undefined): Promise<Buffer> {
  const path = await pathOf(folder, name, subfolder);
  // A pipe without a writer is refused, and not waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    const refusal = refusalOf(stats);
    if (refusal !== undefined) throw new Error(`Secret '${name}' ${refusal}`);
    const bytes = Buffer.alloc(stats.size);
    const { bytesRead } = await file.read(bytes, 0, stats.size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The path of the file without links. Those inside of the folder may be followed. */
async function pathOf(folder: string, name: string, subfolder: string | undefined): Promise<string> {
  const parts = name.split('/').filter((part) => part !== '');
  const isPath =
    parts.length > 0 && !parts.some((part) => part === '.' || part === '..' || part.includes('\0'));
  if (!isPath) throw new Error(`Secret '${name}' is not the name of a file below --secrets_dir`);
  const top = await realpath(folder).catch(() => {
    throw new Error(`Secret '${name}' cannot be read: the folder of --secrets_dir is not there`);
  });
  // A link to the folder of another role is one out of this.
  const root = subfolder === undefined ? top : join(top, subfolder);
  const path = await realpath(join(root, ...parts)).catch(() => {
    throw new Error(`Secret '${name}' is not there: --secrets_dir of this agent has no such file`);
  });
  if (!path.startsWith(`${root}${sep}`)) throw new Error(`Secret '${name}' leads out of --secrets_dir`);
  return path;
}

interface FileStats {
  isFile(): boolean;
  readonly mode: number;
  readonly uid: number;
  readonly size: number;
}

function refusalOf(stats: FileStats): string | undefined {
  if (!stats.isFile()) return 'is no plain file';
  if (![0, process.getuid?.()].includes(stats.uid))
    return 'is in a file of another user: chown it to that of the agent';
  if ((stats.mode & OF_OTHERS) !== 0) return 'is in a file that others on the machine may use: chmod 600 it';
  return stats.size > SECRET_BYTES_MAX ? `is larger than ${SECRET_BYTES_MAX} bytes` : undefined;
}

/** The text of a key. The parser's own words, which quote what they have read, are not repeated. */
function textOf(bytes: Buffer, name: string, key: string): Buffer {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Error(`Secret '${name}' has no keys: its file is not JSON`);
  }
  const isObject = json !== null && typeof json === 'object' && Object.hasOwn(json, key);
  const text = isObject ? (json as Record<string, unknown>)[key] : undefined;
  if (typeof text !== 'string') throw new Error(`Secret '${name}' has no text with the key '${key}'`);
  return Buffer.from(text, 'utf8');
}

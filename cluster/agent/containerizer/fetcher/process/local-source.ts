/**
 * Files of this machine, read with the rights of the task's user.
 */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bytesOf } from './open-file';
import type { Source } from './source';

/** Opens a file. Devices, pipes and folders are refused. */
export async function openLocal(path: string): Promise<Source & { readonly size: number }> {
  // One that waits for somebody, such as a named pipe, is opened at once, too.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const { size } = await assertFile(path, file);
  const close = (): void => void file.close().catch(() => undefined);
  return { bytes: bytesOf(file.fd), size, close };
}

async function assertFile(path: string, file: FileHandle): Promise<{ readonly size: number }> {
  const stats = await file.stat();
  if (stats.isFile()) return stats;
  await file.close();
  throw new Error(`'${path}' is ${stats.isDirectory() ? 'a directory' : 'not a regular file'}`);
}

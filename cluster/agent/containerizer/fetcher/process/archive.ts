/**
 * Extracts archives into the sandbox. Their first bytes say what they are, and their names only whether they are extracted,
 * as in the original, where libarchive does it.
 */

import { errorText } from '../../../../model/error-text';
import { isArchive, isPackedFile } from '../uris';
import { decompressed, gunzip } from './compression';
import { bytesOf } from './open-file';
import type { SandboxFiles } from './sandbox-files';
import { extractTar } from './tar-archive';
import { extractZip } from './zip-archive';

const ZIP = Buffer.from('PK');

/** An archive that is open, by the name that tells its kind. */
export interface ArchiveFile {
  readonly fd: number;
  readonly name: string;
}

/** Extracts an archive. False for a file that is none. */
export async function extract({ fd, name }: ArchiveFile, files: SandboxFiles): Promise<boolean> {
  if (!isArchive(name) && !isPackedFile(name)) return false;
  try {
    if (isPackedFile(name)) {
      const base = name.slice(name.lastIndexOf('/') + 1, -'.gz'.length);
      await files.write(base, gunzip(bytesOf(fd)));
    } else if (await isZip(fd)) await extractZip(fd, files);
    else await extractTar(await decompressed(bytesOf(fd)), files);
  } catch (error) {
    throw new Error(`Failed to extract archive '${name}': ${errorText(error)}`);
  }
  return true;
}

async function isZip(fd: number): Promise<boolean> {
  for await (const chunk of bytesOf(fd)) return ZIP.equals(chunk.subarray(0, ZIP.length));
  return false;
}

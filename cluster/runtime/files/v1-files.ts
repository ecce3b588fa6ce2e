/**
 * LIST_FILES and READ_FILE of the v1 operator APIs.
 */

import type { Principal } from '../../model/principal';
import type { FileInfo } from './file-info';
import { filesErrorStatus } from './routes';
import type { FilesError, VirtualFiles } from './virtual-files';

/** A refusal with its HTTP status. */
export interface FilesRefusal {
  readonly status: number;
  readonly text: string;
}

export async function listFiles(
  files: VirtualFiles,
  path: string | undefined,
  sender: Principal | undefined,
): Promise<{ readonly file_infos: ReturnType<typeof wireInfo>[] } | FilesRefusal> {
  const listed = await files.browse(path ?? '', sender);
  return 'problem' in listed ? refusal(listed) : { file_infos: listed.map(wireInfo) };
}

/** A part of a file; numbers are bytes, as protobuf has them. */
interface ReadRange {
  readonly path?: string;
  readonly offset?: bigint | number | string;
  readonly length?: bigint | number | string | undefined;
}

export async function readFile(
  files: VirtualFiles,
  { path = '', offset = 0, length }: ReadRange,
  sender: Principal | undefined,
): Promise<{ readonly size: number; readonly data: string } | FilesRefusal> {
  const wanted = { offset: Number(offset), length: length === undefined ? undefined : Number(length) };
  const part = await files.read(path, wanted, sender);
  return 'problem' in part ? refusal(part) : { size: part.size, data: part.data.toString('base64') };
}

function refusal(problem: FilesError): FilesRefusal {
  return { status: filesErrorStatus(problem), text: problem.text };
}

function wireInfo({ path, nlink, size, modifiedMs, mode, uid, gid }: FileInfo) {
  const mtime = { nanoseconds: BigInt(Math.floor(modifiedMs / 1000)) * 1_000_000_000n };
  return { path, nlink, size, mtime, mode, uid, gid };
}

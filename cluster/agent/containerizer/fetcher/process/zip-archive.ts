/**
 * Extracts zip archives, read by yauzl by their central directory.
 */

import { type Entry, fromFd, type ZipFile } from 'yauzl';
import type { SandboxFiles } from './sandbox-files';

/** The kinds of files in the upper half of the attributes, where a Unix system made the archive. */
const UNIX = 3;
const KIND = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
const TARGET_MAX_BYTES = 4096;

/** Extracts an archive that is open; its file stays open. */
export async function extractZip(fd: number, files: SandboxFiles): Promise<void> {
  const zip = await openZip(fd);
  for await (const entry of zip.eachEntry()) await extractEntry(zip, entry, files);
}

function openZip(fd: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names with a backslash are of Windows, where it parts them.
    const options = { lazyEntries: true, autoClose: false, strictFileNames: false };
    fromFd(fd, options, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

async function extractEntry(zip: ZipFile, entry: Entry, files: SandboxFiles): Promise<void> {
  const { fileName, uncompressedSize } = entry;
  const { kind, mode } = attributesOf(entry);
  files.budget.assertRoom(uncompressedSize);
  if (kind === FOLDER) return await files.makeFolder(fileName, mode);
  if (kind !== REGULAR && kind !== LINK)
    throw new Error(`'${fileName}' is neither a file nor a folder nor a link`);
  if (kind === LINK && uncompressedSize > TARGET_MAX_BYTES)
    throw new Error(`'${fileName}' is a link to a name that is too long`);
  const bytes = await zip.openReadStreamPromise(entry);
  if (kind === LINK) return await files.linkTo(fileName, await targetOf(bytes));
  await files.write(fileName, bytes as AsyncIterable<Uint8Array>, {
    mode,
    modifiedAt: entry.getLastModDate(),
  });
}

interface Attributes {
  readonly kind: number;
  readonly mode: number | undefined;
}

function attributesOf({ fileName, versionMadeBy, externalFileAttributes }: Entry): Attributes {
  const unix = versionMadeBy >>> 8 === UNIX ? externalFileAttributes >>> 16 : 0;
  const mode = unix === 0 ? undefined : unix;
  if (fileName.endsWith('/')) return { kind: FOLDER, mode };
  return { kind: unix & KIND || REGULAR, mode };
}

async function targetOf(bytes: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/**
 * Extracts tar archives, read by node-tar's parser.
 */

import { once } from 'node:events';
import { Parser, type ReadEntry } from 'tar';
import type { SandboxFiles } from './sandbox-files';

/** Long names and their like, which the parser keeps in memory. */
const META_MAX_BYTES = 1024 * 1024;

export async function extractTar(bytes: AsyncIterable<Uint8Array>, files: SandboxFiles): Promise<void> {
  // It knows compressed bytes by itself, but they are plain by now.
  const parser = new Parser({ strict: true, maxMetaEntrySize: META_MAX_BYTES });
  const failure = new AbortController();
  const fail = (error: unknown): void => failure.abort(error);
  let work = Promise.resolve();
  parser.on('entry', (entry: ReadEntry) => {
    work = work
      // After a failure, what was made is removed, and nothing may come to it.
      .then(() => (failure.signal.aborted ? void entry.resume() : extractEntry(entry, files)))
      .catch((error: unknown) => {
        fail(error);
        entry.resume();
      });
  });
  parser.on('ignoredEntry', ({ path, type }: ReadEntry) =>
    fail(new Error(`'${path}' is of the kind ${type}, which is not extracted`)),
  );
  parser.on('error', fail);
  const ended = once(parser, 'end', { signal: failure.signal });
  ended.catch(() => undefined);
  try {
    for await (const chunk of bytes) {
      failure.signal.throwIfAborted();
      if (!parser.write(Buffer.from(chunk))) await once(parser, 'drain', { signal: failure.signal });
    }
    failure.signal.throwIfAborted();
    parser.end();
    await ended;
    await work;
    failure.signal.throwIfAborted();
  } catch (error) {
    fail(error);
    throw failure.signal.reason;
  }
}

async function extractEntry(entry: ReadEntry, files: SandboxFiles): Promise<void> {
  const { path, type, mode, size, linkpath = '', mtime: modifiedAt } = entry;
  switch (type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      // One that says that it is too large writes nothing.
      files.budget.assertRoom(size);
      return void (await files.write(path, entry, { mode, modifiedAt }));
    case 'Directory':
    case 'GNUDumpDir':
      entry.resume();
      return isSandbox(path) ? undefined : await files.makeFolder(path, mode);
    case 'SymbolicLink':
      entry.resume();
      return await files.linkTo(path, linkpath);
    case 'Link':
      entry.resume();
      return await files.linkHard(path, linkpath);
    default:
      throw new Error(`'${path}' is of the kind ${type}, which is not extracted`);
  }
}

/** `./`, with which many archives begin. */
function isSandbox(path: string): boolean {
  return !path.startsWith('/') && path.split('/').every((part) => part === '' || part === '.');
}

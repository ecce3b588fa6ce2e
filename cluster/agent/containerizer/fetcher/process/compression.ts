/**
 * Compressed bytes as plain ones: gzip by Node, bzip2 and xz by their programs. The first bytes tell which it is, as in
 * libarchive, whatever the name says.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { withholdingFiles } from '../../../../runtime/files/withheld-files';

type Bytes = AsyncIterable<Uint8Array>;

/** Memory that xz may take; its strongest preset needs 65 MiB. */
const XZ = ['-dc', '--memlimit-decompress=512MiB'];

const MAGIC: readonly (readonly [magic: Buffer, open: (bytes: Bytes) => Bytes])[] = [
  [Buffer.from([0x1f, 0x8b]), gunzip],
  [Buffer.from('BZh'), (bytes) => throughProgram('bzip2', ['-dc'], bytes)],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), (bytes) => throughProgram('xz', XZ, bytes)],
];

const COMPLAINT_MAX = 1000;
/** Layers of compression that an archive may have. */
const LAYERS_MAX = 2;

/** The bytes of a gzip file. */
export function gunzip(bytes: Bytes): Bytes {
  return piped(bytes, createGunzip());
}

/** Plain bytes of ones that may be compressed. */
export async function decompressed(bytes: Bytes, layers = LAYERS_MAX): Promise<Bytes> {
  const { head, all } = await peek(bytes, 6);
  const row = MAGIC.find(([magic]) => head.subarray(0, magic.length).equals(magic));
  if (!row) return all;
  if (layers === 0) throw new Error(`it is compressed more than ${LAYERS_MAX} times`);
  return await decompressed(row[1](all), layers - 1);
}

/** An error of what comes in ends what goes out, too. */
function piped(bytes: Bytes, transform: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array>): Bytes {
  pipeline(bytes, transform).catch(() => undefined);
  return transform;
}

async function* throughProgram(
  file: string,
  args: readonly string[],
  bytes: Bytes,
): AsyncGenerator<Uint8Array> {
  const child = startFilter(file, args);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(0, COMPLAINT_MAX);
  });
  const ended = endOf(file, child);
  ended.catch(() => undefined);
  let inputError: unknown;
  // A program that has ended early says itself why.
  pipeline(bytes, child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') inputError = error;
  });
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const code = await ended;
    if (inputError) throw inputError;
    if (code !== 0) throw new Error(complaint.trim() || `${file} ended with status ${code}`);
  } finally {
    child.kill('SIGKILL');
  }
}

function startFilter(file: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return withholdingFiles(
    ['pipe', 'pipe', 'pipe'],
    (stdio) => spawn(file, args, { stdio }) as ChildProcessWithoutNullStreams,
  );
}

/** The status of a program. Rejects when it cannot be started. */
function endOf(file: string, child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`the program ${file} is not installed`) : error),
    );
  });
}

/** The first bytes, and all of them. */
async function peek(bytes: Bytes, length: number): Promise<{ readonly head: Buffer; readonly all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const { done, value } = await iterator.next();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(chunks), all: all() };
}

/**
 * Bytes from and to files that somebody else has opened, and closes: a stream of Node would close them.
 */

import { read, write } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

const readAt = promisify(read);
const writeAt = promisify(write);
const CHUNK_BYTES = 256 * 1024;

/** The bytes of an open file, from its begin. */
export async function* bytesOf(fd: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await readAt(fd, Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Writes bytes into an open file, from its begin. */
export async function writeBytes(fd: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let position = 0;
  for await (const chunk of bytes) {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await writeAt(fd, chunk, written, chunk.length - written, position);
      written += bytesWritten;
      position += bytesWritten;
    }
  }
}

/** Calls a function with a file that is open to be read. */
export async function withOpen<T>(path: string, use: (fd: number) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(file.fd);
  } finally {
    await file.close();
  }
}

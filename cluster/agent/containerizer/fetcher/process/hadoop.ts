/**
 * The Hadoop client, which fetches what no other part of the fetcher does: hdfs, s3 and their like (Mesos 1.11
 * src/hdfs/hdfs.cpp).
 */

import { spawn } from 'node:child_process';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../../../model/error-text';
import { withholdingFiles } from '../../../../runtime/files/withheld-files';
import { assertReachable, LinkLocalRefused } from '../../../../runtime/network/guarded-lookup';

export interface HadoopOptions {
  /** The program of the client. */
  readonly hadoop: string;
  readonly signal: AbortSignal;
}

/** The pause between two looks at how much a client has written. */
const LOOK_MS = 100;
const OUTPUT_MAX = 64 * 1024;

/** Copies a URI into a folder of its own, as `name`. It is stopped as soon as more is there than there may be. */
export async function copyFromHadoop(
  uri: string,
  target: { readonly folder: string; readonly name: string; readonly bytesMax: number },
  options: HadoopOptions,
): Promise<void> {
  await assertHost(uri);
  const tooMuch = new AbortController();
  const path = join(target.folder, target.name);
  const looks = setInterval(() => {
    void sizeBelow(target.folder).then((bytes) => {
      if (bytes > target.bytesMax) tooMuch.abort();
    });
  }, LOOK_MS);
  try {
    const signal = AbortSignal.any([options.signal, tooMuch.signal]);
    await run(['fs', '-copyToLocal', uri, path], { ...options, signal });
  } catch (error) {
    if (tooMuch.signal.aborted) throw new Error(`it is larger than ${target.bytesMax} bytes`);
    throw new Error(`HDFS copyToLocal failed: ${errorText(error)}`);
  } finally {
    clearInterval(looks);
  }
}

/** The size of a URI, as the client tells it. */
export async function hadoopSize(uri: string, options: HadoopOptions): Promise<number> {
  await assertHost(uri);
  const output = await run(['fs', '-du', uri], options);
  // Lines of a log may be among it. There are 2 or 3 fields: the size, the size with its copies, and the path.
  const rows = output.split('\n').map((line) => line.trim().split(/\s+/));
  const row = rows.find((fields) => [2, 3].includes(fields.length) && fields.at(-1) === uri);
  const bytes = Number(row?.[0] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) throw new Error(`Unexpected output format: '${output}'`);
  return bytes;
}

/** Names of clusters and buckets have no address, which is no error. */
async function assertHost(uri: string): Promise<void> {
  const [, authority = ''] = /^[^/]*:\/\/([^/]*)/.exec(uri) ?? [];
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '');
  if (host === '') return;
  await assertReachable(host).catch((error: unknown) => {
    if (error instanceof LinkLocalRefused) throw error;
  });
}

/** Runs the client; what it printed. It ends with this process, since both are of one group. */
function run(args: readonly string[], { hadoop, signal }: HadoopOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = withholdingFiles(['ignore', 'pipe', 'pipe'], (stdio) =>
      spawn(hadoop, args, { stdio, signal, killSignal: 'SIGKILL' }),
    );
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.on('data', (chunk: Buffer) => {
        texts[name] = (texts[name] + chunk.toString()).slice(-OUTPUT_MAX);
      });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error(`there is no Hadoop client '${hadoop}': see --hadoop_home`)
          : error,
      ),
    );
    child.once('close', (code, killedBy) => {
      if (code === 0) return resolve(texts.stdout);
      const status = killedBy ?? String(code);
      reject(
        new Error(
          'Unexpected result from the subprocess: ' +
            `status='${status}', stdout='${texts.stdout}', stderr='${texts.stderr}'`,
        ),
      );
    });
  });
}

/** The bytes of all files below a folder; what goes meanwhile counts nothing. */
async function sizeBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? sizeBelow(path)
      : lstat(path)
          .then(({ size }) => size)
          .catch(() => 0);
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

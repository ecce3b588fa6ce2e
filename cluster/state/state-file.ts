/**
 * All variables of a store as one file: a head, a line of JSON for each variable, and a checksum of what is before it.
 *
 * Always true: a file is written whole or not at all, and replaces nothing but another one of its kind. What is read is
 * checked to its end before any of it is given out.
 */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { syncFolder } from './commit-file';

/** A variable without its version, which is that of one store alone. */
export interface StoredValue {
  readonly name: string;
  readonly value: Buffer;
}

/** All variables of a component. */
export interface StoredState {
  readonly component: string;
  readonly variables: Iterable<StoredValue>;
}

const FORM = 1;
/** Bytes in which the head of a file ends. */
const HEAD_MAX = 200;
const CHECK = /^sha256 ([0-9a-f]{64})$/;

/** Writes the file; its owner alone can read it. Rejects when another kind of file is there. */
export async function writeStateFile(path: string, state: StoredState): Promise<void> {
  await refuseForeign(path);
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await writeLines(file, state);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Reads a file. Rejects with the reason when it is not whole, of another component, or of a newer version. */
export async function readStateFile(path: string, component: string): Promise<StoredValue[]> {
  const variables: StoredValue[] = [];
  const hash = createHash('sha256');
  let count = 0;
  let check: string | undefined;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: 0 })) {
    if (check !== undefined) throw new Error(`${path} goes on after its checksum: make it anew`);
    if (count === 0) checkHead(path, line, component);
    check = CHECK.exec(line)?.[1];
    if (check !== undefined) continue;
    if (count > 0) variables.push(decodeLine(path, line));
    addTo(hash, line);
    count++;
  }
  if (check !== hash.digest('hex')) throw new Error(`${path} is not whole: its checksum does not fit`);
  return variables;
}

async function writeLines(file: FileHandle, { component, variables }: StoredState): Promise<void> {
  const hash = createHash('sha256');
  const write = async (line: string): Promise<void> => {
    addTo(hash, line);
    await file.write(`${line}\n`);
  };
  await write(JSON.stringify({ meseta: 'state', form: FORM, component }));
  for (const { name, value } of variables)
    await write(JSON.stringify({ name, value: value.toString('base64') }));
  await file.write(`sha256 ${hash.digest('hex')}\n`);
}

function checkHead(path: string, line: string, component: string): void {
  const head = decodeHead(line);
  if (head === undefined) throw new Error(`${path} is no file of a state`);
  if (head.form > FORM)
    throw new Error(`${path} was made by a newer version (form ${head.form}, and this one reads ${FORM})`);
  if (head.component !== component)
    throw new Error(`${path} has the state of ${head.component}, not of ${component}`);
}

/** The head of a file; undefined when it is none. */
function decodeHead(line: string): { readonly form: number; readonly component: unknown } | undefined {
  try {
    const { meseta, form, component } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return meseta === 'state' && typeof form === 'number' ? { form, component } : undefined;
  } catch {
    return undefined;
  }
}

function addTo(hash: Hash, line: string): void {
  hash.update(line).update('\n');
}

function decodeLine(path: string, line: string): StoredValue {
  try {
    const { name, value } = JSON.parse(line) as { name: unknown; value: unknown };
    if (typeof name === 'string' && typeof value === 'string')
      return { name, value: Buffer.from(value, 'base64') };
  } catch {
    // The error is thrown below.
  }
  throw new Error(`${path} is damaged: a line of it is no variable`);
}

/** Throws when the path is taken by something that is no file of a state. */
async function refuseForeign(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_MAX), 0, HEAD_MAX, 0);
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
    if (decodeHead(line) !== undefined) return;
  } finally {
    await file.close();
  }
  throw new Error(`${path} is there, and is no file of a state: name another one`);
}

/**
 * Files of a sandbox on this machine: one, or a folder with all that is in it.
 *
 * Always true: a file that is there is replaced only by one that came whole; names that an agent tells lead to no other
 * folder.
 */

import { createWriteStream, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorText } from '../cluster/model/error-text';
import { authorizationOf, trustOf } from '../cluster/runtime/auth/caller';
import { makeFolder } from '../cluster/runtime/files/make-folder';
import { HttpClient } from '../cluster/runtime/http/client';
import { StartError } from '../cluster/runtime/lifecycle';
import type { AgentTarget } from './agent-api';
import { type Api, ApiError } from './api';

export interface FileView {
  readonly path: string;
  readonly mode: string;
  readonly uid: string;
  readonly size: number;
  readonly mtime: number;
}

/** A file below a folder, with its path from there. */
export interface FileBelow extends FileView {
  readonly way: string;
}

/** Links may lead in a circle, and agents show them as folders. */
const FILES_MAX = 100_000;
const DEPTH_MAX = 40;
const DOWNLOAD_MS = 30_000;

/** The files of a folder. */
export async function listFolder(api: Pick<Api, 'json'>, path: string): Promise<readonly FileView[]> {
  try {
    return (await api.json('GET', `/files/browse?path=${encodeURIComponent(path)}`)) as readonly FileView[];
  } catch (error) {
    throw error instanceof ApiError && error.status === 404 ? missing(path) : error;
  }
}

/** All files below a folder, each folder before those in it. */
export async function listBelow(api: Pick<Api, 'json'>, path: string): Promise<readonly FileBelow[]> {
  const files: FileBelow[] = [];
  const list = async (folder: string, way: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX || files.length > FILES_MAX)
      throw new StartError(`${path} has too many files or folders: a link in it may lead in a circle`);
    for (const file of await listFolder(api, folder)) {
      const name = basename(file.path);
      if (name === '' || name === '.' || name === '..') continue;
      files.push({ ...file, way: join(way, name) });
      if (isFolder(file)) await list(`${folder}/${name}`, join(way, name), depth + 1);
    }
  };
  await list(path, '', 0);
  return files;
}

export function isFolder({ mode }: FileView): boolean {
  return mode.startsWith('d');
}

/** Writes the bytes of a file where they belong. */
export type Save = (bytes: NodeJS.ReadableStream) => Promise<void>;

/** A folder that cannot be downloaded as a file. */
export class IsFolder extends StartError {}

/** Downloads files of an agent over one connection, which the caller closes. */
export class Downloads {
  private readonly client: HttpClient;

  constructor(private readonly agent: AgentTarget) {
    this.client = new HttpClient({ tls: trustOf(agent) });
  }

  async save(file: string, save: Save): Promise<void> {
    const { url, hostname } = this.agent;
    const headers = authorizationOf(this.agent);
    const page = `${url}/files/download?path=${encodeURIComponent(file)}`;
    const answer = await this.client
      .stream({ url: page, headers, timeoutMs: DOWNLOAD_MS })
      .catch((error: unknown) => {
        throw new StartError(`The agent on ${hostname} cannot be reached at ${url} (${errorText(error)})`);
      });
    if (answer.status === 404) throw missing(file);
    if (answer.status === 200) return await save(answer.body);
    let reason = '';
    for await (const chunk of answer.body) reason += String(chunk);
    if (answer.status === 400 && reason.includes('a directory')) throw new IsFolder(`${file} is a folder`);
    throw new StartError(`The agent on ${hostname} answered ${answer.status} for ${file}: ${reason.trim()}`);
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

function missing(path: string): StartError {
  return new StartError(`The agent does not have ${path}`);
}

/** The place for a file of this name: in a folder that is there, or the path itself. */
export function placeFor(path: string, name: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, name) : path;
}

/** Saves a file under a path of this machine. */
export function savedFile(path: string): Save {
  return async (bytes) => {
    const isOther = lstatSync(path, { throwIfNoEntry: false })?.isFile() === false;
    // A device, a pipe or a link is written to, and stays what it is.
    const written = isOther ? path : join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    try {
      // A part that is there was left by a process that died, or is a link that somebody else has put there.
      if (!isOther) rmSync(written, { force: true });
      await pipeline(bytes, createWriteStream(written, { flags: isOther ? 'w' : 'wx' }));
      if (!isOther) renameSync(written, path);
    } catch (error) {
      if (!isOther) rmSync(written, { force: true });
      throw new StartError(`${path} could not be written: ${reasonOf(error)}`);
    }
  };
}

/** Copies a folder of an agent. Links, pipes and devices are left out, and told. */
export async function copyFolder(
  { api, downloads }: { readonly api: Pick<Api, 'json'>; readonly downloads: Downloads },
  { from, to }: { readonly from: string; readonly to: string },
  leftOut: (way: string) => void,
): Promise<number> {
  const files = await listBelow(api, from);
  createFolder(to);
  let count = 0;
  for (const file of files) {
    if (isFolder(file)) createFolder(join(to, file.way));
    else if (file.mode.startsWith('-')) {
      await downloads.save(`${from}/${file.way}`, savedFile(join(to, file.way)));
      count += 1;
    } else leftOut(file.way);
  }
  return count;
}

/** The permissions of a folder that is copied. */
const FOLDER = 0o755;

function createFolder(path: string): void {
  try {
    makeFolder(path, FOLDER);
  } catch (error) {
    throw new StartError(`${path} could not be made: ${reasonOf(error)}`);
  }
}

/** The reason of the system without the path, which may be that of a part. */
function reasonOf(error: unknown): string {
  return errorText(error).replace(/, \w+ '.*$/, '');
}

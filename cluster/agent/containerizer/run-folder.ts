/**
 * The run folder of a container, `containers/ID` in `--runtime_dir`: what is known of it that outlives the agent.
 *
 * Nothing here is worth keeping over a reboot, so nothing is synced. Files are written under another name first, so that
 * none is half there after a kill -9.
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../runtime/files/make-folder';
import { replaceFile } from '../../runtime/files/replace-file';
import type { ContainerSpec, Limitation, Termination } from '../core/state/container-spec';

const CONTAINERS = 'containers';

/** The folder of a container; that of a nested one is in its parent's. */
export function runFolder(runtimeDir: string, containerId: string): string {
  return join(runtimeDir, ...containerId.split('.').flatMap((id) => [CONTAINERS, id]));
}

/** The ids of all containers that have a folder, parents first. */
export function containerIds(runtimeDir: string, parent?: string): string[] {
  const folder = join(parent === undefined ? runtimeDir : runFolder(runtimeDir, parent), CONTAINERS);
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const folders = entries.filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => {
    const id = parent === undefined ? name : `${parent}.${name}`;
    return [id, ...containerIds(runtimeDir, id)];
  });
}

/** The files of a run folder that are JSON. */
interface Records {
  /** The container as it was asked for; written before anything is made. */
  spec: ContainerSpec;
  /** The whole environment of the program; written before its start when isolators have added to it. */
  environment: Readonly<Record<string, string>>;
  /** The limit it went beyond; written before it is killed for it. */
  limitation: Limitation;
  /** How it ended; written when everything is cleaned up. */
  termination: Termination;
}

export function writeRecord<K extends keyof Records>(folder: string, name: K, record: Records[K]): void {
  replaceFile(join(folder, `${name}.json`), JSON.stringify(record, withInfinity));
}

/** Notes that URIs are fetched, and that no program has run yet. */
export function markFetching(folder: string): void {
  writeFileSync(fetchingMark(folder), '', { mode: 0o600 });
}

export function unmarkFetching(folder: string): void {
  rmSync(fetchingMark(folder), { force: true });
}

export function isFetching(folder: string): boolean {
  return existsSync(fetchingMark(folder));
}

function fetchingMark(folder: string): string {
  return join(folder, 'fetching');
}

/** A file of a run folder; undefined when it is missing or damaged. */
export function readRecord<K extends keyof Records>(folder: string, name: K): Records[K] | undefined {
  try {
    const text = readFileSync(join(folder, `${name}.json`), 'utf8');
    return JSON.parse(text, readInfinity) as Records[K];
  } catch {
    return undefined;
  }
}

const INFINITY = 'Infinity';

/** JSON has no Infinity, which limits may be. */
function withInfinity(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? { [INFINITY]: true } : value;
}

function readInfinity(_key: string, value: unknown): unknown {
  const isInfinity = value !== null && typeof value === 'object' && INFINITY in value;
  return isInfinity ? Number.POSITIVE_INFINITY : value;
}

/** Makes the folder of a container. Rejects when there is one already, and leaves none that is half made. */
export async function makeRunFolder(folder: string, spec: ContainerSpec): Promise<void> {
  if (existsSync(folder)) throw new Error(`Container '${spec.containerId}' has already been launched`);
  try {
    makeFolder(folder);
    writeRecord(folder, 'spec', spec);
  } catch (error) {
    await removeRunFolder(folder);
    throw error;
  }
}

/**
 * The folder in which a runtime sees the root of the file system of the container. For the agent it is empty, as the mount
 * is in another namespace.
 */
export function rootFolder(folder: string): string {
  return join(folder, 'root');
}

export async function removeRunFolder(folder: string): Promise<void> {
  // Never to be entered: if something is mounted there after all, this fails, and everything stays.
  await rmdir(rootFolder(folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  // A last file may come meanwhile: the removal is tried again then.
  await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 });
}

/**
 * True when the machine was started anew since the last call for this folder: all processes are gone then, and pids mean
 * nothing.
 */
export function isRebooted(runtimeDir: string): boolean {
  const path = join(runtimeDir, 'boot_id');
  const bootId = readText('/proc/sys/kernel/random/boot_id');
  const last = readText(path);
  if (bootId !== undefined && bootId !== last) replaceFile(path, bootId);
  return last !== undefined && bootId !== last;
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * The work folder on disk, with the configuration, the pid file and the sockets, and its lock.
 *
 * One load balancer has the folder at a time; HAProxy may serve on in it without one.
 *
 * Always true: a file that belongs to another user is not read, and nobody else can write into the folder.
 */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errorText } from '../../cluster/model/error-text';
import { makeFolder } from '../../cluster/runtime/files/make-folder';
import { StartError } from '../../cluster/runtime/lifecycle';
import { isAlive, printProcess, readProcess } from '../../cluster/runtime/process-start';
import { APP_MAP, HOST_MAP } from '../core/render/maps';

/** A unix socket's path may have 107 bytes, and HAProxy binds it under a longer name first. */
const SOCKET_PATH_MAX_BYTES = 86;

/** Other programs may read the configuration. */
const CONFIG_FOLDER = 0o755;

export interface WorkFolder {
  readonly path: string;
  readonly config: string;
  readonly hostMap: string;
  readonly appMap: string;
  /** HAProxy's server-state file for the next worker. */
  readonly stateFile: string;
  /** Folder for certificates of the environment. */
  readonly certificates: string;
  readonly pidFile: string;
  readonly masterSocket: string;
  readonly statsSocket: string;
  /** The other path of the Runtime API's socket: a reload recreates a removed socket only at another path. */
  readonly otherStatsSocket: string;
  /** The record for the next load balancer. */
  readonly handover: string;
  /** Named pipes for HAProxy's standard output and standard error. */
  readonly outputs: { readonly log: string; readonly errors: string };
  /** Recreates the folder and its lock when they were removed. */
  ensure(): void;
  /** Releases the lock. */
  release(): void;
  /** Removes HAProxy's sockets and pipes after its end. */
  clear(): void;
}

/** Makes and locks the folder. Fails when a running process has it or when it belongs to another user. */
export function openWorkFolder(path: string, configPath: string | undefined): WorkFolder {
  const folder = resolve(path);
  const config = configPath === undefined ? join(folder, 'haproxy.cfg') : resolve(configPath);
  const lock = join(folder, 'lb.lock');
  try {
    makePrivate(folder);
    makeFolder(dirname(config), CONFIG_FOLDER);
    takeLock(lock);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The load balancer cannot write to ${folder}: ${errorText(error)}. Name another folder with --work-dir.`,
    );
  }
  const sockets = socketFolder(folder);
  const inSockets = (name: string): string => join(sockets, name);
  const files = {
    stateFile: inSockets('server-state'),
    masterSocket: inSockets('haproxy-master.sock'),
    statsSocket: inSockets('haproxy.sock'),
    otherStatsSocket: inSockets('haproxy2.sock'),
  };
  const outputs = { log: join(folder, 'haproxy-log.pipe'), errors: join(folder, 'haproxy-errors.pipe') };
  const pidFile = join(folder, 'haproxy.pid');
  return {
    path: folder,
    config,
    hostMap: join(dirname(config), HOST_MAP),
    appMap: join(dirname(config), APP_MAP),
    certificates: join(folder, 'certificates'),
    pidFile,
    handover: join(folder, 'memory.json'),
    outputs,
    ...files,
    ensure: () => {
      if (!existsSync(sockets)) socketFolder(folder);
      if (existsSync(lock)) return;
      makePrivate(folder);
      makeFolder(dirname(config), CONFIG_FOLDER);
      if (sockets !== folder) makePrivate(sockets);
      takeLock(lock);
    },
    release: () => rmSync(lock, { force: true }),
    clear: () => {
      const all = [...Object.values(files), ...Object.values(outputs), pidFile];
      for (const file of all) rmSync(file, { force: true });
      if (sockets !== folder) rmSync(sockets, { recursive: true, force: true });
    },
  };
}

/** Makes a folder that only this user can write to. Fails when it belongs to another user. */
function makePrivate(folder: string): void {
  makeFolder(folder);
  const { uid, mode } = statSync(folder);
  if (!isOwner(uid)) {
    throw new StartError(
      `The load balancer's folder ${folder} belongs to another user (uid ${uid}), who could steer HAProxy there. ` +
        'Give it to this user with chown, or name another folder with --work-dir.',
    );
  }
  if ((mode & 0o022) !== 0) chmodSync(folder, mode & 0o755);
}

function isOwner(uid: number): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

/**
 * A short folder for sockets when the work folder's path is too long or has characters that HAProxy would split at. The
 * next load balancer of the work folder uses the same one.
 */
function socketFolder(folder: string): string {
  const longest = join(folder, 'haproxy-master.sock');
  if (Buffer.byteLength(longest) <= SOCKET_PATH_MAX_BYTES && !/[,@\s"'\\#]/.test(longest)) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const short = join(tmpdir(), `meseta-lb-${process.geteuid?.() ?? 0}-${name}`);
  if (lstatSync(short, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new StartError(`${short} is a link: remove it, or name a shorter folder with --work-dir.`);
  makePrivate(short);
  return short;
}

/** Takes the lock, which names its process by id, start time and boot, so that a reused id is noticed. */
function takeLock(lock: string): void {
  const ours = `${lock}.${process.pid}`;
  try {
    for (;;) {
      writeFileSync(ours, printProcess(process.pid), { mode: 0o600 });
      try {
        // A link makes the lock appear with its text, or not at all.
        linkSync(ours, lock);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        removeStale(lock);
      }
    }
  } finally {
    rmSync(ours, { force: true });
  }
}

/** Removes the lock of a process that is gone; fails when the process runs. */
function removeStale(lock: string): void {
  const text = readText(lock);
  refuseLiving(lock, text);
  const aside = `${lock}.stale`;
  rmSync(aside, { force: true });
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  // Another load balancer may have replaced the stale lock meanwhile.
  const moved = readText(aside);
  if (moved !== text) {
    renameSync(aside, lock);
    refuseLiving(lock, moved);
  }
  rmSync(aside, { force: true });
}

function refuseLiving(lock: string, text: string): void {
  const owner = readProcess(text);
  if (owner !== undefined && isAlive(owner)) {
    throw new StartError(
      `The load balancer's folder ${dirname(lock)} is in use by process ${owner.pid}. ` +
        'Stop that process, or name another folder with --work-dir.',
    );
  }
}

/** The text of a file of this user or root that is no link; empty for other files. */
export function readOwnText(path: string): string {
  try {
    const stats = lstatSync(path);
    const trusted = stats.isFile() && (isOwner(stats.uid) || stats.uid === 0);
    return trusted ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

/** The text of a file; empty when it cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Replaces a file atomically when its text changes. Returns false when it is the same. */
export function writeText(path: string, text: string): boolean {
  if (readText(path) === text) return false;
  replaceText(path, text);
  return true;
}

/** Replaces a file atomically. */
export function replaceText(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

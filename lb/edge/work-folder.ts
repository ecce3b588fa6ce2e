/**
 * The folder on disk: the configuration, the pid files and the sockets. One load balancer owns it at a time; its HAProxy
 * may serve on in it without one.
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
import { makeFolder } from '../../cluster/runtime/files/make-folder';
import { StartError } from '../../cluster/runtime/lifecycle';
import { isAlive, printProcess, readProcess } from '../../cluster/runtime/process-start';
import { APP_MAP, HOST_MAP } from '../core/maps';

/** A unix socket's path may have 107 bytes, and HAProxy binds it under a longer name first. */
const SOCKET_PATH_MAX_BYTES = 86;

/** The configuration may be where other programs read it. */
const CONFIG_FOLDER = 0o755;

export interface WorkFolder {
  readonly path: string;
  readonly config: string;
  readonly hostMap: string;
  readonly appMap: string;
  /** Where HAProxy's verdicts on servers wait for the next worker. */
  readonly stateFile: string;
  /** For certificates that came in the environment. */
  readonly certificates: string;
  readonly pidFile: string;
  readonly masterSocket: string;
  readonly statsSocket: string;
  /** The Runtime API socket's other path: a reload makes a removed socket again only under another one. */
  readonly otherStatsSocket: string;
  /** What the next load balancer has to know of this one's HAProxy. */
  readonly handover: string;
  /** Pipes that HAProxy writes its log lines and complaints to. */
  readonly outputs: { readonly log: string; readonly errors: string };
  /** Makes the folder and its lock again when somebody removed them. */
  ensure(): void;
  /** Gives the folder free. */
  release(): void;
  /** Removes HAProxy's sockets and pipes, once it is gone. */
  clear(): void;
}

/** Makes and takes the folder. Fails when a living process has it or when it is another user's. */
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
      `The load balancer cannot write to ${folder}: ${(error as Error).message}. Name another folder with --work-dir.`,
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

/** Makes a folder that only this user may write to. Fails when it is another user's. */
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
 * A short folder for sockets when the work folder's path is too long, or has characters HAProxy would take apart. The
 * next load balancer of the work folder finds the same one.
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

/** The lock names the process that has the folder by id, start and boot, so that a reused id is not taken for it. */
function takeLock(lock: string): void {
  const ours = `${lock}.${process.pid}`;
  try {
    for (;;) {
      writeFileSync(ours, printProcess(process.pid), { mode: 0o600 });
      try {
        // The lock is there with its text, or not at all.
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

/** Removes the lock of a process that is gone; fails when it lives. */
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
  // Another one may have removed the stale lock and made its own meanwhile.
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

/** The text of a file that this user (or root) owns and that is no link; nothing for others. */
export function readOwnText(path: string): string {
  try {
    const stats = lstatSync(path);
    const trusted = stats.isFile() && (isOwner(stats.uid) || stats.uid === 0);
    return trusted ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

/** The text of a file, or nothing. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Replaces a file in one move, and only when its text changes. Returns whether it did. */
export function writeText(path: string, text: string): boolean {
  if (readText(path) === text) return false;
  replaceText(path, text);
  return true;
}

/** Replaces a file in one move. */
export function replaceText(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

/**
 * The folder on disk: the configuration, the pid files and the sockets. One load balancer owns it at a time.
 */

import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StartError } from '../../cluster/runtime/lifecycle';
import { APP_MAP, HOST_MAP } from '../core/maps';
import { startedAt } from './processes';

/** A unix socket's path may have 107 bytes, and HAProxy binds it under a longer name first. */
const SOCKET_PATH_MAX_BYTES = 88;

export interface WorkFolder {
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
  /** Gives the folder free and removes the sockets. */
  release(): void;
}

/** Makes and takes the folder. Fails when a living process has it. */
export function openWorkFolder(path: string, configPath: string | undefined): WorkFolder {
  const folder = resolve(path);
  const config = configPath === undefined ? join(folder, 'haproxy.cfg') : resolve(configPath);
  const lock = join(folder, 'lb.lock');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(dirname(config), { recursive: true });
    takeLock(lock);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The load balancer cannot write to ${folder}: ${(error as Error).message}. Name another folder with --work-dir.`,
    );
  }
  const temporary = socketFolder(folder);
  const sockets = temporary ?? folder;
  const masterSocket = join(sockets, 'haproxy-master.sock');
  const statsSocket = join(sockets, 'haproxy.sock');
  const release = (): void => {
    for (const file of [masterSocket, statsSocket, join(sockets, 'server-state'), lock])
      rmSync(file, { force: true });
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  return {
    config,
    hostMap: join(dirname(config), HOST_MAP),
    appMap: join(dirname(config), APP_MAP),
    stateFile: join(sockets, 'server-state'),
    certificates: join(folder, 'certificates'),
    pidFile: join(folder, 'haproxy.pid'),
    masterSocket,
    statsSocket,
    release,
  };
}

/** A short folder for sockets when the work folder's path is too long, or has characters HAProxy would take apart. */
function socketFolder(folder: string): string | undefined {
  const longest = join(folder, 'haproxy-master.sock');
  if (Buffer.byteLength(longest) <= SOCKET_PATH_MAX_BYTES && !/[,@\s]/.test(longest)) return undefined;
  return mkdtempSync(join(tmpdir(), 'meseta-lb-'));
}

/** The lock says who has the folder: process id and when that process began, so that a reused id is not taken for it. */
function takeLock(lock: string): void {
  const [pid, since] = readText(lock).split(' ');
  const owner = Number(pid);
  if (owner > 0 && since !== undefined && startedAt(owner) === since.trim()) {
    throw new StartError(
      `The load balancer's folder ${dirname(lock)} is in use by process ${owner}. ` +
        'Stop that process, or name another folder with --work-dir.',
    );
  }
  writeFileSync(lock, `${process.pid} ${startedAt(process.pid) ?? ''}\n`, { mode: 0o600 });
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

/**
 * Finds the haproxy program, its version and its capabilities.
 */

import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { StartError } from '../../cluster/runtime/lifecycle';
import type { Capabilities } from '../core/reload/decide-reload';

export interface HaproxyProgram {
  readonly path: string;
  /** Such as `2.6.12-1+deb12u4`. */
  readonly version: string;
  readonly prometheus: boolean;
  readonly capabilities: Capabilities;
}

const INSTALL = 'install it with: apt-get install haproxy, or name it with --haproxy';
/** The first version with `option idle-close-on-response` and with `host,field` in all places that our templates use. */
const VERSION_MIN = [2, 4] as const;

/** Finds haproxy by its flag, or on PATH and in the usual folders. */
export async function findHaproxy(flag: string | undefined): Promise<HaproxyProgram> {
  const path = flag ?? search(process.env['PATH'] ?? '');
  if (path === undefined) throw new StartError(`HAProxy was not found on PATH; ${INSTALL}.`);
  const about = await describe(path);
  const version = /version (\S+)/i.exec(about)?.[1];
  if (version === undefined) throw new StartError(`${path} is not HAProxy; ${INSTALL}.`);
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) {
    throw new StartError(
      `${path} is HAProxy ${version}; ${VERSION_MIN.join('.')} or newer is needed. Name another with --haproxy.`,
    );
  }
  const since = (wanted: number): boolean => major > 2 || (major === 2 && minor >= wanted);
  const capabilities = { servers: since(6), maps: since(4) };
  return { path, version, prometheus: /prometheus-exporter/.test(about), capabilities };
}

async function describe(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-vv'], { timeout: 10_000 });
    return stdout;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new StartError(`HAProxy was not found at ${path}; ${INSTALL}.`);
    throw new StartError(`HAProxy at ${path} cannot be run: ${message}`);
  }
}

function search(path: string): string | undefined {
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter(Boolean);
  return folders.map((folder) => join(folder, 'haproxy')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The connections that the limit of open files allows: each takes two files, health checks and listeners some. */
export function connectionsFor(wanted: number): number {
  const limits = readLimits();
  const files = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? 4096);
  return Math.max(100, Math.min(wanted, Math.floor(files * 0.4)));
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

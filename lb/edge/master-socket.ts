/**
 * HAProxy's master CLI on its unix socket: the list of processes, and single commands.
 */

import { connect } from 'node:net';
import type { ProbeResult } from '../core/events';

/** The processes in the answer to `show proc`. */
export interface ProcessList {
  readonly master: number;
  readonly reloads: number;
  /** Reloads that failed since the last one that worked. */
  readonly failed: number;
  /** The worker that serves; undefined while there is none. */
  readonly worker: number | undefined;
  /** Version of the worker's program; the master's while there is no worker. */
  readonly version: string;
  /** Workers of earlier reloads that finish their connections. */
  readonly old: readonly number[];
}

/** Sends one command and reads the whole answer. */
export function askSocket(path: string, command: string, timeoutMs = 2000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer from ${path}`)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.end(`${command}\n`);
  });
}

/** Sends a command whose answer has a known form, to test the socket. */
export async function probeSocket(path: string, command: string, form: RegExp): Promise<ProbeResult> {
  try {
    return form.test(await askSocket(path, command)) ? 'answers' : 'silent';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(code) ? 'gone' : 'silent';
  }
}

/** Reads the answer to `show proc`. Returns undefined when it is none. */
export function readProcessList(text: string): ProcessList | undefined {
  let part = '';
  let master: { pid: number; reloads: number; failed: number } | undefined;
  let version = '';
  const workers: number[] = [];
  const old: number[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) part = line;
    const row = /^(\d+)\s+(master|worker)\s+(\d+)(?:\s+\[failed: (\d+)\])?/.exec(line);
    if (!row) continue;
    const pid = Number(row[1]);
    if (!part.startsWith('# old')) version = line.trim().split(/\s+/).at(-1) ?? '';
    if (row[2] === 'master') master = { pid, reloads: Number(row[3]), failed: Number(row[4] ?? 0) };
    else (part.startsWith('# old') ? old : workers).push(pid);
  }
  if (!master) return undefined;
  return {
    master: master.pid,
    reloads: master.reloads,
    failed: master.failed,
    worker: workers[0],
    version,
    old,
  };
}

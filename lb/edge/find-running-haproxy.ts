/**
 * Finds the HAProxy of this work folder that an earlier load balancer left running.
 *
 * Always true: only a process that is ours (`processes.ts`) is adopted. The pid file and the sockets only choose among
 * those.
 */

import { existsSync } from 'node:fs';
import { isAlive, readProcess, startedAt } from '../../cluster/runtime/process-start';
import type { SearchResult } from '../core/events';
import { askSocket, readProcessList } from './master-socket';
import { haproxyMasters } from './processes';
import { readOwnText, type WorkFolder } from './work-folder';

/** The HAProxy to adopt and the others of the folder (which only a fault can leave), or the reason why there is none. */
export async function findRunning(folder: WorkFolder): Promise<{ finding: SearchResult; others: number[] }> {
  const masters = haproxyMasters(folder.config);
  const pid = await chooseMaster(folder, masters);
  if (pid !== undefined)
    return { finding: { kind: 'serving', pid }, others: masters.filter((p) => p !== pid) };
  const previous = readOwnText(folder.config) !== '';
  return { finding: { kind: 'none', previous, why: whyNone(folder) }, others: [] };
}

/** The master that answers on our socket; else the one of the pid file; else the only one. */
async function chooseMaster(folder: WorkFolder, masters: readonly number[]): Promise<number | undefined> {
  if (masters.length === 0) return undefined;
  const answer = await askSocket(folder.masterSocket, 'show proc').catch(() => '');
  const answering = readProcessList(answer)?.master;
  if (answering !== undefined && masters.includes(answering)) return answering;
  const named = readProcess(readOwnText(folder.pidFile));
  return named !== undefined && masters.includes(named.pid) && isAlive(named) ? named.pid : masters[0];
}

function whyNone({ pidFile, config }: WorkFolder): string {
  const pid = readProcess(readOwnText(pidFile))?.pid;
  if (pid === undefined) return '';
  const other = startedAt(pid) === undefined ? 'is gone' : `is another process than the HAProxy of ${config}`;
  return existsSync(pidFile) ? `process ${pid} of ${pidFile} ${other}; a HAProxy is started` : '';
}

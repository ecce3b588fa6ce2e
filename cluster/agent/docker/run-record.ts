/**
 * The first process of a Docker container, in `docker.json` of its run folder: while the engine is away, it is all that is
 * known of the container.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../runtime/files/replace-file';
import { startTime } from '../../runtime/processes';

export interface RunRecord {
  /** Undefined for a container that had ended when it was first seen. */
  readonly pid: number | undefined;
  /** By which the process is known from a later one with its pid. */
  readonly startedAt: number | undefined;
  /** True once it was killed without the engine. */
  readonly isKilled?: boolean;
}

export function recordOf(pid: number | undefined): RunRecord {
  return { pid, startedAt: pid === undefined ? undefined : startTime(pid) };
}

export function writeRun(folder: string, record: RunRecord): void {
  replaceFile(join(folder, 'docker.json'), JSON.stringify(record));
}

/** Undefined for a container that was not seen as started. */
export function readRun(folder: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'docker.json'), 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}

/** Notes that the process is killed, before it is. */
export function noteKill(folder: string): void {
  const record = readRun(folder);
  if (record) writeRun(folder, { ...record, isKilled: true });
}

/** The pid of the process; undefined once it has ended. */
export function livePid(record: RunRecord | undefined): number | undefined {
  const { pid, startedAt } = record ?? {};
  return pid !== undefined && startedAt !== undefined && startTime(pid) === startedAt ? pid : undefined;
}

/**
 * The first process of a container of the runtime, whose namespaces others may join.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in a run folder into which the runtime writes the pid. */
export function pidFile(folder: string): string {
  return join(folder, 'pid');
}

/** The pid on the host; undefined where the runtime has not started a container. */
export function processOf(folder: string): number | undefined {
  const path = pidFile(folder);
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
}

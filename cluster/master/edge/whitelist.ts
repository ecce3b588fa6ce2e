/**
 * The file of `--whitelist`. It is read every few seconds, as in the original, so that operators can change it while
 * the master runs.
 */

import { readFile } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock';
import type { Logger } from '../../runtime/log';

const LOOK_MS = 5000;

export interface WhitelistOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with the hosts after each change; undefined means that every host is allowed. */
  readonly changed: (hosts: readonly string[] | undefined) => void;
}

/** Reads the file now and every few seconds. A file that cannot be read changes nothing. The result stops it. */
export async function watchWhitelist({ path, clock, log, changed }: WhitelistOptions): Promise<() => void> {
  let last: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const text = await readFile(path, 'utf8');
      if (text === last) return;
      last = text;
      changed(hostsIn(text));
    } catch (error) {
      log.warn(
        { path, error: (error as Error).message },
        'the file of --whitelist cannot be read; the hosts stay as they were',
      );
    }
  };
  await look();
  return repeat(clock, look);
}

function repeat(clock: Clock, look: () => Promise<void>): () => void {
  let isStopped = false;
  let cancel = (): void => undefined;
  const next = (): void => {
    if (isStopped) return;
    cancel = clock.wakeAt(clock.now() + LOOK_MS, () => void look().then(next));
  };
  next();
  return () => {
    isStopped = true;
    cancel();
  };
}

/** The hosts of a whitelist file, one a line; undefined for a single `*`, which is every host. */
export function hostsIn(text: string): readonly string[] | undefined {
  const hosts = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return hosts.length === 1 && hosts[0] === '*' ? undefined : hosts;
}

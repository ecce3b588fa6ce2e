/**
 * The file of `--whitelist`: looked at again and again, as in the original, so that it can be changed while
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
  /** Told of each change; undefined means that every host is allowed. */
  readonly changed: (hosts: readonly string[] | undefined) => void;
}

/** Looks now and every few seconds, until it is stopped. What cannot be read changes nothing. */
export async function watchWhitelist({ path, clock, log, changed }: WhitelistOptions): Promise<() => void> {
  let last: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const text = await readFile(path, 'utf8');
      if (text === last) return;
      last = text;
      changed(hostsIn(text));
    } catch (error) {
      log.warn({ path, error: (error as Error).message }, 'the whitelist cannot be read');
    }
  };
  await look();
  return repeat(clock, look);
}

function repeat(clock: Clock, look: () => Promise<void>): () => void {
  let isStopped = false;
  let callOff = (): void => undefined;
  const next = (): void => {
    if (isStopped) return;
    callOff = clock.wakeAt(clock.now() + LOOK_MS, () => void look().then(next));
  };
  next();
  return () => {
    isStopped = true;
    callOff();
  };
}

/** One host a line. `*` alone is every host. */
export function hostsIn(text: string): readonly string[] | undefined {
  const hosts = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return hosts.length === 1 && hosts[0] === '*' ? undefined : hosts;
}

/** Runs of programs whose output must be the same everywhere. */

import { execFileSync } from 'node:child_process';

/** The environment in which one tree makes one archive. `epoch` is in seconds. */
export function reproducible(epoch) {
  return { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C', TZ: 'UTC' };
}

/** Runs a program, and fails with what it said. Returns its output. */
export function run(program, args, options = {}) {
  try {
    return execFileSync(program, args, {
      encoding: 'buffer',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new Error(`${program} is not there: install it (apt-get install ${program})`);
    throw new Error(`${program} ${args.join(' ')}: ${String(error.stderr ?? error.message).trim()}`);
  }
}

/**
 * The ids of the machine's users by their names.
 */

import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The ids of a user; undefined when it is our own, or when we are not root and cannot change it. Rejects for
 * an unknown user.
 */
export async function identityOf(user: string | undefined): Promise<Identity | undefined> {
  if (user === undefined || user === '' || user === userInfo().username) return undefined;
  if (process.getuid?.() !== 0) return undefined;
  try {
    const ask = async (flag: string): Promise<number> =>
      Number((await promisify(execFile)('id', [flag, '--', user])).stdout);
    return { uid: await ask('-u'), gid: await ask('-g') };
  } catch {
    throw new Error(`Failed to get user information for '${user}': no such user on this agent`);
  }
}

/**
 * The ids of the machine's users by their names.
 */

import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** The supplementary groups, with the group itself. */
  readonly groups: readonly number[];
}

/** Time for which an answer is used again, so that many tasks of a user do not ask as often. */
const FRESH_MS = 5000;
const answers = new Map<string, { readonly until: number; readonly identity: Promise<Identity> }>();

/**
 * The ids of a user; undefined when it is our own, or when we are not root and cannot change it. Rejects for
 * an unknown user.
 */
export async function identityOf(user: string | undefined): Promise<Identity | undefined> {
  if (user === undefined || user === '' || user === userInfo().username) return undefined;
  if (process.getuid?.() !== 0) return undefined;
  const answer = answers.get(user);
  if (answer && answer.until > Date.now()) return await answer.identity;
  const identity = askIdentity(user);
  answers.set(user, { until: Date.now() + FRESH_MS, identity });
  identity.catch(() => answers.delete(user));
  return await identity;
}

async function askIdentity(user: string): Promise<Identity> {
  const ask = async (flag: string): Promise<number[]> =>
    (await promisify(execFile)('id', [flag, '--', user])).stdout.trim().split(' ').map(Number);
  try {
    const [[uid = 0], [gid = 0], groups] = await Promise.all([ask('-u'), ask('-g'), ask('-G')]);
    return { uid, gid, groups };
  } catch {
    throw new Error(`Failed to get user information for '${user}': no such user on this agent`);
  }
}

/**
 * Checks at its opening that a store has all commits that it acknowledged.
 *
 * In: the digest of the contents, the commit that the contents name as their last, the commit file.
 */

import type { CommitFileContents, CommitPoint } from './commit-file';
import type { Digest } from './digest';

/** The last commit, as the store's own contents name it. */
export interface LastCommit extends CommitPoint {
  /** The digest of the contents before that commit. */
  readonly previous: Digest;
}

export interface IntegrityInput {
  /** The digest of the contents. */
  readonly digest: Digest;
  readonly isEmpty: boolean;
  /** The last commit; undefined in an empty store, and in one of a version that did not count commits. */
  readonly last: LastCommit | undefined;
  readonly file: CommitFileContents;
}

export type Integrity =
  /** The store is complete; `notice` is a sentence for the log. */
  | { readonly ok: true; readonly notice?: string }
  /** Something is missing or was changed; `why` is a clause without a full stop. */
  | { readonly ok: false; readonly why: string };

/** The last commit of contents that name none: the one of the commit file, which was made from these contents. */
function uncounted({ commits, digest }: CommitPoint): LastCommit {
  return commits === 0 ? { commits, digest, previous: digest } : { commits: 0, digest: 0n, previous: 0n };
}

/**
 * Compares contents and commit file. A commit that was stored but not acknowledged before a crash is
 * accepted.
 */
export function checkIntegrity(evidence: IntegrityInput): Integrity {
  const { digest, isEmpty, file } = evidence;
  if (evidence.last === undefined && file.isNew) {
    return isEmpty ? { ok: true } : { ok: true, notice: UNCOUNTED };
  }
  if (file.last === undefined || file.isNew) {
    const state = file.isNew ? 'is missing' : 'is damaged';
    return { ok: false, why: `the file COMMITS ${state}, so that nothing vouches for the other files` };
  }
  const last = evidence.last ?? uncounted(file.last);
  const lost = file.last.commits - last.commits;
  if (lost > 0) return { ok: false, why: missing(lost, file.last.commits) };
  if (digest !== last.digest) return { ok: false, why: 'the contents are not those of the last commit' };
  if (lost < -1) return { ok: false, why: 'the file COMMITS is older than the other files' };
  const confirmed = lost === 0 ? last.digest : last.previous;
  if (confirmed !== file.last.digest) {
    return { ok: false, why: 'the file COMMITS and the other files are of different stores' };
  }
  return noticeOf(evidence, lost, last.commits);
}

const UNCOUNTED = 'the store is of a version that did not count its commits; they are counted from now on';

function noticeOf({ file }: IntegrityInput, lost: number, commits: number): Integrity {
  if (lost === -1) {
    return {
      ok: true,
      notice: 'the last commit was stored before a crash and acknowledged by nobody; it is taken',
    };
  }
  if ((file.begun ?? 0) > commits) {
    return {
      ok: true,
      notice: 'a commit that a crash cut short is left out; nobody was told that it had been stored',
    };
  }
  if (file.isTorn) return { ok: true, notice: 'the file COMMITS had a damaged slot; the other one is whole' };
  return { ok: true };
}

function missing(lost: number, commits: number): string {
  return `${lost === 1 ? '1 acknowledged commit is' : `${lost} acknowledged commits are`} missing of ${commits}`;
}

/** The owners of a job as mail addresses. */

/** One address without a display name. Blanks, quotes, brackets and control characters would change the header. */
const ADDRESS = /^[^\s@<>"(),:;\\[\]\p{Cc}]+@[^\s@<>"(),:;\\\p{Cc}]+$/u;

export interface Owners {
  readonly addresses: readonly string[];
  /** Entries that are no mail addresses. */
  readonly others: readonly string[];
}

/** Reads `owner`: entries with commas between them. Repetitions and empty entries are left out. */
export function readOwners(owner: string): Owners {
  const entries = [...new Set(owner.split(',').map((entry) => entry.trim()))].filter(Boolean);
  return {
    addresses: entries.filter((entry) => ADDRESS.test(entry)),
    others: entries.filter((entry) => !ADDRESS.test(entry)),
  };
}

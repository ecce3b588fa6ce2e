/** Rules about the ids of apps, pods and groups, wherever in a request they come from (`PathId`). */

import type { Finding } from './violations';

/** The names of directories of tasks, which have the id of the app and 60 further characters, end at 255. */
export const ID_MAX = 190;

const WORD = '([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])';
const PART = new RegExp(`^(${WORD}\\.)*${WORD}$`);

/** An id in a URL has not been read as one in a body has, so its form is checked here. */
export function idFindings(id: string, path: string): Finding[] {
  if (id.length > ID_MAX) {
    const error = `must have at most ${ID_MAX} characters, not ${id.length}: agents name directories after tasks`;
    return [{ path, error }];
  }
  const parts = id.split('/').filter(Boolean);
  if (parts.every((part) => PART.test(part))) return [];
  return [{ path, error: `must fully match regular expression '${PART.source}'` }];
}

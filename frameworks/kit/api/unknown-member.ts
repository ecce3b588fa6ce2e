/** Members of a request that have no effect: they are ignored, and a hint points out typing errors. */

import { nearest } from '../../../cluster/model/nearest';

export interface UnknownMember {
  readonly path: string;
  /** The names that have an effect at this place. */
  readonly memberNames: readonly string[];
  /** The fault of a member whose name has an effect. */
  readonly hint?: string;
}

/** The hint about an unknown member, with the nearest name that has an effect if there is one. */
export function hintFor({ path, memberNames, hint }: UnknownMember): string {
  if (hint !== undefined) return `${path} ${hint}`;
  const cut = path.lastIndexOf('/');
  const [near] = nearest(path.slice(cut + 1), memberNames, 1);
  return near === undefined
    ? `unknown field ${path}`
    : `unknown field ${path}; did you mean ${path.slice(0, cut)}/${near}?`;
}

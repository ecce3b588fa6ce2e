/**
 * Access control lists of frameworks: rules that allow principals actions on apps, pods and groups by path, on jobs by name,
 * and on parts of the framework.
 *
 * Always true: an action that no rule allows is refused; a path reaches as far as its segments, so `/team` is not `/team2`.
 */

import { z } from 'zod';
import { errorText } from '../../../../cluster/model/error-text';
import { document } from '../../../../cluster/runtime/config/flags';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { ACTIONS, type Authorizer, type Resource, SYSTEM_KINDS } from './authorizer';

export const aclsFlag = document({
  help: 'who may do what, as JSON: {"rules": [{"principals", "actions", "paths", "jobs", "system"}]}; in place, /PATH or file://PATH',
});

const ALL = '*';
const PATH = /^\/([^/]+(\/[^/]+)*)?$/;
const list = <T extends z.ZodType>(member: T) => z.array(member).min(1);

const RULE = z
  .strictObject({
    /** Names of senders; `*` is everybody who is known. */
    principals: list(z.string().min(1)),
    actions: list(z.enum([...ACTIONS, ALL])),
    /** Apps, pods and groups at and below these paths. */
    paths: list(z.string().regex(PATH, 'expected a path such as /team')).optional(),
    /** Only resources of these kinds among the paths. */
    kinds: list(z.enum(['app', 'pod', 'group'])).optional(),
    /** Names of jobs; one with * at its end is the beginning of names. */
    jobs: list(
      z
        .string()
        .regex(/^[^*]*\*?$/, '* may only be at the end')
        .min(1),
    ).optional(),
    system: list(z.enum([...SYSTEM_KINDS, ALL])).optional(),
  })
  .refine(({ paths, jobs, system }) => paths ?? jobs ?? system, 'expected paths, jobs or system')
  .refine(({ kinds, paths }) => !kinds || paths, 'kinds is about paths, and there are none');

type Rule = z.infer<typeof RULE>;

const ACLS = z.strictObject({ rules: z.array(RULE) });

/** The authorizer of `--acls`; undefined without the flag. Fails with a StartError that names the rule that is wrong. */
export function readAclsFlag(text: string | undefined): Authorizer | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StartError(`--acls is not JSON: ${errorText(error)}`);
  }
  const read = ACLS.safeParse(json);
  if (!read.success) throw new StartError(`--acls: ${z.prettifyError(read.error)}`);
  return aclAuthorizer(read.data.rules);
}

/** Allows what a rule allows, and nothing else. */
export function aclAuthorizer(rules: readonly Rule[]): Authorizer {
  const byPrincipal = new Map<string, readonly Rule[]>();
  const rulesFor = (name: string): readonly Rule[] => {
    const existing = byPrincipal.get(name);
    if (existing) return existing;
    const matching = rules.filter(({ principals }) => principals.includes(name) || principals.includes(ALL));
    // Names come from credentials, and from signed tokens: there may be very many of these.
    if (byPrincipal.size >= NAMES_MAX) byPrincipal.clear();
    byPrincipal.set(name, matching);
    return matching;
  };
  return {
    isAuthorized: ({ value = '' }, action, resource) =>
      rulesFor(value).some(
        (rule) => (rule.actions.includes(action) || rule.actions.includes(ALL)) && isAbout(rule, resource),
      ),
  };
}

const NAMES_MAX = 10_000;

function isAbout(rule: Rule, { kind, path }: Resource): boolean {
  switch (kind) {
    case 'app':
    case 'pod':
    case 'group':
      return path !== undefined && (rule.kinds?.includes(kind) ?? true) && isBelowOne(rule.paths ?? [], path);
    case 'job':
      return (rule.jobs ?? []).some((name) =>
        name.endsWith(ALL) ? path?.startsWith(name.slice(0, -1)) : name === path,
      );
    default:
      return rule.system?.includes(kind) === true || rule.system?.includes(ALL) === true;
  }
}

/** True at and below one of the paths. A path that is not canonical, as with `..`, is nowhere. */
function isBelowOne(paths: readonly string[], path: string): boolean {
  if (!PATH.test(path) || /\/\.{1,2}(\/|$)/.test(path)) return false;
  return paths.some((top) => top === '/' || path === top || path.startsWith(`${top}/`));
}

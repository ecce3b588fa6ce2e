/**
 * Turns URLs into paths of routes, by the rules of libprocess (Mesos 1.11, process.cpp).
 *
 * The first part names a process; a path that names none belongs to the main one (`/state` is
 * `/master/state`). Within a process the longest known path that fits wins.
 */

export interface PathRules {
  /** The main process, such as `master`. */
  readonly main: string;
  /** The other processes that paths may begin with. */
  readonly others: readonly string[];
  /**
   * Known paths: those of the main process without its name, others with their process. Patterns have `:` and
   * `*`.
   */
  readonly known: readonly string[];
  /** Paths that nobody may use, with the process in front (`--firewall_rules`). */
  readonly disabled?: ReadonlySet<string> | undefined;
}

export interface UrlRefusal {
  readonly status: number;
  readonly text: string;
}

/** The reason why a URL is refused before it is routed, or undefined. */
export function urlRefusal(url: string, rules: PathRules): UrlRefusal | undefined {
  const { path } = split(url);
  if (!path.startsWith('/')) return { status: 400, text: "Request URL path must start with '/'" };
  if (path.includes('/..')) return { status: 404, text: '404 Not Found.' };
  const { full, bare } = named(path, rules);
  if (rules.disabled?.has(full) || rules.disabled?.has(bare)) {
    return { status: 403, text: `Endpoint '${full}' is disabled` };
  }
  return undefined;
}

/** The URL with the path of its route. One that fits no route stays as it is and is not found. */
export function routeUrl(url: string, rules: PathRules): string {
  const { path, query } = split(url);
  if (!path.startsWith('/')) return '/';
  const { bare } = named(path, rules);
  return longest(bare, rules.known) + query;
}

/** Splits a URL into path and query. Proxies send whole URLs, of which only the path counts. */
function split(url: string): { readonly path: string; readonly query: string } {
  const relative = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const from = relative.search(/[?#]/);
  const path = from < 0 ? relative : relative.slice(0, from);
  return { path: path === '' && relative !== url ? '/' : path, query: from < 0 ? '' : relative.slice(from) };
}

function named(path: string, { main, others }: PathRules): { readonly full: string; readonly bare: string } {
  const [first = '', ...rest] = path.split('/').filter((part) => part !== '');
  const process = decode(first);
  const tail = rest.map((part) => `/${part}`).join('');
  if (process === main) return { full: `/${main}${tail}`, bare: tail === '' ? '/' : tail };
  if (others.includes(process)) return { full: `/${process}${tail}`, bare: `/${process}${tail}` };
  const bare = first === '' ? '/' : `/${first}${tail}`;
  return { full: first === '' ? `/${main}` : `/${main}${bare}`, bare };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function longest(path: string, knownPaths: readonly string[]): string {
  const fits = (pattern: string): boolean => {
    const fixed = pattern.slice(0, pattern.search(/[:*]/));
    return path.startsWith(fixed);
  };
  if (knownPaths.includes(path) || knownPaths.some((candidate) => /[:*]/.test(candidate) && fits(candidate)))
    return path;
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const prefix = path.slice(0, end);
    if (knownPaths.includes(prefix)) return prefix;
  }
  return path;
}

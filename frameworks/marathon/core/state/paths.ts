/**
 * App and group ids: absolute paths such as `/prod/web`. The root is `/`.
 */

/** The parent of a path; the root is its own parent. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

/** All groups above a path, nearest first, the root last. */
export function ancestorsOf(path: string): string[] {
  const out: string[] = [];
  for (let ancestor = path; ancestor !== '/'; ) {
    ancestor = parentOf(ancestor);
    out.push(ancestor);
  }
  return out;
}

/** True when a path lies below a group (not the group itself). */
export function isBelow(path: string, group: string): boolean {
  return group === '/' ? path !== '/' : path.startsWith(`${group}/`);
}

/** `/a/b` as `a_b`, the form used in task ids. */
export function safeId(path: string): string {
  return path.split('/').filter(Boolean).join('_');
}

/** `/prod/web` as `web.prod`, the name of tasks and their discovery. */
export function dottedName(path: string): string {
  return path.split('/').filter(Boolean).reverse().join('.');
}

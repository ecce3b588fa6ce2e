/**
 * Paths of file systems as texts. Pure.
 */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** One path below another, without `.`, `..` and doubled slashes. */
export function joined(...parts: readonly string[]): string {
  const names: string[] = [];
  for (const name of parts.join('/').split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

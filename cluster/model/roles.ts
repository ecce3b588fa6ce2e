/**
 * Role names: `web`, `web/frontend`, and `*` for everybody (Mesos 1.11 src/common/roles.cpp).
 */

/** What is wrong with a role's name, in Mesos' words, or undefined. */
export function roleError(role: string): string | undefined {
  if (role === '*') return undefined;
  if (role === '') return 'Empty role name is invalid';
  if (role.startsWith('/')) return `Role '${role}' cannot start with a slash`;
  if (role.endsWith('/')) return `Role '${role}' cannot end with a slash`;
  for (const part of role.split('/')) {
    if (part === '') return `Role '${role}' cannot contain two adjacent slashes`;
    if (part === '.' || part === '..' || part === '*')
      return `Role '${role}' cannot include '${part}' as a component`;
    if (part.startsWith('-')) return `Role component '${part}' is invalid because it begins with a dash`;
    if (/[\s\b]/.test(part))
      return `Role component '${part}' is invalid because it contains whitespace or backspace`;
  }
  return undefined;
}

/** Whether a role is below another one, at any depth. */
export function isStrictSubrole(role: string, ancestor: string): boolean {
  return role.length > ancestor.length && role.startsWith(ancestor) && role[ancestor.length] === '/';
}

/** The roles above a role, nearest first: `a/b/c` has `a/b` and `a`. */
export function ancestorsOf(role: string): readonly string[] {
  const out: string[] = [];
  for (let at = role.lastIndexOf('/'); at > 0; at = role.lastIndexOf('/', at - 1))
    out.push(role.slice(0, at));
  return out;
}

/** The first component, which is what can have a quota. */
export function topRole(role: string): string {
  const slash = role.indexOf('/');
  return slash < 0 ? role : role.slice(0, slash);
}

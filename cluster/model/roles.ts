/**
 * Role names: `web`, `web/frontend`, and `*` for everybody (Mesos 1.11 src/common/roles.cpp).
 */

/** White space of ASCII, and the delete character. */
const FORBIDDEN = /[\t\n\v\f\r \x7f]/;

/** The error in a role's name, in Mesos' words, or undefined. */
export function roleError(role: string): string | undefined {
  if (role === '*') return undefined;
  if (role === '') return 'Role names cannot be the empty string';
  if (role.startsWith('/')) return `Role '${role}' cannot start with a slash`;
  if (role.endsWith('/')) return `Role '${role}' cannot end with a slash`;
  if (role.includes('//')) return `Role '${role}' cannot contain two adjacent slashes`;
  for (const part of role.split('/')) {
    if (part === '.' || part === '..' || part === '*')
      return `Role '${role}' cannot include '${part}' as a component`;
    if (part.startsWith('-')) return `Role component '${part}' is invalid because it starts with a dash`;
    if (FORBIDDEN.test(part))
      return `Role component '${part}' is invalid because it contains backspace or whitespace`;
  }
  return undefined;
}

/** True when a role is below another one, at any depth. */
export function isStrictSubrole(role: string, ancestor: string): boolean {
  return role.length > ancestor.length && role.startsWith(ancestor) && role[ancestor.length] === '/';
}

/** The roles above a role, nearest first: `a/b/c` has `a/b` and `a`. */
export function ancestorsOf(role: string): readonly string[] {
  const out: string[] = [];
  for (let slash = role.lastIndexOf('/'); slash > 0; slash = role.lastIndexOf('/', slash - 1))
    out.push(role.slice(0, slash));
  return out;
}

/** A role and its ancestors, which all count the resources of the role. */
export function lineageOf(role: string): readonly string[] {
  return role.includes('/') ? [role, ...ancestorsOf(role)] : [role];
}

/** The first component of a role, which is what can have a quota. */
export function topRole(role: string): string {
  const slash = role.indexOf('/');
  return slash < 0 ? role : role.slice(0, slash);
}

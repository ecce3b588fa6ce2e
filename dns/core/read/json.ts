/**
 * Readers for parsed JSON that somebody else wrote: none of them trusts a shape or throws.
 */

/** The value at a path of member names, or undefined when any step of it is missing. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current: unknown = value;
  for (const name of path) {
    if (!isObject(current)) return undefined;
    current = current[name];
  }
  return current;
}

/** The members of an object; none for a value that is not an object. Reading them by a written name costs next to nothing. */
export function membersOf(value: unknown): Members {
  return isObject(value) ? value : NO_MEMBERS;
}

export type Members = Readonly<Record<string, unknown>>;

const NO_MEMBERS: Members = {};

/** The value when it is a text. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value when it is a number. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The value when it is a list; else an empty list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS;
}

const NO_ITEMS: readonly unknown[] = [];

/** Parsed JSON has no members but its own under the names that are asked for here. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  return asText(valueAt(value, ...path));
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  return asNumber(valueAt(value, ...path));
}

/** The list at a path; an empty one when there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  return asList(valueAt(value, ...path));
}

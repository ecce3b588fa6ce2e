/**
 * The cache of values that are made of versioned things: apps, services, rules and what follows from them.
 *
 * Always true: a value is used again only under its name and for the very version it was made from. What has no version is
 * made anew each time, so that a changed copy of a versioned thing (`version: UNVERSIONED`) never finds an older value.
 */

/** The version of an app that no store has read, or of apps merged with such a one. */
export const NO_VERSION = '';

/** The version of a copy that was changed. */
export const UNVERSIONED = 0;

export interface Versioned<T> {
  /** The value of this name and version; undefined when there is none. */
  get(name: string, version: string | number): T | undefined;
  set(name: string, version: string | number, value: T): void;
  /** The value of this name and version, made when there is none. */
  of(name: string, version: string | number, make: () => T): T;
  /** Forgets other names than these, once there are many more than `count`. */
  trim(count: number, names: () => Iterable<string>): void;
}

export function createVersioned<T>(): Versioned<T> {
  const entries = new Map<string, { readonly version: string | number; readonly value: T }>();
  const get = (name: string, version: string | number): T | undefined => {
    const entry = entries.get(name);
    return entry?.version === version ? entry.value : undefined;
  };
  const set = (name: string, version: string | number, value: T): void => {
    if (version !== NO_VERSION && version !== UNVERSIONED) entries.set(name, { version, value });
  };
  return {
    get,
    set,
    of: (name, version, make) => {
      const cached = get(name, version);
      if (cached !== undefined) return cached;
      const value = make();
      set(name, version, value);
      return value;
    },
    trim: (count, names) => {
      if (entries.size <= 2 * count + 100) return;
      const current = new Set(names());
      for (const name of entries.keys()) if (!current.has(name)) entries.delete(name);
    },
  };
}

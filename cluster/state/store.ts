/**
 * State: named variables that are stored before anything is announced (Mesos' State: fetch, store, expunge,
 * names).
 *
 * Always true of every store: a change whose version is not the stored one changes nothing, a commit is whole
 * or not at all, and once it is acknowledged it survives a crash (memory aside).
 */

/** A value as stored. Version 0 means the variable does not exist. */
export interface Variable {
  readonly name: string;
  readonly version: number;
  readonly value: Buffer;
}

/** A change of a commit. Without a version it applies to any stored one. */
export interface Change {
  readonly name: string;
  /** The new value; undefined removes the variable. */
  readonly value: Buffer | undefined;
  readonly version?: number;
}

export type Committed =
  | { readonly ok: true; readonly versions: ReadonlyMap<string, number> }
  /** Another process changed this variable: nothing was written. */
  | { readonly ok: false; readonly conflict: string };

export interface StateStore {
  /** The variable, with version 0 and no bytes when it does not exist. */
  fetch(name: string): Promise<Variable>;
  /** All variables whose name begins with the prefix, by name. */
  fetchAll(prefix: string): Promise<Variable[]>;
  names(prefix?: string): Promise<string[]>;
  /** Applies the changes together, or none. Commits are applied in the order of their calls. */
  commit(changes: readonly Change[]): Promise<Committed>;
  close(): Promise<void>;
}

/** Stores a value unless the variable changed since it was fetched; undefined when it did. */
export async function store(
  state: StateStore,
  variable: Variable,
  value: Buffer,
): Promise<Variable | undefined> {
  const { name, version } = variable;
  const done = await state.commit([{ name, value, version }]);
  return done.ok ? { name, version: done.versions.get(name) ?? 0, value } : undefined;
}

/** Removes a variable unless it changed since it was fetched. */
export async function expunge(state: StateStore, { name, version }: Variable): Promise<boolean> {
  return (await state.commit([{ name, value: undefined, version }])).ok;
}

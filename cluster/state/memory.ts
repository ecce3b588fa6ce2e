/**
 * A store in memory, for tests and simulations.
 */

import type { Change, Committed, StateStore, Variable } from './store';

export class MemoryStore implements StateStore {
  private readonly variables = new Map<string, Variable>();
  private sequence = 0;

  async fetch(name: string): Promise<Variable> {
    const variable = this.variables.get(name);
    return variable ? copyOf(variable) : { name, version: 0, value: Buffer.alloc(0) };
  }

  async fetchAll(prefix: string): Promise<Variable[]> {
    return this.fetchAllNow(prefix);
  }

  /** The variables at once, for simulations that must not leave the current turn. */
  fetchAllNow(prefix: string): Variable[] {
    const matching = [...this.variables.values()].filter((variable) => variable.name.startsWith(prefix));
    return matching.map(copyOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async names(prefix = ''): Promise<string[]> {
    return (await this.fetchAll(prefix)).map((variable) => variable.name);
  }

  async commit(changes: readonly Change[]): Promise<Committed> {
    return this.commitNow(changes);
  }

  async close(): Promise<void> {}

  /** Commits at once, for simulations that must not leave the current turn. */
  commitNow(changes: readonly Change[]): Committed {
    for (const { name, version } of changes) {
      if (version !== undefined && version !== (this.variables.get(name)?.version ?? 0)) {
        return { ok: false, conflict: name };
      }
    }
    const versions = new Map<string, number>();
    for (const { name, value } of changes) {
      const version = ++this.sequence;
      if (value === undefined) this.variables.delete(name);
      else this.variables.set(name, { name, version, value: Buffer.from(value) });
      versions.set(name, value === undefined ? 0 : version);
    }
    return { ok: true, versions };
  }
}

/** A copy, so that readers get bytes of their own, as from a disk. */
function copyOf(variable: Variable): Variable {
  return { ...variable, value: Buffer.from(variable.value) };
}

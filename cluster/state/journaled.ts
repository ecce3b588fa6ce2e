/**
 * A store whose commits may be larger than a transaction: such a commit is first stored as one value, the journal, and then
 * applied in batches.
 *
 * Always true: a commit is whole or not at all. Once its journal is stored it is applied, by this process or by the next one
 * that opens the store, before anything is read or committed.
 */

import { batchesOf, decodeJournal, encodeJournal, fitsOneBatch } from './journal';
import type { Change, Committed, StateStore, Variable } from './store';

/** The variable of a large commit that is under way. */
export const JOURNAL = 'journal';

export class JournaledStore implements StateStore {
  /** The large commit that is under way, and all that waits for it. */
  private busy: Promise<unknown> | undefined;

  private constructor(private readonly store: StateStore) {}

  /** Opens the store; a journal that was not applied to its end is applied now. */
  static async open(store: StateStore): Promise<JournaledStore> {
    const { version, value } = await store.fetch(JOURNAL);
    const journaled = new JournaledStore(store);
    if (version > 0) await journaled.apply(decodeJournal(value));
    return journaled;
  }

  async fetch(name: string): Promise<Variable> {
    await this.busy;
    return await this.store.fetch(name);
  }

  async fetchAll(prefix: string): Promise<Variable[]> {
    await this.busy;
    return await this.store.fetchAll(prefix);
  }

  async names(prefix?: string): Promise<string[]> {
    await this.busy;
    return await this.store.names(prefix);
  }

  /** A large commit may not name versions: the store refuses it for its size then. */
  commit(changes: readonly Change[]): Promise<Committed> {
    const isLarge = !fitsOneBatch(changes) && changes.every(({ version }) => version === undefined);
    if (!isLarge && !this.busy) return this.store.commit(changes);
    return this.inTurn(() => (isLarge ? this.commitLarge(changes) : this.store.commit(changes)));
  }

  async close(): Promise<void> {
    await this.busy;
    await this.store.close();
  }

  private inTurn(work: () => Promise<Committed>): Promise<Committed> {
    const turn = (this.busy ?? Promise.resolve()).then(work);
    const over: Promise<void> = turn.then(
      () => this.idle(over),
      () => this.idle(over),
    );
    this.busy = over;
    return turn;
  }

  private idle(turn: Promise<void>): void {
    if (this.busy === turn) this.busy = undefined;
  }

  private async commitLarge(changes: readonly Change[]): Promise<Committed> {
    const stored = await this.store.commit([{ name: JOURNAL, value: encodeJournal(changes) }]);
    return stored.ok ? await this.apply(changes) : stored;
  }

  /** Applies the changes; the last batch removes the journal. */
  private async apply(changes: readonly Change[]): Promise<Committed> {
    const versions = new Map<string, number>();
    const batches = batchesOf([...changes, { name: JOURNAL, value: undefined }]);
    for (const batch of batches) {
      const done = await this.store.commit(batch);
      if (!done.ok) return done;
      for (const [name, version] of done.versions) if (name !== JOURNAL) versions.set(name, version);
    }
    return { ok: true, versions };
  }
}

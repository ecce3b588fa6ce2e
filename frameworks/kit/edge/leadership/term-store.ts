/** The store of a term: the one in ZooKeeper, claimed for our node in the election, or that of a process alone. */

import type { Clock } from '../../../../cluster/runtime/clock';
import { JournaledStore } from '../../../../cluster/state/journaled';
import type { StateStore } from '../../../../cluster/state/store';
import { ZookeeperStore } from '../../../../cluster/state/zookeeper';
import type { TermContext } from './led-process';

export interface TermStoreOptions {
  readonly clock: Clock;
  /** The path of the state in ZooKeeper. */
  readonly path: string;
  /** The store of a process alone. */
  readonly alone: StateStore | undefined;
  /** The flags that name a store, for the error where there is none. */
  readonly flags: string;
}

/** Rejects when the lead is lost already, or ZooKeeper does not answer. */
export async function termStore(
  mandate: TermContext['mandate'],
  { clock, path, alone, flags }: TermStoreOptions,
): Promise<StateStore> {
  if ('client' in mandate) {
    const store = new ZookeeperStore({ client: mandate.client, clock, path });
    await store.claim(mandate.node);
    return await JournaledStore.open(store);
  }
  if (alone === undefined) throw new Error(`there is no store: give ${flags}`);
  return alone;
}

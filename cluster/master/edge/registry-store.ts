/**
 * The registry as one variable of State, in protobuf as Mesos keeps it.
 */

import type { Registry } from '../../api/generated/internal';
import { decodeProtobuf, encodeProtobuf } from '../../api/protobuf';
import type { Timings } from '../../runtime/metrics';
import { type StateStore, store, type Variable } from '../../state/store';

const NAME = 'registry';

export class RegistryStore {
  private variable: Variable | undefined;

  constructor(
    private readonly state: StateStore,
    private readonly timings: { readonly fetch: Timings; readonly store: Timings },
  ) {}

  /** What the master before stored; empty at the very first start. */
  async fetch(): Promise<Registry> {
    const began = process.hrtime.bigint();
    this.variable = await this.state.fetch(NAME);
    this.timings.fetch.add(msSince(began));
    return decodeProtobuf('mesos.internal.Registry', this.variable.value);
  }

  /** Stores the registry if nobody else did since; rejects otherwise. One store at a time. */
  async store(registry: Registry): Promise<void> {
    if (!this.variable) throw new Error('the registry was not fetched');
    const value = Buffer.from(encodeProtobuf('mesos.internal.Registry', registry));
    const began = process.hrtime.bigint();
    const stored = await store(this.state, this.variable, value);
    this.timings.store.add(msSince(began));
    if (!stored) throw new Error('another master stored it');
    this.variable = stored;
  }
}

function msSince(began: bigint): number {
  return Number(process.hrtime.bigint() - began) / 1e6;
}
